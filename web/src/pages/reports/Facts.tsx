import { Card } from 'antd';
import type { Query } from '@/api/client';
import { type Facts as Data, reports } from '@/api/reports';
import { DataTable, type Table } from '@/components/chart/DataTable';
import { ExportButton } from '@/components/list/ExportButton';
import { useI18n } from '@/i18n/I18nProvider';
import type { Key } from '@/i18n/text';
import type { ReportProps } from './Reports';
import { WithReport } from './WithReport';

const counts = [
  'lines',
  'lines_without_customer',
  'cancellation_lines',
  'cancellation_orders',
  'adjustment_lines',
  'negative_quantity_not_cancelled',
  'zero_price_lines',
  'negative_price_lines',
  'exact_duplicate_lines',
  'orders',
  'orders_with_two_times',
  'customers',
  'sale_lines',
  'sale_lines_with_customer',
  'sale_orders_with_customer',
  'buyers',
  'repeat_buyers',
  'paid_orders',
  'unpaid_orders',
  'refunded_orders',
] as const;
const amounts = [
  'sale_fen',
  'sale_fen_with_customer',
  'cancelled_fen',
  'total_fen',
  'paid_fen',
  'refunded_fen',
] as const;

/** What the order data itself is like: how much is missing, cancelled, doubled. */
export default function Facts({ query }: ReportProps) {
  return (
    <WithReport name="facts" query={query} load={reports.facts}>
      {(data) => <Tables data={data} query={query} />}
    </WithReport>
  );
}

function Tables({ data, query }: { data: Data; query: Query }) {
  const { t } = useI18n();
  const table = (names: readonly (keyof Data)[], kind: 'number' | 'money'): Table => ({
    columns: [
      { key: 'fact', title: t('facts.fact'), kind: 'text' },
      { key: 'value', title: t('column.value'), kind },
    ],
    rows: names
      .filter((name) => name in data)
      .map((name) => ({ fact: t(`facts.${name}` as Key), value: data[name] ?? null })),
  });
  const numbers = table(counts, 'number');
  const money = table(amounts, 'money');
  return (
    <Card
      title={<h2 className="card-title">{t('facts.question')}</h2>}
      extra={<ExportButton size="small" what="report_facts" filter={query} />}
    >
      <div className="facts">
        <DataTable table={numbers} label={t('facts.counts')} height={900} />
        <DataTable table={money} label={t('facts.amounts')} height={900} />
      </div>
    </Card>
  );
}
