import type { EChartsCoreOption } from 'echarts/core';
import { useMemo } from 'react';
import type { Query } from '@/api/client';
import { type Cohort, reports } from '@/api/reports';
import { ChartCard } from '@/components/chart/ChartCard';
import type { Table } from '@/components/chart/DataTable';
import type { Format } from '@/i18n/format';
import { useI18n } from '@/i18n/I18nProvider';
import type { T } from '@/i18n/text';
import type { ReportProps } from './Reports';
import { WithReport } from './WithReport';

export default function Cohorts({ query }: ReportProps) {
  return (
    <WithReport name="cohorts" query={query} load={reports.cohorts}>
      {({ cohorts }) => <Heat cohorts={cohorts} query={query} />}
    </WithReport>
  );
}

function Heat({ cohorts, query }: { cohorts: Cohort[]; query: Query }) {
  const monthly = query['unit'] !== 'week';
  const { t, f } = useI18n();
  const label = (cohort: Cohort) => (monthly ? f.month(cohort.start_day) : f.day(cohort.start_day));
  const periods = Math.max(0, ...cohorts.map(({ active }) => active.length));
  const option = useMemo(
    () =>
      heatOption(
        cohorts,
        cohorts.map((cohort) => (monthly ? f.month(cohort.start_day) : f.day(cohort.start_day))),
        periods,
        t,
        f,
      ),
    [cohorts, monthly, periods, t, f],
  );
  const table: Table = {
    columns: [
      { key: 'cohort', title: t('cohort.first_order'), kind: 'text' },
      { key: 'customers', title: t('column.customers'), kind: 'number' },
      ...Array.from({ length: periods }, (_, i) => ({
        key: `n${i}`,
        title: `+${i}`,
        kind: 'number' as const,
      })),
    ],
    rows: cohorts.map((cohort) => ({
      cohort: label(cohort),
      customers: cohort.customers,
      ...Object.fromEntries(cohort.active.map((n, i) => [`n${i}`, n])),
    })),
  };
  return (
    <ChartCard
      title={t(monthly ? 'cohort.question_month' : 'cohort.question_week')}
      note={t('cohort.note')}
      option={option}
      table={table}
      list={{ what: 'report_cohorts', filter: query }}
      height={Math.max(260, cohorts.length * 26 + 90)}
      stacked
    />
  );
}

/** Shares of the cohort that ordered again, period by period; the first period is all of it and is left out. */
function heatOption(
  cohorts: Cohort[],
  labels: string[],
  periods: number,
  t: T,
  f: Format,
): EChartsCoreOption {
  const cells = cohorts.flatMap(({ active, customers }, row) =>
    active.slice(1).map((n, i) => [i, row, customers > 0 ? n / customers : 0] as const),
  );
  const most = Math.max(0.01, ...cells.map(([, , value]) => value));
  return {
    grid: { left: 16, right: 24, top: 12, bottom: 56, containLabel: true },
    tooltip: {
      renderMode: 'richText',
      confine: true,
      formatter: ({ value }: { value: [number, number, number] }) =>
        `${labels[value[1]] ?? ''} +${value[0] + 1}: ${f.percent(value[2])}`,
    },
    xAxis: {
      type: 'category',
      name: t('cohort.later'),
      nameLocation: 'middle',
      nameGap: 26,
      data: Array.from({ length: Math.max(0, periods - 1) }, (_, i) => `+${i + 1}`),
    },
    yAxis: { type: 'category', inverse: true, data: labels },
    visualMap: {
      min: 0,
      max: most,
      show: false,
      inRange: { color: ['#eef5f4', '#9ccac7', '#2f8a8c', '#08484d'] },
    },
    series: [
      {
        type: 'heatmap',
        data: cells,
        label: {
          show: periods <= 16,
          fontSize: 11,
          formatter: ({ value }: { value: [number, number, number] }) => f.percent(value[2], 0),
        },
        itemStyle: { borderColor: '#fff', borderWidth: 1 },
      },
    ],
  };
}
