import { Button, Pagination, Select, Space } from 'antd';
import { useMemo, useState } from 'react';
import type { Query } from '@/api/client';
import { type ProductReport, type ProductRow, reports } from '@/api/reports';
import { useMay, useSession } from '@/app/session';
import { ChartCard } from '@/components/chart/ChartCard';
import { ColumnNotes } from '@/components/chart/ColumnNotes';
import { barChart, yuan } from '@/components/chart/options';
import { RemoteSelect } from '@/components/list/RemoteSelect';
import { useI18n } from '@/i18n/I18nProvider';
import { categoryOptions } from '@/lib/options';
import { useAddress } from '@/lib/useAddress';
import { ProductCost } from './ProductCost';
import type { ReportProps } from './Reports';
import { WithReport } from './WithReport';

const pageRows = 50;
const drawn = 15;

/** What one can sort by, the largest first, and what it is called. */
const sorts = [
  ['-sale', 'revenue.sale'],
  ['-orders', 'customer.orders'],
  ['-buyers', 'revenue.buyers'],
  ['-repurchase', 'repurchase.rate'],
  ['-quantity', 'product.quantity'],
  ['-returned', 'product.returned'],
  ['-return_rate', 'product.return_rate'],
  ['-margin', 'product.margin_rate'],
  ['-price_ratio', 'product.price_ratio'],
] as const;

const notes = [
  ['customer.orders', 'product.note_orders'],
  ['repurchase.repeat', 'product.note_repeat'],
  ['repurchase.rate', 'product.note_rate'],
  ['revenue.sale', 'product.note_sale'],
  ['product.returned', 'product.note_returned'],
  ['product.return_rate', 'product.note_return_rate'],
  ['product.margin', 'product.note_margin'],
  ['product.price_ratio', 'product.note_price_ratio'],
] as const;

/** How each product sells: a page of the table, and its first rows as a picture. */
export default function Products({ query }: ReportProps) {
  const [address] = useAddress();
  const [version, setVersion] = useState(0);
  const filter: Query = {
    ...query,
    category: address.get('category'),
    sort: sorts.find(([sort]) => sort === address.get('sort'))?.[0] ?? '-sale',
  };
  const page = Math.max(1, Number(address.get('page')) || 1);
  return (
    <WithReport
      name={`products ${version}`}
      query={{ ...filter, page, limit: pageRows }}
      load={reports.products}
    >
      {(data) => <Sold data={data} filter={filter} page={page} changed={() => setVersion(version + 1)} />}
    </WithReport>
  );
}

interface Props {
  data: ProductReport;
  filter: Query;
  page: number;
  changed: () => void;
}

const nameOf = ({ product }: ProductRow) =>
  product.name === product.code ? product.code : `${product.name} (${product.code})`;

function Sold({ data, filter, page, changed }: Props) {
  const { t, f } = useI18n();
  const option = useMemo(() => {
    const rows = data.items.slice(0, drawn);
    return barChart(
      rows.map(({ product }) => product.name),
      [
        { name: t('revenue.sale'), type: 'bar', data: rows.map((row) => row.sale_fen / 100) },
        { name: t('product.returned'), type: 'bar', data: rows.map((row) => row.returned_fen / 100) },
      ],
      yuan(f),
    );
  }, [data, t, f]);
  return (
    <>
      <ChartCard
        title={t('product.question')}
        note={t('product.answer', {
          products: data.sum.products,
          sale: f.money(data.sum.sale_fen),
          returned: f.money(data.sum.returned_fen),
          rate: f.percent(data.sum.return_rate),
        })}
        option={option}
        list={{ what: 'report_products', filter }}
        extra={<Tools filter={filter} changed={changed} />}
        stacked
        height={440}
        table={{ columns: useColumns(), rows: data.items.map((row) => ({ ...row, product: nameOf(row) })) }}
      />
      <Pages total={data.total ?? 0} page={page} />
      <ColumnNotes notes={notes} />
    </>
  );
}

function useColumns() {
  const { t } = useI18n();
  return [
    { key: 'product', title: t('product.name'), kind: 'text' as const },
    { key: 'orders', title: t('customer.orders'), kind: 'number' as const },
    { key: 'buyers', title: t('revenue.buyers'), kind: 'number' as const },
    { key: 'repeat_buyers', title: t('repurchase.repeat'), kind: 'number' as const },
    { key: 'repurchase_rate', title: t('repurchase.rate'), kind: 'percent' as const },
    { key: 'quantity', title: t('product.quantity'), kind: 'number' as const },
    { key: 'sale_fen', title: t('revenue.sale'), kind: 'money' as const },
    { key: 'returned_quantity', title: t('product.returned_quantity'), kind: 'number' as const },
    { key: 'returned_fen', title: t('product.returned'), kind: 'money' as const },
    { key: 'return_rate', title: t('product.return_rate'), kind: 'percent' as const },
    { key: 'margin_fen', title: t('product.margin'), kind: 'money' as const },
    { key: 'margin', title: t('product.margin_rate'), kind: 'percent' as const },
    { key: 'price_ratio', title: t('product.price_ratio'), kind: 'percent' as const },
  ];
}

function Tools({ filter, changed }: { filter: Query; changed: () => void }) {
  const { t } = useI18n();
  const may = useMay();
  const [, change] = useAddress();
  const whole = useSession().account.scope === 'all';
  const [costing, setCosting] = useState(false);
  return (
    <Space wrap>
      <RemoteSelect
        className="filter-select"
        label={t('product.category')}
        load={categoryOptions}
        value={filter['category'] ? String(filter['category']) : undefined}
        onChange={(category) => change({ category })}
      />
      <Select
        aria-label={t('product.sort')}
        value={String(filter['sort'])}
        options={sorts.map(([value, title]) => ({ value, label: t('product.by', { what: t(title) }) }))}
        onChange={(sort: string) => change({ sort })}
      />
      {may('cost_write') && whole && (
        <Button size="small" onClick={() => setCosting(true)}>
          {t('product.costs')}
        </Button>
      )}
      {costing && <ProductCost done={changed} onClose={() => setCosting(false)} />}
    </Space>
  );
}

function Pages({ total, page }: { total: number; page: number }) {
  const [, change] = useAddress();
  return (
    <Pagination
      size="small"
      current={page}
      pageSize={pageRows}
      total={Math.min(total, 10_000)}
      showSizeChanger={false}
      hideOnSinglePage
      onChange={(next) => change({ page: next === 1 ? undefined : String(next) })}
    />
  );
}
