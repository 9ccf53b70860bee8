import { Button, Form, Input } from 'antd';
import { customers } from '@/api/customers';
import { useMay } from '@/app/session';
import { ErrorNotice } from '@/components/ErrorNotice';
import { useI18n } from '@/i18n/I18nProvider';
import { useAction } from '@/lib/useAction';
import { useResource } from '@/lib/useResource';

export function Notes({ id }: { id: string }) {
  const { t, f } = useI18n();
  const may = useMay();
  const found = useResource(id, (signal) => customers.notes(id, signal));
  const { busy, run } = useAction();
  const [form] = Form.useForm<{ text: string }>();
  const add = async ({ text }: { text: string }) => {
    if (!(await run(() => customers.addNote(id, text)))) return;
    form.resetFields();
    found.reload();
  };
  return (
    <div className="page-stack">
      {may('customer_write') && (
        <Form form={form} onFinish={(values) => void add(values)}>
          <Form.Item name="text" rules={[{ required: true, whitespace: true, message: '' }]}>
            <Input.TextArea
              aria-label={t('note.new')}
              placeholder={t('note.new')}
              autoSize={{ minRows: 2, maxRows: 8 }}
              maxLength={2000}
            />
          </Form.Item>
          <Button type="primary" htmlType="submit" loading={busy}>
            {t('note.add')}
          </Button>
        </Form>
      )}
      {found.error !== undefined && <ErrorNotice error={found.error} retry={found.reload} />}
      <ul className="notes">
        {(found.data?.items ?? []).map((note) => (
          <li key={note.id}>
            <p className="note-text">{note.text}</p>
            <span className="soft">
              {note.account?.name} {f.time(note.at_s)}
            </span>
          </li>
        ))}
      </ul>
      {found.data?.items.length === 0 && <p className="soft">{t('note.none')}</p>}
    </div>
  );
}
