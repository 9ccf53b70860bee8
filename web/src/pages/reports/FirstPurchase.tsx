import { useMemo } from 'react';
import { type FirstPurchase as Data, reports } from '@/api/reports';
import { ChartCard } from '@/components/chart/ChartCard';
import { columnChart, whole } from '@/components/chart/options';
import { useI18n } from '@/i18n/I18nProvider';
import type { ReportProps } from './Reports';
import { WithReport } from './WithReport';

export default function FirstPurchase({ query }: ReportProps) {
  return (
    <WithReport name="first" query={query} load={reports.firstPurchase}>
      {(data) => <Buckets data={data} />}
    </WithReport>
  );
}

function Buckets({ data }: { data: Data }) {
  const { t, f } = useI18n();
  const rows = useMemo(
    () =>
      data.buckets.map(({ days_to, customers }) => ({
        days:
          days_to === null
            ? t('first.later')
            : days_to === 0
              ? t('first.same_day')
              : t('first.within', { n: days_to }),
        customers,
      })),
    [data, t],
  );
  const option = useMemo(
    () =>
      columnChart(
        rows.map(({ days }) => days),
        [{ name: t('column.customers'), type: 'bar', data: rows.map(({ customers }) => customers) }],
        whole(f),
      ),
    [rows, t, f],
  );
  return (
    <ChartCard
      title={t('first.question')}
      note={t('first.answer', {
        median: f.number(data.median_days, 1),
        mean: f.number(data.mean_days, 1),
        before: data.before,
        never: data.never,
      })}
      option={option}
      list={{ what: 'report_first_purchase' }}
      table={{
        columns: [
          { key: 'days', title: t('first.days'), kind: 'text' },
          { key: 'customers', title: t('column.customers'), kind: 'number' },
        ],
        rows,
      }}
    />
  );
}
