import { DatePicker, Form, Input, InputNumber, Select, Switch } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { type Field, fields } from '@/api/catalogue';
import { customers } from '@/api/customers';
import { useMay } from '@/app/session';
import { useI18n } from '@/i18n/I18nProvider';
import { useAction } from '@/lib/useAction';
import { useResource } from '@/lib/useResource';
import type { DetailProps } from './CustomerDrawer';

/** Custom fields; each is saved when one leaves it. Values travel as text. Masked ones show only that they are filled. */
export function CustomFields({ customer, changed }: DetailProps) {
  const { t } = useI18n();
  const may = useMay();
  const { run } = useAction();
  const found = useResource('fields', fields.list);
  if (!found.data || found.data.items.length === 0) return null;
  const filled = (key: string) => customer.fields.find((one) => one.key === key);
  const save = async (key: string, old: string, value: string) => {
    if (value !== old && (await run(() => customers.setField(customer.id, key, value || null), t('saved'))))
      changed();
  };
  return (
    <section>
      <h3>{t('customer.fields')}</h3>
      <Form layout="vertical" className="grid-form" disabled={!may('customer_write')}>
        {found.data.items.map((field) => {
          const known = filled(field.key);
          const text = known?.value === null || known?.value === undefined ? '' : String(known.value);
          return (
            <Form.Item key={field.key} label={field.name} htmlFor={`field-${field.key}`}>
              {known?.masked ? (
                <Input id={`field-${field.key}`} disabled value={t('customer.masked')} />
              ) : (
                <FieldInput field={field} text={text} save={(value) => void save(field.key, text, value)} />
              )}
            </Form.Item>
          );
        })}
      </Form>
    </section>
  );
}

interface InputProps {
  field: Field;
  text: string;
  save: (value: string) => void;
}

function FieldInput({ field, text, save }: InputProps) {
  const id = `field-${field.key}`;
  switch (field.type) {
    case 'number':
      return (
        <InputNumber
          id={id}
          className="full-width"
          {...(text !== '' && { defaultValue: Number(text) })}
          onBlur={(event) => save(event.target.value)}
        />
      );
    case 'day':
      return (
        <DatePicker
          id={id}
          className="full-width"
          defaultValue={text === '' ? null : dayjs(text)}
          onChange={(day: Dayjs | null) => save(day?.format('YYYY-MM-DD') ?? '')}
        />
      );
    case 'choice':
      return (
        <Select
          id={id}
          allowClear
          defaultValue={text || null}
          options={(field.choices ?? []).map((value) => ({ value, label: value }))}
          onChange={(value?: string | null) => save(value ?? '')}
        />
      );
    case 'yes_no':
      return <Switch id={id} defaultChecked={text === 'true'} onChange={(yes) => save(String(yes))} />;
    case 'text':
      return (
        <Input id={id} defaultValue={text} maxLength={500} onBlur={(event) => save(event.target.value)} />
      );
  }
}
