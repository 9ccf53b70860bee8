import { Card, Statistic } from 'antd';
import { useMemo } from 'react';
import type { Query } from '@/api/client';
import { type Repurchase as Data, reports } from '@/api/reports';
import { ChartCard } from '@/components/chart/ChartCard';
import { columnChart, share, whole } from '@/components/chart/options';
import { useI18n } from '@/i18n/I18nProvider';
import type { ReportProps } from './Reports';
import { WithReport } from './WithReport';

export default function Repurchase({ query }: ReportProps) {
  return (
    <WithReport name="repurchase" query={query} load={reports.repurchase}>
      {(data) => (
        <>
          <Figures data={data} />
          <ByMonth rows={data.by_month} query={query} />
          <Intervals rows={data.intervals} query={query} />
        </>
      )}
    </WithReport>
  );
}

function Figures({ data }: { data: Data }) {
  const { t, f } = useI18n();
  const figures = [
    [t('revenue.buyers'), f.number(data.buyers)],
    [t('repurchase.repeat'), f.number(data.repeat_buyers)],
    [t('repurchase.rate'), f.percent(data.rate)],
    [t('repurchase.frequency'), f.number(data.frequency)],
    [t('repurchase.median'), f.number(data.interval_days.median, 1)],
    [t('repurchase.mean'), f.number(data.interval_days.mean, 1)],
  ] as const;
  return (
    <div className="figures">
      {figures.map(([title, value]) => (
        <Card key={title} size="small">
          <Statistic title={title} value={value} />
        </Card>
      ))}
    </div>
  );
}

function ByMonth({ rows, query }: { rows: Data['by_month']; query: Query }) {
  const { t, f } = useI18n();
  const option = useMemo(
    () =>
      columnChart(
        rows.map((row) => f.month(row.start_day)),
        [
          { name: t('revenue.buyers'), type: 'bar', data: rows.map((row) => row.buyers) },
          { name: t('repurchase.rate'), type: 'line', right: true, data: rows.map((row) => row.rate) },
        ],
        whole(f),
        share(f),
      ),
    [rows, t, f],
  );
  return (
    <ChartCard
      title={t('repurchase.question')}
      option={option}
      list={{ what: 'report_repurchase', filter: query }}
      table={{
        columns: [
          { key: 'start_day', title: t('unit.month'), kind: 'month' },
          { key: 'buyers', title: t('revenue.buyers'), kind: 'number' },
          { key: 'repeat_buyers', title: t('repurchase.repeat'), kind: 'number' },
          { key: 'rate', title: t('repurchase.rate'), kind: 'percent' },
        ],
        rows: rows.map((row) => ({ ...row })),
      }}
    />
  );
}

function Intervals({ rows, query }: { rows: Data['intervals']; query: Query }) {
  const { t, f } = useI18n();
  const option = useMemo(
    () =>
      columnChart(
        rows.map((row) => f.number(row.days)),
        [{ name: t('repurchase.count'), type: 'bar', data: rows.map((row) => row.count) }],
        whole(f),
      ),
    [rows, t, f],
  );
  return (
    <ChartCard
      title={t('repurchase.interval_question')}
      option={option}
      list={{ what: 'report_intervals', filter: query }}
      table={{
        columns: [
          { key: 'days', title: t('repurchase.days'), kind: 'number' },
          { key: 'count', title: t('repurchase.count'), kind: 'number' },
        ],
        rows: rows.map((row) => ({ ...row })),
      }}
    />
  );
}
