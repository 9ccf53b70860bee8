import { DatePicker, Form, Input, InputNumber, Select, Switch } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { type CustomerDetail, customers } from '@/api/customers';
import { useMay } from '@/app/session';
import { useI18n } from '@/i18n/I18nProvider';
import { useAction } from '@/lib/useAction';
import type { DetailProps } from './CustomerDrawer';

type Field = CustomerDetail['fields'][number];

/** Custom fields; each is saved when one leaves it. Values travel as text. */
export function CustomFields({ customer, changed }: DetailProps) {
  const { t } = useI18n();
  const may = useMay();
  const { run } = useAction();
  if (customer.fields.length === 0) return null;
  const save = async (field: Field, value: string | null) => {
    if (value === (field.value === null ? null : String(field.value))) return;
    if (await run(() => customers.setField(customer.id, field.key, value), t('saved'))) changed();
  };
  return (
    <section>
      <h3>{t('customer.fields')}</h3>
      <Form layout="vertical" className="grid-form" disabled={!may('customer_write')}>
        {customer.fields.map((field) => (
          <Form.Item key={field.key} label={field.name} htmlFor={`field-${field.key}`}>
            <FieldInput field={field} save={(value) => void save(field, value)} />
          </Form.Item>
        ))}
      </Form>
    </section>
  );
}

function FieldInput({ field, save }: { field: Field; save: (value: string | null) => void }) {
  const id = `field-${field.key}`;
  const text = field.value === null ? '' : String(field.value);
  switch (field.type) {
    case 'number':
      return (
        <InputNumber
          id={id}
          className="full-width"
          {...(text !== '' && { defaultValue: Number(text) })}
          onBlur={(event) => save(event.target.value || null)}
        />
      );
    case 'day':
      return (
        <DatePicker
          id={id}
          className="full-width"
          defaultValue={text === '' ? null : dayjs(text)}
          onChange={(day: Dayjs | null) => save(day?.format('YYYY-MM-DD') ?? null)}
        />
      );
    case 'choice':
      return (
        <Select
          id={id}
          allowClear
          defaultValue={text || null}
          options={(field.choices ?? []).map((value) => ({ value, label: value }))}
          onChange={(value?: string | null) => save(value ?? null)}
        />
      );
    case 'yes_no':
      return <Switch id={id} defaultChecked={text === 'true'} onChange={(yes) => save(String(yes))} />;
    case 'text':
      return (
        <Input
          id={id}
          defaultValue={text}
          maxLength={500}
          onBlur={(event) => save(event.target.value || null)}
        />
      );
  }
}
