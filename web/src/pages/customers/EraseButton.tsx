import { Button, Form, Input, Modal } from 'antd';
import { useState } from 'react';
import { customers } from '@/api/customers';
import { useI18n } from '@/i18n/I18nProvider';
import { useAction } from '@/lib/useAction';
import type { DetailProps } from './CustomerDrawer';

/** Erases a person at their request; typing the nickname (or the id) is the confirmation. */
export function EraseButton({ customer, changed }: DetailProps) {
  const { t } = useI18n();
  const { busy, run } = useAction();
  const [asking, setAsking] = useState(false);
  const word = customer.nickname ?? customer.id;
  const erase = async ({ confirm }: { confirm: string }) => {
    if (await run(() => customers.erase(customer.id, confirm), t('erase.done'))) {
      setAsking(false);
      changed();
    }
  };
  return (
    <section>
      <Button danger onClick={() => setAsking(true)}>
        {t('erase.title')}
      </Button>
      <Modal
        open={asking}
        title={t('erase.title')}
        footer={null}
        onCancel={() => setAsking(false)}
        destroyOnHidden
      >
        <p>{t('erase.what')}</p>
        <Form<{ confirm: string }> layout="vertical" onFinish={(values) => void erase(values)}>
          <Form.Item name="confirm" label={t('erase.confirm', { word })} rules={[{ required: true }]}>
            <Input autoComplete="off" />
          </Form.Item>
          <Button danger type="primary" htmlType="submit" loading={busy}>
            {t('erase.do')}
          </Button>
        </Form>
      </Modal>
    </section>
  );
}
