import { Button, Form, Input } from 'antd';
import { useState } from 'react';
import { merges } from '@/api/customers';
import { FormModal } from '@/components/FormModal';
import { useI18n } from '@/i18n/I18nProvider';

interface Values {
  kept: string;
  merged: string;
}

export function MergeByHand({ done }: { done: () => void }) {
  const { t } = useI18n();
  const [asking, setAsking] = useState(false);
  const rules = [{ required: true, pattern: /^\d+$/, message: t('merge.id_rule') }];
  return (
    <>
      <Button onClick={() => setAsking(true)}>{t('merge.by_hand')}</Button>
      {asking && (
        <FormModal<Values>
          title={t('merge.by_hand')}
          save={({ kept, merged }) => merges.make(kept, merged)}
          done={done}
          onClose={() => setAsking(false)}
          okText={t('merge.accept')}
        >
          <Form.Item name="kept" label={t('merge.kept_id')} rules={rules}>
            <Input autoFocus inputMode="numeric" />
          </Form.Item>
          <Form.Item name="merged" label={t('merge.merged_id')} rules={rules}>
            <Input inputMode="numeric" />
          </Form.Item>
        </FormModal>
      )}
    </>
  );
}
