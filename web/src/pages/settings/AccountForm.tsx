import { Form, Input, Select, Switch } from 'antd';
import { type Account, type AccountBody, accounts } from '@/api/care';
import { FormModal } from '@/components/FormModal';
import { RemoteSelect } from '@/components/list/RemoteSelect';
import { useI18n } from '@/i18n/I18nProvider';
import { staffOptions } from '@/lib/options';

const roles = ['administrator', 'operator', 'manager', 'staff'] as const;
const scopes = ['all', 'team', 'own'] as const;

interface Props {
  account: Account | 'new';
  /** Takes the one-time link of a new account. */
  made: (link: string) => void;
  done: () => void;
  onClose: () => void;
}

export function AccountForm({ account, made, done, onClose }: Props) {
  const { t } = useI18n();
  const isNew = account === 'new';
  return (
    <FormModal<AccountBody>
      title={isNew ? t('account.new') : t('action.edit')}
      initial={isNew ? { role: 'operator', scope: 'all' } : { ...account, staff_id: account.staff?.id }}
      save={async (values) => {
        if (isNew) made((await accounts.add(body(values))).link);
        else await accounts.patch(account.id, changes(values));
      }}
      done={done}
      onClose={onClose}
    >
      <Form.Item name="login" label={t('account.login')} rules={[{ required: true, pattern: /^[\w.@-]+$/ }]}>
        <Input autoFocus disabled={!isNew} maxLength={60} autoComplete="off" />
      </Form.Item>
      <Form.Item name="name" label={t('column.name')} rules={[{ required: true, whitespace: true }]}>
        <Input maxLength={60} />
      </Form.Item>
      <Form.Item name="role" label={t('account.role')}>
        <Select options={roles.map((value) => ({ value, label: t(`role.${value}`) }))} />
      </Form.Item>
      <Form.Item name="scope" label={t('account.scope')} extra={t('account.scope_hint')}>
        <Select options={scopes.map((value) => ({ value, label: t(`scope.${value}`) }))} />
      </Form.Item>
      <Form.Item name="staff_id" label={t('account.staff')}>
        <StaffInput />
      </Form.Item>
      {!isNew && (
        <Form.Item name="disabled" label={t('account.disabled')} valuePropName="checked">
          <Switch />
        </Form.Item>
      )}
    </FormModal>
  );
}

function StaffInput(props: { id?: string; value?: string; onChange?: (value: string | undefined) => void }) {
  const { t } = useI18n();
  return (
    <RemoteSelect
      {...(props.id && { id: props.id })}
      label={t('customer.staff')}
      load={staffOptions}
      value={props.value}
      onChange={(value) => props.onChange?.(value)}
    />
  );
}

const body = ({ login, name, role, scope, staff_id }: AccountBody): AccountBody => ({
  ...(login && { login }),
  ...(name && { name }),
  ...(role && { role }),
  ...(scope && { scope }),
  ...(staff_id && { staff_id }),
});

const changes = ({ name, role, scope, staff_id, disabled }: AccountBody): AccountBody => ({
  ...body({ name: name ?? '', ...(role && { role }), ...(scope && { scope }) }),
  staff_id: staff_id ?? null,
  disabled: disabled ?? false,
});
