import { Descriptions, Drawer } from 'antd';
import { ScrollTable } from '@/components/ScrollTable';
import { Link } from 'wouter';
import { type OrderDetail, orders } from '@/api/orders';
import { ErrorNotice } from '@/components/ErrorNotice';
import { Waiting } from '@/components/Waiting';
import { useI18n } from '@/i18n/I18nProvider';
import { useResource } from '@/lib/useResource';
import { OrderStateTag } from './OrderStateTag';

export function OrderDrawer({ id, onClose }: { id: string | null; onClose: () => void }) {
  const { t } = useI18n();
  const found = useResource(id, (signal) => orders.detail(id ?? '', signal));
  const order = found.data?.id === id ? found.data : undefined;
  return (
    <Drawer
      open={id !== null}
      onClose={onClose}
      size={720}
      title={order?.number ?? t('order.title')}
      rootClassName="detail-drawer"
      destroyOnHidden
    >
      {found.error !== undefined && <ErrorNotice error={found.error} retry={found.reload} />}
      {order ? <Detail order={order} /> : found.loading && <Waiting />}
    </Drawer>
  );
}

function Detail({ order }: { order: OrderDetail }) {
  const { t, f } = useI18n();
  const items = [
    { key: 'state', label: t('column.state'), children: <OrderStateTag order={order} /> },
    { key: 'channel', label: t('order.channel'), children: order.channel?.name ?? '—' },
    {
      key: 'customer',
      label: t('order.customer'),
      children: order.customer ? (
        <Link href={`/customers?open=${order.customer.id}`}>
          {order.customer.nickname ?? t('customer.no_nickname')}
        </Link>
      ) : (
        t('order.nobody')
      ),
    },
    { key: 'staff', label: t('customer.staff'), children: order.staff?.name ?? '—' },
    { key: 'at', label: t('order.at'), children: f.time(order.at_s) },
    { key: 'paid_at', label: t('order.paid_at'), children: f.time(order.paid_s) },
    { key: 'total', label: t('order.total'), children: f.money(order.total_fen) },
    { key: 'sale', label: t('order.sale'), children: f.money(order.sale_fen) },
    { key: 'paid', label: t('order.paid'), children: f.money(order.paid_fen) },
    { key: 'refunded', label: t('order.refunded'), children: f.money(order.refunded_fen) },
    { key: 'province', label: t('customer.province'), children: order.province ?? '—' },
  ];
  return (
    <div className="page-stack">
      <Descriptions size="small" column={{ xs: 1, sm: 2 }} items={items} />
      <h3>{t('order.items')}</h3>
      <Items order={order} />
      <h3>{t('order.refunds')}</h3>
      <ScrollTable
        size="small"
        rowKey="number"
        pagination={false}
        dataSource={order.refunds}
        locale={{ emptyText: t('order.no_refund') }}
        columns={[
          { title: t('order.refund_number'), dataIndex: 'number' },
          { title: t('column.time'), dataIndex: 'at_s', render: (s: number) => f.time(s) },
          {
            title: t('column.amount'),
            dataIndex: 'amount_fen',
            align: 'right',
            render: (fen: number) => f.money(fen),
          },
        ]}
      />
    </div>
  );
}

function Items({ order }: { order: OrderDetail }) {
  const { t, f } = useI18n();
  return (
    <ScrollTable
      size="small"
      rowKey="line"
      pagination={order.items.length > 50 ? { pageSize: 50 } : false}
      dataSource={order.items}
      columns={[
        { title: '#', dataIndex: 'line' },
        { title: t('order.product'), render: (_, { product }) => product?.name ?? '—' },
        { title: t('order.code'), render: (_, { product }) => <code>{product?.code}</code> },
        { title: t('order.line_nature'), render: (_, { nature }) => t(`line.${nature}`) },
        { title: t('order.quantity'), align: 'right', render: (_, { quantity }) => f.number(quantity) },
        {
          title: t('order.unit_price'),
          align: 'right',
          render: (_, { unit_price_micro }) => f.money(unit_price_micro / 10_000),
        },
        { title: t('column.amount'), align: 'right', render: (_, { amount_fen }) => f.money(amount_fen) },
      ]}
    />
  );
}
