import { Button, Checkbox, Form, Input, InputNumber, Select } from 'antd';
import { people } from '@/api/catalogue';
import type { CodeDetail } from '@/api/codes';
import { useT } from '@/i18n/I18nProvider';
import { useResource } from '@/lib/useResource';
import { weekdays } from './codeWords';

const time = /^([01]\d|2[0-3]):[0-5]\d$|^24:00$/;

/** Who receives, and when. */
export function CodePeople({ code }: { code: CodeDetail | undefined }) {
  const t = useT();
  const found = useResource('staff', (signal) => people.staff({ status: 'active', limit: 200 }, signal));
  const options = (found.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }));
  for (const { staff } of code?.members ?? [])
    if (!options.some(({ value }) => value === staff.id))
      options.push({ value: staff.id, label: staff.name });
  return (
    <>
      <Form.List name="members">
        {(rows, { add, remove }) => (
          <Form.Item label={t('code.members')} extra={t('code.members_hint')}>
            {rows.map(({ key, name }) => (
              <div key={key} className="code-row">
                <Form.Item name={[name, 'staff_id']} noStyle rules={[{ required: true }]}>
                  <Select
                    className="code-staff"
                    aria-label={t('code.member')}
                    placeholder={t('code.member')}
                    showSearch={{ optionFilterProp: 'label' }}
                    options={options}
                  />
                </Form.Item>
                <Form.Item name={[name, 'weight']} noStyle>
                  <InputNumber min={1} max={100} aria-label={t('code.weight')} prefix={t('code.weight')} />
                </Form.Item>
                <Form.Item name={[name, 'daily_cap']} noStyle>
                  <InputNumber min={0} aria-label={t('code.daily_cap')} prefix={t('code.daily_cap')} />
                </Form.Item>
                <Form.Item name={[name, 'total_cap']} noStyle hidden>
                  <InputNumber />
                </Form.Item>
                <Form.Item name={[name, 'backup']} noStyle valuePropName="checked">
                  <Checkbox>{t('code.backup')}</Checkbox>
                </Form.Item>
                <Button type="link" size="small" danger onClick={() => remove(name)}>
                  {t('action.remove')}
                </Button>
              </div>
            ))}
            <Button onClick={() => add({ weight: 1, daily_cap: 0, total_cap: 0, backup: false })}>
              {t('code.add_member')}
            </Button>
          </Form.Item>
        )}
      </Form.List>
      <Form.List name="shifts">
        {(rows, { add, remove }) => (
          <Form.Item label={t('code.hours')} extra={t('code.hours_hint')}>
            {rows.map(({ key, name }) => (
              <div key={key} className="code-row">
                <Form.Item name={[name, 'days']} noStyle rules={[{ type: 'array', min: 1 }]}>
                  <Checkbox.Group
                    options={weekdays.map((day) => ({ value: day, label: t(`code_weekday.${day}`) }))}
                  />
                </Form.Item>
                <Form.Item name={[name, 'from']} noStyle rules={[{ required: true, pattern: time }]}>
                  <Input className="code-time" aria-label={t('code.from')} maxLength={5} />
                </Form.Item>
                –
                <Form.Item name={[name, 'to']} noStyle rules={[{ required: true, pattern: time }]}>
                  <Input className="code-time" aria-label={t('code.to')} maxLength={5} />
                </Form.Item>
                <Button type="link" size="small" danger onClick={() => remove(name)}>
                  {t('action.remove')}
                </Button>
              </div>
            ))}
            <Button onClick={() => add({ days: [1, 2, 3, 4, 5], from: '09:00', to: '18:00' })}>
              {t('code.add_hours')}
            </Button>
          </Form.Item>
        )}
      </Form.List>
    </>
  );
}
