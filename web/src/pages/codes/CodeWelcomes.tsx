import { Button, Checkbox, Form, Input, Select } from 'antd';
import { Attachments } from '@/components/media/Attachments';
import { useT } from '@/i18n/I18nProvider';
import { CodeTimes } from './CodeTimes';
import { customers, type Greeting, weekdays } from './codeWords';

/** Greetings: the first that fits a customer is sent. */
export function CodeWelcomes() {
  const t = useT();
  return (
    <Form.List name="welcomes">
      {(rows, { add, remove }) => (
        <Form.Item label={t('code.welcomes')} extra={t('code.welcomes_hint')}>
          {rows.map(({ key, name }) => (
            <GreetingRow key={key} name={name} remove={() => remove(name)} />
          ))}
          <Button onClick={() => add(fresh)}>{t('code.add_welcome')}</Button>
        </Form.Item>
      )}
    </Form.List>
  );
}

/** One greeting: for whom, when, the words and what comes with them. */
function GreetingRow({ name, remove }: { name: number; remove: () => void }) {
  const t = useT();
  const form = Form.useFormInstance();
  const said = (_: unknown, text: string) => {
    const { attachments = [] } = form.getFieldValue(['welcomes', name]) as Partial<Greeting>;
    if (text.trim() !== '' || attachments.length > 0) return Promise.resolve();
    return Promise.reject(new Error(t('code.welcome_empty')));
  };
  return (
    <div className="code-welcome">
      <div className="code-row">
        <Form.Item name={[name, 'customer']} noStyle>
          <Select
            className="code-staff"
            aria-label={t('code.customer')}
            options={customers.map((value) => ({ value, label: t(`code_customer.${value}`) }))}
          />
        </Form.Item>
        <span className="code-hours">
          <CodeTimes list="welcomes" at={[name]} />
        </span>
        <Button type="link" size="small" danger onClick={remove}>
          {t('action.remove')}
        </Button>
      </div>
      <Form.Item
        name={[name, 'weekdays']}
        className="code-days"
        getValueProps={(bits: number) => ({ value: daysOf(bits) })}
        getValueFromEvent={bitsOf}
        rules={[{ type: 'integer', min: 1, message: t('code.welcome_days') }]}
      >
        <Checkbox.Group
          aria-label={t('code.welcome_days')}
          options={weekdays.map((day) => ({ value: day, label: t(`code_weekday.${day}`) }))}
        />
      </Form.Item>
      <Form.Item
        name={[name, 'text']}
        className="code-words"
        dependencies={[['welcomes', name, 'attachments']]}
        rules={[{ validator: said }]}
      >
        <Input.TextArea rows={2} maxLength={1300} aria-label={t('code.welcome_text')} />
      </Form.Item>
      <Form.Item name={[name, 'attachments']} noStyle>
        <Attachments />
      </Form.Item>
    </div>
  );
}

const fresh: Greeting = {
  customer: 'any',
  weekdays: 127,
  from: '00:00',
  to: '24:00',
  text: '',
  attachments: [],
};
const daysOf = (bits: number) => weekdays.filter((day) => (bits >> (day - 1)) % 2 === 1);
const bitsOf = (days: number[]) => days.reduce((bits, day) => bits + 2 ** (day - 1), 0);
