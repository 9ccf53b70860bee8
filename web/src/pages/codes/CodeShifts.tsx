import { Button, Checkbox, Form, Select } from 'antd';
import { useT } from '@/i18n/I18nProvider';
import type { CodeValues } from './CodeEditor';
import { CodeTimes } from './CodeTimes';
import { EVERYONE, type Shift, weekdays } from './codeWords';

/** When everyone of the code receives, and members who have hours of their own. */
export function CodeShifts({ names }: { names: { value: string; label: string }[] }) {
  const t = useT();
  const members = Form.useWatch<CodeValues['members']>('members') ?? [];
  const chosen = new Set(members.map((one) => one?.staff_id));
  const whose = [
    { value: EVERYONE, label: t('code.everyone') },
    ...names.filter(({ value }) => chosen.has(value)),
  ];
  const first: Shift = { staff_id: EVERYONE, days: [1, 2, 3, 4, 5], from: '09:00', to: '18:00' };
  return (
    <Form.List name="shifts">
      {(rows, { add, remove }) => (
        <Form.Item label={t('code.hours')} extra={t('code.hours_hint')}>
          {rows.map(({ key, name }) => (
            <div key={key} className="code-row">
              <Form.Item name={[name, 'staff_id']} noStyle>
                <Select
                  className="code-staff"
                  aria-label={t('code.whose_hours')}
                  showSearch={{ optionFilterProp: 'label' }}
                  options={whose}
                />
              </Form.Item>
              <Form.Item name={[name, 'days']} noStyle rules={[{ type: 'array', min: 1 }]}>
                <Checkbox.Group
                  options={weekdays.map((day) => ({ value: day, label: t(`code_weekday.${day}`) }))}
                />
              </Form.Item>
              <span className="code-hours">
                <CodeTimes list="shifts" at={[name]} />
                <Button type="link" size="small" danger onClick={() => remove(name)}>
                  {t('action.remove')}
                </Button>
              </span>
            </div>
          ))}
          <Button onClick={() => add(first)}>{t('code.add_hours')}</Button>
        </Form.Item>
      )}
    </Form.List>
  );
}
