import { Alert, Descriptions, Drawer } from 'antd';
import { Link } from 'wouter';
import { people, type Staff } from '@/api/catalogue';
import { ErrorNotice } from '@/components/ErrorNotice';
import { StatusTag } from '@/components/StatusTag';
import { TransferButton } from '@/components/transfer/TransferButton';
import { Waiting } from '@/components/Waiting';
import { useI18n } from '@/i18n/I18nProvider';
import { useResource } from '@/lib/useResource';
import { Told } from './Told';

export function StaffDrawer({ id, onClose }: { id: string | null; onClose: () => void }) {
  const found = useResource(id, (signal) => people.one(id ?? '', signal));
  const staff = found.data?.id === id ? found.data : undefined;
  return (
    <Drawer open={id !== null} onClose={onClose} size={640} title={staff?.name ?? ''} destroyOnHidden>
      {found.error !== undefined && <ErrorNotice error={found.error} retry={found.reload} />}
      {staff ? <Detail staff={staff} changed={found.reload} /> : found.loading && <Waiting />}
    </Drawer>
  );
}

/** Who they are, what they have, and what the last sync was told of them. */
function Detail({ staff, changed }: { staff: Staff; changed: () => void }) {
  const { t, f } = useI18n();
  const { id, bound, error } = staff;
  const left = staff.status === 'left';
  const items = [
    { key: 'userid', label: t('staff.userid'), children: <code>{staff.userid}</code> },
    { key: 'department', label: t('customer.department'), children: staff.department?.name ?? '—' },
    { key: 'title', label: t('staff.title'), children: staff.title ?? '—' },
    {
      key: 'status',
      label: t('column.state'),
      children: <StatusTag tone={left ? 'quiet' : 'good'}>{t(`staff_status.${staff.status}`)}</StatusTag>,
    },
    { key: 'joined', label: t('staff.joined'), children: f.date(staff.joined_s) },
    ...(left ? [{ key: 'left', label: t('staff.left_at'), children: f.date(staff.left_s) }] : []),
    {
      key: 'friends',
      label: t('staff.friends'),
      children: <Link href={`/customers?staff_id=${id}`}>{f.number(staff.customers)}</Link>,
    },
    {
      key: 'bound',
      label: t('staff.bound'),
      children: <Link href={`/customers?bound_to=${id}`}>{f.number(bound)}</Link>,
    },
    {
      key: 'groups',
      label: t('staff.groups'),
      children: <Link href={`/groups?owner_id=${id}`}>{f.number(staff.groups)}</Link>,
    },
    { key: 'told', label: t('staff.told'), children: <Told staff={staff} whole /> },
    ...(error
      ? [{ key: 'why', label: t('staff.reason'), span: 2, children: `${error.message} ${error.hint}` }]
      : []),
  ];
  return (
    <div className="page-stack">
      {left && bound > 0 && <Alert type="warning" title={t('staff.left_alert', { n: bound })} />}
      <Descriptions size="small" column={{ xs: 1, sm: 2 }} items={items} />
      {bound > 0 && (
        <div>
          <TransferButton
            whom={{ from_staff_id: id }}
            name={t('transfer.from', { name: staff.name ?? id })}
            done={changed}
          />
        </div>
      )}
    </div>
  );
}
