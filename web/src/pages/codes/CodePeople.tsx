import { Button, Checkbox, Form, InputNumber, Select } from 'antd';
import { people } from '@/api/catalogue';
import type { CodeDetail } from '@/api/codes';
import { useI18n, useT } from '@/i18n/I18nProvider';
import { useResource } from '@/lib/useResource';
import type { CodeValues } from './CodeEditor';
import { CodeShifts } from './CodeShifts';

/** Who receives, how many, and when. */
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
                <Form.Item name={[name, 'total_cap']} noStyle>
                  <InputNumber min={0} aria-label={t('code.total_cap')} prefix={t('code.total_cap')} />
                </Form.Item>
                <Form.Item name={[name, 'backup']} noStyle valuePropName="checked">
                  <Checkbox>{t('code.backup')}</Checkbox>
                </Form.Item>
                <Button type="link" size="small" danger onClick={() => remove(name)}>
                  {t('action.remove')}
                </Button>
                <Full code={code} at={name} />
              </div>
            ))}
            <Button onClick={() => add({ weight: 1, daily_cap: 0, total_cap: 0, backup: false })}>
              {t('code.add_member')}
            </Button>
          </Form.Item>
        )}
      </Form.List>
      <CodeShifts names={options} />
    </>
  );
}

/** Whom WeCom sends nobody to, for their list of customers is full. */
function Full({ code, at }: { code: CodeDetail | undefined; at: number }) {
  const { t, f } = useI18n();
  const id = Form.useWatch<CodeValues['members'][number]['staff_id']>(['members', at, 'staff_id']);
  const until_s = code?.members.find(({ staff }) => staff.id === id)?.full_until_s ?? null;
  if (until_s === null || until_s * 1000 < Date.now()) return null;
  return <span className="soft code-full">{t('code.full_until', { time: f.time(until_s) })}</span>;
}
