import { Button, DatePicker, Form, Input, Space } from 'antd';
import type { Dayjs } from 'dayjs';
import { customers } from '@/api/customers';
import { useMay } from '@/app/session';
import { ErrorNotice } from '@/components/ErrorNotice';
import { useI18n } from '@/i18n/I18nProvider';
import { dayStart } from '@/lib/day';
import { useAction } from '@/lib/useAction';
import { useResource } from '@/lib/useResource';

interface Values {
  text: string;
  day?: Dayjs | null;
}

/** Nine in the morning, when a day's work begins. */
const REMIND_S = 9 * 3600;

export function Notes({ id }: { id: string }) {
  const { t, f } = useI18n();
  const may = useMay();
  const found = useResource(id, (signal) => customers.notes(id, signal));
  const { busy, run } = useAction();
  const [form] = Form.useForm<Values>();
  const add = async ({ text, day }: Values) => {
    const remind_at = day ? dayStart(day.format('YYYY-MM-DD'), f.place.zone) + REMIND_S : null;
    if (!(await run(() => customers.addNote(id, text, remind_at)))) return;
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
          <Space wrap align="start">
            <Form.Item name="day">
              <DatePicker aria-label={t('note.remind')} placeholder={t('note.remind')} />
            </Form.Item>
            <Button type="primary" htmlType="submit" loading={busy}>
              {t('note.add')}
            </Button>
          </Space>
        </Form>
      )}
      {found.error !== undefined && <ErrorNotice error={found.error} retry={found.reload} />}
      <ul className="notes">
        {(found.data?.items ?? []).map((note) => (
          <li key={note.id}>
            <p className="note-text">{note.text}</p>
            <span className="soft">
              {note.account?.name} {f.time(note.at_s)}
              {note.remind_s !== null &&
                ` · ${note.done_s === null ? t('note.reminds', { day: f.date(note.remind_s) }) : t('note.done')}`}
            </span>
          </li>
        ))}
      </ul>
      {found.data?.items.length === 0 && <p className="soft">{t('note.none')}</p>}
    </div>
  );
}
