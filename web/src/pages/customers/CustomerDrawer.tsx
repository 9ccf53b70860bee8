import { Drawer, Tabs } from 'antd';
import { useSearchParams } from 'wouter';
import { type CustomerDetail, customers } from '@/api/customers';
import { useMay } from '@/app/session';
import { ErrorNotice } from '@/components/ErrorNotice';
import { Waiting } from '@/components/Waiting';
import { useI18n } from '@/i18n/I18nProvider';
import { useResource } from '@/lib/useResource';
import { CustomerOrders } from './CustomerOrders';
import { CustomerSummary } from './CustomerSummary';
import { Notes } from './Notes';
import { Profile } from './Profile';
import { Relations } from './Relations';
import { Timeline } from './Timeline';

export interface DetailProps {
  customer: CustomerDetail;
  etag: string;
  /** Loads the customer again and tells the list. */
  changed: () => void;
}

interface Props {
  id: string | null;
  onClose: () => void;
  onChanged: () => void;
  onOpen: (id: string) => void;
}

/** One customer: summary on top, then profile, timeline and what hangs on them. */
export function CustomerDrawer({ id, onClose, onChanged }: Props) {
  const { t } = useI18n();
  const found = useResource(id, (signal) => customers.detail(id ?? '', signal));
  const reply = found.data?.value.id === id ? found.data : undefined;
  const changed = () => {
    found.reload();
    onChanged();
  };
  return (
    <Drawer
      open={id !== null}
      onClose={onClose}
      size={780}
      title={reply?.value.nickname ?? t('customer.title')}
      rootClassName="detail-drawer"
      destroyOnHidden
    >
      {found.error !== undefined && <ErrorNotice error={found.error} retry={found.reload} />}
      {reply ? (
        <Detail key={reply.value.id} customer={reply.value} etag={reply.etag} changed={changed} />
      ) : (
        found.loading && <Waiting />
      )}
    </Drawer>
  );
}

function Detail(props: DetailProps) {
  const { t } = useI18n();
  const may = useMay();
  const [query, setQuery] = useSearchParams();
  const { id, relations, groups } = props.customer;
  const items = [
    { key: 'timeline', label: t('customer.timeline'), children: <Timeline id={id} /> },
    { key: 'profile', label: t('customer.profile'), children: <Profile {...props} /> },
    {
      key: 'relations',
      label: `${t('customer.relations')} ${relations.length + groups.length}`,
      children: <Relations customer={props.customer} />,
    },
    ...(may('order_read')
      ? [{ key: 'orders', label: t('customer.orders'), children: <CustomerOrders id={id} /> }]
      : []),
    { key: 'notes', label: t('customer.notes'), children: <Notes id={id} /> },
  ];
  return (
    <>
      <CustomerSummary {...props} />
      <Tabs
        items={items}
        activeKey={query.get('tab') ?? 'timeline'}
        onChange={(tab) =>
          setQuery((old) => {
            const next = new URLSearchParams(old);
            next.set('tab', tab);
            return next;
          })
        }
      />
    </>
  );
}
