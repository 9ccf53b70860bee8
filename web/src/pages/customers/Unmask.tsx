import { EyeOutlined } from '@ant-design/icons';
import { Button, Form, Input, Modal } from 'antd';
import { useState } from 'react';
import { type CustomerDetail, customers } from '@/api/customers';
import { useMay } from '@/app/session';
import { useI18n } from '@/i18n/I18nProvider';
import { useAction } from '@/lib/useAction';

type MaskedField = 'phone' | 'name' | 'address';

/** A masked value, and the way to see it whole: with a reason, which goes into the audit log. */
export function Unmask({ customer, field }: { customer: CustomerDetail; field: MaskedField }) {
  const { t } = useI18n();
  const may = useMay();
  const { busy, run } = useAction();
  const [asking, setAsking] = useState(false);
  const [plain, setPlain] = useState<string | null>(null);
  const masked = customer[field];
  if (masked === null) return <>—</>;

  const ask = ({ reason }: { reason: string }) =>
    run(async () => {
      setPlain((await customers.unmask(customer.id, field, reason)).value);
      setAsking(false);
    });
  return (
    <span>
      {plain ?? masked}
      {plain === null && may('customer_unmask') && (
        <Button
          type="text"
          size="small"
          icon={<EyeOutlined />}
          aria-label={`${t('unmask.show')} ${t(`customer.${field}`)}`}
          onClick={() => setAsking(true)}
        />
      )}
      <Modal
        open={asking}
        title={t('unmask.title')}
        footer={null}
        onCancel={() => setAsking(false)}
        destroyOnHidden
      >
        <Form<{ reason: string }> layout="vertical" onFinish={(values) => void ask(values)}>
          <Form.Item
            name="reason"
            label={t('unmask.reason')}
            extra={t('unmask.hint')}
            rules={[{ required: true, whitespace: true }]}
          >
            <Input autoFocus maxLength={200} />
          </Form.Item>
          <Button type="primary" htmlType="submit" loading={busy}>
            {t('unmask.show')}
          </Button>
        </Form>
      </Modal>
    </span>
  );
}
