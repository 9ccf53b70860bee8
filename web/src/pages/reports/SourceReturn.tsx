import { useMemo } from 'react';
import type { Query } from '@/api/client';
import { reports, type SourceReport } from '@/api/reports';
import { ChartCard } from '@/components/chart/ChartCard';
import { columnChart, yuan } from '@/components/chart/options';
import { useI18n } from '@/i18n/I18nProvider';
import type { ReportProps } from './Reports';
import { WithReport } from './WithReport';

export default function SourceReturn({ query }: ReportProps) {
  return (
    <WithReport name="sources" query={query} load={reports.sources}>
      {(data) => <Bars data={data} query={query} />}
    </WithReport>
  );
}

function Bars({ data, query }: { data: SourceReport; query: Query }) {
  const { t, f } = useI18n();
  const { items: rows, sum, within_days, complete } = data;
  const named = useMemo(
    () =>
      rows.map((row) => ({ ...row, source: typeof row.source === 'string' ? row.source : row.source.name })),
    [rows],
  );
  const option = useMemo(
    () =>
      columnChart(
        named.map(({ source }) => source),
        [
          { name: t('source.cost'), type: 'bar', data: named.map((row) => row.cost_fen / 100) },
          { name: t('source_return.revenue'), type: 'bar', data: named.map((row) => row.revenue_fen / 100) },
        ],
        yuan(f),
      ),
    [named, t, f],
  );
  return (
    <ChartCard
      title={t('source_return.question')}
      note={
        <>
          {t('first_buyers.answer', {
            friends: sum.friends,
            buyers: sum.first_buyers,
            rate: f.percent(sum.first_buyer_rate),
            n: within_days,
          })}
          {!complete && ` ${t('first_buyers.open')}`}
          <br />
          {t('source_return.note')} {t('first_buyers.note')}
        </>
      }
      option={option}
      list={{ what: 'report_sources', filter: query }}
      stacked
      height={340}
      table={{
        columns: [
          { key: 'source', title: t('customer.source'), kind: 'text' },
          { key: 'customers', title: t('source.customers'), kind: 'number' },
          { key: 'buyers', title: t('revenue.buyers'), kind: 'number' },
          { key: 'conversion', title: t('source_return.conversion'), kind: 'percent' },
          { key: 'friends', title: t('first_buyers.friends'), kind: 'number' },
          { key: 'first_buyers', title: t('first_buyers.buyers'), kind: 'number' },
          { key: 'first_buyer_rate', title: t('first_buyers.rate'), kind: 'percent' },
          { key: 'fixed_fen', title: t('cost_kind.fixed'), kind: 'money' },
          { key: 'traffic_fen', title: t('cost_kind.traffic'), kind: 'money' },
          { key: 'cost_fen', title: t('source.cost'), kind: 'money' },
          { key: 'cost_per_customer_fen', title: t('source.cost_each'), kind: 'money' },
          { key: 'revenue_fen', title: t('source_return.revenue'), kind: 'money' },
          { key: 'roi', title: 'ROI', kind: 'percent' },
        ],
        rows: named,
      }}
    />
  );
}
