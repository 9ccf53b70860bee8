import { Button, Checkbox, Form, Input, InputNumber, Select } from 'antd';
import { people } from '@/api/catalogue';
import type { HandoverRule } from '@/api/handovers';
import { useT } from '@/i18n/I18nProvider';
import { departmentOptions } from '@/lib/options';
import { useResource } from '@/lib/useResource';
import { rules } from './words';

/** What the form holds. */
export interface HandoverValues {
  from_staff_id?: string;
  rule: HandoverRule;
  heirs?: { staff_id?: string; weight?: number; cap?: number; expression?: string }[];
  department_id?: string;
  expression?: string;
  groups: boolean;
  message?: string;
  reason: string;
}

export function HandoverFields() {
  const t = useT();
  const rule = Form.useWatch<HandoverRule | undefined>('rule') ?? 'one';
  const found = useResource('staff', (signal) => people.staff({ limit: 200 }, signal));
  const staff = found.data?.items ?? [];
  const everyone = staff.map(({ id, name, userid }) => ({
    value: id,
    label: `${name} (${userid})`,
  }));
  return (
    <>
      <Form.Item name="from_staff_id" label={t('handover.from')} rules={[{ required: true }]}>
        <Select showSearch={{ optionFilterProp: 'label' }} options={everyone} />
      </Form.Item>
      <Form.Item name="rule" label={t('handover.rule')}>
        <Select options={rules.map((value) => ({ value, label: t(`handover_rule.${value}`) }))} />
      </Form.Item>
      {rule === 'department' ? (
        <Department />
      ) : (
        <Heirs
          rule={rule}
          options={staff
            .filter(({ status }) => status === 'active')
            .map(({ id, name, userid }) => ({ value: id, label: `${name} (${userid})` }))}
        />
      )}
      <Form.Item name="groups" valuePropName="checked">
        <Checkbox>{t('handover.groups_too')}</Checkbox>
      </Form.Item>
      <Form.Item name="expression" label={t('handover.expression')} extra={t('handover.expression_hint')}>
        <Input />
      </Form.Item>
      <Form.Item name="message" label={t('handover.message')} extra={t('handover.message_hint')}>
        <Input.TextArea rows={2} maxLength={200} />
      </Form.Item>
      <Form.Item
        name="reason"
        label={t('handover.reason')}
        extra={t('handover.reason_hint')}
        rules={[{ required: true, min: 2 }]}
      >
        <Input maxLength={120} />
      </Form.Item>
    </>
  );
}

function Department() {
  const t = useT();
  const found = useResource('departments', (signal) => departmentOptions('', signal));
  return (
    <Form.Item name="department_id" label={t('handover.heirs')} extra={t('handover.department_hint')}>
      <Select allowClear showSearch={{ optionFilterProp: 'label' }} options={found.data ?? []} />
    </Form.Item>
  );
}

function Heirs({ rule, options }: { rule: HandoverRule; options: { value: string; label: string }[] }) {
  const t = useT();
  return (
    <Form.List name="heirs">
      {(rows, { add, remove }) => (
        <Form.Item label={t('handover.heirs')} extra={t('handover.heirs_hint')}>
          {(rule === 'one' ? rows.slice(0, 1) : rows).map(({ key, name }) => (
            <div key={key} className="handover-heir">
              <Form.Item name={[name, 'staff_id']} noStyle rules={[{ required: true }]}>
                <Select
                  className="handover-staff"
                  aria-label={t('handover.heir')}
                  placeholder={t('handover.heir')}
                  showSearch={{ optionFilterProp: 'label' }}
                  options={options}
                />
              </Form.Item>
              {rule === 'weights' && (
                <Form.Item name={[name, 'weight']} noStyle>
                  <InputNumber
                    min={1}
                    max={100}
                    aria-label={t('handover.weight')}
                    prefix={t('handover.weight')}
                  />
                </Form.Item>
              )}
              <Form.Item name={[name, 'cap']} noStyle>
                <InputNumber min={0} aria-label={t('handover.cap')} prefix={t('handover.cap')} />
              </Form.Item>
              {rule === 'expression' && (
                <Form.Item name={[name, 'expression']} noStyle>
                  <Input
                    className="handover-expression"
                    aria-label={t('handover_rule.expression')}
                    placeholder={t('handover_rule.expression')}
                  />
                </Form.Item>
              )}
              {rule !== 'one' && (
                <Button type="link" size="small" danger onClick={() => remove(name)}>
                  {t('action.remove')}
                </Button>
              )}
            </div>
          ))}
          {rule !== 'one' && (
            <Button onClick={() => add({ weight: 1, cap: 0 })}>{t('handover.add_heir')}</Button>
          )}
        </Form.Item>
      )}
    </Form.List>
  );
}
