import { ScrollTable } from '@/components/ScrollTable';
import { Link } from 'wouter';
import { customers } from '@/api/customers';
import { ErrorNotice } from '@/components/ErrorNotice';
import { OrderStateTag } from '@/pages/orders/OrderStateTag';
import { useI18n } from '@/i18n/I18nProvider';
import { useResource } from '@/lib/useResource';

export function CustomerOrders({ id }: { id: string }) {
  const { t, f } = useI18n();
  const found = useResource(id, (signal) => customers.orders(id, signal));
  if (found.error !== undefined) return <ErrorNotice error={found.error} retry={found.reload} />;
  return (
    <ScrollTable
      size="small"
      rowKey="id"
      loading={found.loading}
      pagination={false}
      dataSource={found.data?.items ?? []}
      locale={{ emptyText: t('order.none') }}
      columns={[
        {
          title: t('order.number'),
          render: (_, order) => <Link href={`/orders?open=${order.id}`}>{order.number}</Link>,
        },
        { title: t('order.at'), render: (_, { at_s }) => f.time(at_s) },
        { title: t('column.state'), render: (_, order) => <OrderStateTag order={order} /> },
        { title: t('order.sale'), align: 'right', render: (_, { sale_fen }) => f.money(sale_fen) },
        {
          title: t('order.refunded'),
          align: 'right',
          render: (_, { refunded_fen }) => f.money(refunded_fen),
        },
      ]}
    />
  );
}
