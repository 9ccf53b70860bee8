import { useMemo } from 'react';
import type { Query } from '@/api/client';
import { type ProvinceRow, reports } from '@/api/reports';
import { ChartCard } from '@/components/chart/ChartCard';
import { grid, tooltip, yuan } from '@/components/chart/options';
import { useI18n } from '@/i18n/I18nProvider';
import type { ReportProps } from './Reports';
import { WithReport } from './WithReport';

export default function Provinces({ query }: ReportProps) {
  return (
    <WithReport name="provinces" query={query} load={reports.provinces}>
      {({ items }) => <Bars rows={items} query={query} />}
    </WithReport>
  );
}

function Bars({ rows, query }: { rows: ProvinceRow[]; query: Query }) {
  const { t, f } = useI18n();
  const named = useMemo(
    () => rows.map((row) => ({ ...row, province: row.province ?? t('province.unknown') })),
    [rows, t],
  );
  const option = useMemo(
    () => ({
      grid,
      tooltip,
      xAxis: { type: 'value', axisLabel: { formatter: yuan(f) } },
      yAxis: { type: 'category', inverse: true, data: named.map(({ province }) => province) },
      series: [
        {
          type: 'bar',
          name: t('province.paid'),
          barMaxWidth: 18,
          data: named.map(({ paid_fen }) => paid_fen / 100),
        },
      ],
    }),
    [named, t, f],
  );
  return (
    <ChartCard
      title={t('province.question')}
      option={option}
      list={{ what: 'report_provinces', filter: query }}
      height={Math.max(280, named.length * 22 + 70)}
      table={{
        columns: [
          { key: 'province', title: t('customer.province'), kind: 'text' },
          { key: 'orders', title: t('customer.orders'), kind: 'number' },
          { key: 'paid_orders', title: t('province.paid_orders'), kind: 'number' },
          { key: 'paid_fen', title: t('province.paid'), kind: 'money' },
          { key: 'refunded_fen', title: t('revenue.refunded'), kind: 'money' },
        ],
        rows: named,
      }}
    />
  );
}
