import { useMemo } from 'react';
import { Link } from 'wouter';
import { type Order, orders } from '@/api/orders';
import { EmptyState } from '@/components/EmptyState';
import { ListPage } from '@/components/list/ListPage';
import type { Column, Filter } from '@/components/list/types';
import { useOpen } from '@/components/list/useListState';
import { RowLink } from '@/components/list/RowLink';
import { useI18n } from '@/i18n/I18nProvider';
import type { Format } from '@/i18n/format';
import type { T } from '@/i18n/text';
import { channelOptions } from '@/lib/options';
import { ImportLink } from '@/pages/customers/ImportLink';
import { OrderDrawer } from './OrderDrawer';
import { OrderStateTag } from './OrderStateTag';

export default function Orders() {
  const { t, f } = useI18n();
  const [open, setOpen] = useOpen();
  const columns = useMemo(() => orderColumns(t, f, setOpen), [t, f, setOpen]);
  const filters = useMemo(() => orderFilters(t), [t]);
  return (
    <>
      <ListPage<Order>
        name="orders"
        columns={columns}
        filters={filters}
        load={orders.list}
        rowKey={(order) => order.id}
        onOpen={(order) => setOpen(order.id)}
        empty={<EmptyState title={t('order.none')} hint={t('order.none_hint')} action={<ImportLink />} />}
      />
      <OrderDrawer id={open} onClose={() => setOpen(null)} />
    </>
  );
}

function orderColumns(t: T, f: Format, open: (id: string) => void): Column<Order>[] {
  return [
    {
      key: 'number',
      title: t('order.number'),
      render: (order) => <RowLink onClick={() => open(order.id)}>{order.number}</RowLink>,
    },
    { key: 'state', title: t('column.state'), render: (order) => <OrderStateTag order={order} /> },
    {
      key: 'channel',
      member: 'channel.name',
      title: t('order.channel'),
      render: ({ channel }) => channel?.name ?? '—',
    },
    {
      key: 'customer',
      member: 'customer.nickname',
      title: t('order.customer'),
      render: ({ customer }) =>
        customer ? (
          <Link href={`/customers?open=${customer.id}`}>
            {customer.nickname ?? t('customer.no_nickname')}
          </Link>
        ) : (
          <span className="soft">{t('order.nobody')}</span>
        ),
    },
    { key: 'at', member: 'at_s', title: t('order.at'), render: ({ at_s }) => f.time(at_s) },
    {
      key: 'paid_at',
      member: 'paid_s',
      title: t('order.paid_at'),
      optional: true,
      render: ({ paid_s }) => f.time(paid_s),
    },
    {
      key: 'lines',
      title: t('order.lines'),
      align: 'right',
      render: ({ lines }) => f.number(lines),
    },
    {
      key: 'total',
      member: 'total_fen',
      title: t('order.total'),
      align: 'right',
      render: ({ total_fen }) => f.money(total_fen),
    },
    {
      key: 'sale',
      member: 'sale_fen',
      title: t('order.sale'),
      align: 'right',
      render: ({ sale_fen }) => f.money(sale_fen),
    },
    {
      key: 'paid',
      member: 'paid_fen',
      title: t('order.paid'),
      align: 'right',
      render: ({ paid_fen }) => f.money(paid_fen),
    },
    {
      key: 'refunded',
      member: 'refunded_fen',
      title: t('order.refunded'),
      align: 'right',
      render: ({ refunded_fen }) => f.money(refunded_fen),
    },
    {
      key: 'province',
      title: t('customer.province'),
      optional: true,
      render: ({ province }) => province ?? '—',
    },
    {
      key: 'staff',
      member: 'staff.name',
      title: t('customer.staff'),
      optional: true,
      render: ({ staff }) => staff?.name ?? '—',
    },
  ];
}

const states = ['created', 'paid', 'shipped', 'completed', 'closed'] as const;
const natures = ['sale', 'cancellation', 'adjustment'] as const;

function orderFilters(t: T): Filter[] {
  return [
    { kind: 'text', key: 'q', label: t('order.search') },
    { kind: 'remote', key: 'channel_id', label: t('order.channel'), load: channelOptions },
    {
      kind: 'choice',
      key: 'state',
      label: t('column.state'),
      options: states.map((value) => ({ value, label: t(`order_state.${value}`) })),
    },
    {
      kind: 'choice',
      key: 'nature',
      label: t('order.nature'),
      options: natures.map((value) => ({ value, label: t(`nature.${value}`) })),
    },
    {
      kind: 'choice',
      key: 'refunded',
      label: t('order.refund'),
      options: [
        { value: 'true', label: t('order.with_refund') },
        { value: 'false', label: t('order.without_refund') },
      ],
    },
    { kind: 'days', key: 'at', label: t('order.at'), from: 'from', to: 'to', instants: true },
  ];
}
