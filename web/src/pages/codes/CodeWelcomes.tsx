import { Button, Form, Input, Select } from 'antd';
import { useT } from '@/i18n/I18nProvider';
import { customers } from './codeWords';

/** Greetings: the first that fits a customer is sent. */
export function CodeWelcomes() {
  const t = useT();
  return (
    <Form.List name="welcomes">
      {(rows, { add, remove }) => (
        <Form.Item label={t('code.welcomes')} extra={t('code.welcomes_hint')}>
          {rows.map(({ key, name }) => (
            <div key={key} className="code-welcome">
              <div className="code-row">
                <Form.Item name={[name, 'customer']} noStyle>
                  <Select
                    className="code-staff"
                    aria-label={t('code.customer')}
                    options={customers.map((value) => ({ value, label: t(`code_customer.${value}`) }))}
                  />
                </Form.Item>
                <Button type="link" size="small" danger onClick={() => remove(name)}>
                  {t('action.remove')}
                </Button>
              </div>
              <Form.Item name={[name, 'text']} noStyle rules={[{ required: true, whitespace: true }]}>
                <Input.TextArea rows={2} maxLength={1300} aria-label={t('code.welcome_text')} />
              </Form.Item>
            </div>
          ))}
          <Button onClick={() => add({ customer: 'any', text: '' })}>{t('code.add_welcome')}</Button>
        </Form.Item>
      )}
    </Form.List>
  );
}
