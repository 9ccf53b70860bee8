import { useMemo } from 'react';
import type { Query } from '@/api/client';
import { reports, type RevenueRow } from '@/api/reports';
import { ChartCard } from '@/components/chart/ChartCard';
import { columnChart, whole, yuan } from '@/components/chart/options';
import { useI18n } from '@/i18n/I18nProvider';
import type { ReportProps } from './Reports';
import { WithReport } from './WithReport';

export default function Revenue({ query }: ReportProps) {
  return (
    <WithReport name="revenue" query={query} load={reports.revenue}>
      {({ items }) => (
        <>
          <Money rows={items} query={query} />
          <Buyers rows={items} query={query} />
        </>
      )}
    </WithReport>
  );
}

const moneyColumns = ['start_day', 'orders', 'sale_fen', 'refunded_fen', 'spend_fen', 'average_fen'];
const buyerColumns = ['start_day', 'buyers', 'new_buyers', 'repeat_buyers'];

interface Props {
  rows: RevenueRow[];
  query: Query;
}

const isMonthly = (query: Query) => query['unit'] === 'month';

function useLabels({ rows, query }: Props) {
  const { f } = useI18n();
  const monthly = isMonthly(query);
  return useMemo(
    () => rows.map(({ start_day }) => (monthly ? f.month(start_day) : f.day(start_day))),
    [rows, monthly, f],
  );
}

function Money(props: Props) {
  const { t, f } = useI18n();
  const { rows, query } = props;
  const monthly = isMonthly(query);
  const labels = useLabels(props);
  const option = useMemo(
    () =>
      columnChart(
        labels,
        [
          { name: t('revenue.sale'), type: 'bar', data: rows.map((row) => row.sale_fen / 100) },
          { name: t('revenue.refunded'), type: 'bar', data: rows.map((row) => row.refunded_fen / 100) },
          {
            name: t('revenue.average'),
            type: 'line',
            right: true,
            data: rows.map(({ average_fen }) => (average_fen === null ? null : average_fen / 100)),
          },
        ],
        yuan(f),
        yuan(f),
      ),
    [labels, rows, t, f],
  );
  return (
    <ChartCard
      title={t('revenue.question')}
      option={option}
      list={{ what: 'report_revenue', filter: query, columns: moneyColumns }}
      table={{
        columns: [
          { key: 'start_day', title: t('revenue.start'), kind: monthly ? 'month' : 'day' },
          { key: 'orders', title: t('customer.orders'), kind: 'number' },
          { key: 'sale_fen', title: t('revenue.sale'), kind: 'money' },
          { key: 'refunded_fen', title: t('revenue.refunded'), kind: 'money' },
          { key: 'spend_fen', title: t('revenue.spend'), kind: 'money' },
          { key: 'average_fen', title: t('revenue.average'), kind: 'money' },
        ],
        rows: rows.map((row) => ({ ...row })),
      }}
    />
  );
}

function Buyers(props: Props) {
  const { t, f } = useI18n();
  const { rows, query } = props;
  const monthly = isMonthly(query);
  const labels = useLabels(props);
  const option = useMemo(
    () =>
      columnChart(
        labels,
        [
          {
            name: t('revenue.new_buyers'),
            type: 'bar',
            stack: 'buyers',
            data: rows.map((row) => row.new_buyers),
          },
          {
            name: t('revenue.repeat_buyers'),
            type: 'bar',
            stack: 'buyers',
            data: rows.map((row) => row.repeat_buyers),
          },
        ],
        whole(f),
      ),
    [labels, rows, t, f],
  );
  return (
    <ChartCard
      title={t('revenue.buyers_question')}
      option={option}
      list={{ what: 'report_revenue', filter: query, columns: buyerColumns }}
      table={{
        columns: [
          { key: 'start_day', title: t('revenue.start'), kind: monthly ? 'month' : 'day' },
          { key: 'buyers', title: t('revenue.buyers'), kind: 'number' },
          { key: 'new_buyers', title: t('revenue.new_buyers'), kind: 'number' },
          { key: 'repeat_buyers', title: t('revenue.repeat_buyers'), kind: 'number' },
        ],
        rows: rows.map((row) => ({ ...row })),
      }}
    />
  );
}
