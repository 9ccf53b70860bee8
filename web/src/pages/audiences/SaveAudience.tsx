import { Form, Input, Switch } from 'antd';
import { useLocation } from 'wouter';
import { type Audience, type AudienceBody, audiences } from '@/api/audiences';
import { FormModal } from '@/components/FormModal';
import { useI18n } from '@/i18n/I18nProvider';

interface Props {
  saved: Audience | null;
  expression: string;
  onClose: () => void;
  /** What a new one could be called. */
  name?: string;
  /** What follows a save; the list of audiences unless told. */
  done?: () => void;
}

/** Saves as a new audience, or as a new version of the one that is open. */
export function SaveAudience({ saved, expression, name, onClose, done }: Props) {
  const { t } = useI18n();
  const [, go] = useLocation();
  const save = (values: AudienceBody) =>
    saved ? audiences.patch(saved.id, { ...values, expression }) : audiences.add({ ...values, expression });
  return (
    <FormModal<AudienceBody>
      title={t(saved ? 'audience.save' : 'audience.save_as')}
      initial={saved ?? { live: true, name: name?.slice(0, 60) }}
      save={({ name: chosen, note, live }) =>
        save({ ...(chosen && { name: chosen }), note: note || null, live: live ?? false })
      }
      done={done ?? (() => go('/audiences'))}
      onClose={onClose}
    >
      <code className="expression">{expression}</code>
      <Form.Item name="name" label={t('column.name')} rules={[{ required: true, whitespace: true }]}>
        <Input autoFocus maxLength={60} />
      </Form.Item>
      <Form.Item name="note" label={t('column.note')}>
        <Input.TextArea maxLength={500} autoSize />
      </Form.Item>
      <Form.Item
        name="live"
        label={t('audience.live')}
        extra={t('audience.live_hint')}
        valuePropName="checked"
      >
        <Switch />
      </Form.Item>
    </FormModal>
  );
}
