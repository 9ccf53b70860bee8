import { Button, Pagination, Select, Space } from 'antd';
import { useLocation } from 'wouter';
import type { Query } from '@/api/client';
import { cycles, type ProductRepurchase as Data, type ProductRepurchaseRow } from '@/api/cycles';
import { useMay } from '@/app/session';
import { ExportButton } from '@/components/list/ExportButton';
import { ScrollTable } from '@/components/ScrollTable';
import { useI18n } from '@/i18n/I18nProvider';
import { useAddress } from '@/lib/useAddress';
import '@/pages/cycles/words';
import type { ReportProps } from './Reports';
import { WithReport } from './WithReport';

const pageRows = 50;
const withins = [30, 60, 90, 180, 365];
const sorts = [
  ['-buyers', 'revenue.buyers'],
  ['-rate', 'repurchase.rate'],
  ['median', 'repurchase.median'],
  ['-intervals', 'again_product.intervals'],
] as const;

/** Which products are bought again, how soon, and by which cycle they are due. */
export default function ProductRepurchase({ query }: ReportProps) {
  const { t } = useI18n();
  const [address, change] = useAddress();
  const within = withins.find((days) => String(days) === address.get('within_days')) ?? 90;
  const sort = sorts.find(([one]) => one === address.get('sort'))?.[0] ?? '-buyers';
  const page = Math.max(1, Number(address.get('page')) || 1);
  const filter: Query = { ...query, within_days: within, sort, page, limit: pageRows };
  return (
    <>
      <div className="toolbar">
        <span className="soft">{t('again_product.hint', { n: within })}</span>
        <Space wrap>
          <Select
            aria-label={t('again_product.within')}
            value={within}
            options={withins.map((n) => ({ value: n, label: t('again_product.within_n', { n }) }))}
            onChange={(days: number) => change({ within_days: String(days) })}
          />
          <Select
            aria-label={t('product.sort')}
            value={sort}
            options={sorts.map(([value, title]) => ({ value, label: t('product.by', { what: t(title) }) }))}
            onChange={(next: string) => change({ sort: next })}
          />
          <ExportButton what="report_product_repurchase" filter={{ ...query, within_days: within, sort }} />
        </Space>
      </div>
      <WithReport name="product-repurchase" query={filter} load={cycles.products}>
        {(data) => (
          <>
            <Rows data={data} />
            <Pagination
              size="small"
              current={page}
              pageSize={pageRows}
              total={Math.min(data.total ?? 0, 10_000)}
              showSizeChanger={false}
              hideOnSinglePage
              onChange={(next) => change({ page: next === 1 ? undefined : String(next) })}
            />
          </>
        )}
      </WithReport>
    </>
  );
}

function Rows({ data }: { data: Data }) {
  const { t, f } = useI18n();
  const quartiles = ({ p25_days, p50_days, p75_days }: ProductRepurchaseRow) =>
    p50_days === null ? '—' : [p25_days, p50_days, p75_days].map((n) => f.number(n)).join(' / ');
  return (
    <ScrollTable<ProductRepurchaseRow>
      rowKey={({ product }) => product.id}
      size="middle"
      pagination={false}
      dataSource={data.items}
      columns={[
        {
          title: t('product.name'),
          render: (_, { product }) =>
            product.name === product.code ? product.code : `${product.name} (${product.code})`,
        },
        { title: t('revenue.buyers'), align: 'right', render: (_, { buyers }) => f.number(buyers) },
        { title: t('again_product.ripe'), align: 'right', render: (_, { ripe }) => f.number(ripe) },
        { title: t('repurchase.rate'), align: 'right', render: (_, { rate }) => f.percent(rate) },
        {
          title: t('again_product.intervals'),
          align: 'right',
          render: (_, { intervals }) => f.number(intervals),
        },
        { title: t('again_product.quartiles'), align: 'right', render: (_, row) => quartiles(row) },
        { title: t('again_product.cycle'), render: (_, row) => <CycleOf row={row} /> },
      ]}
    />
  );
}

/** The cycle that counts from the product, or the way to one. */
function CycleOf({ row: { product, cycle } }: { row: ProductRepurchaseRow }) {
  const { t } = useI18n();
  const may = useMay();
  const [, go] = useLocation();
  if (cycle !== null && may('audience_read'))
    return (
      <Button type="link" onClick={() => go(`/cycles?cycle=${cycle.id}`)}>
        {t(cycle.unit === 'month' ? 'again_product.months' : 'again_product.days', {
          name: cycle.name,
          n: cycle.length,
        })}
      </Button>
    );
  if (!may('audience_write')) return null;
  return (
    <Button size="small" onClick={() => go(`/cycles?product=${product.id}`)}>
      {t('again_product.make')}
    </Button>
  );
}
