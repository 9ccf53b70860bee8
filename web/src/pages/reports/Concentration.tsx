import { useMemo } from 'react';
import type { Query } from '@/api/client';
import { type Concentration as Data, reports } from '@/api/reports';
import { ChartCard } from '@/components/chart/ChartCard';
import { ColumnNotes } from '@/components/chart/ColumnNotes';
import { columnChart, share, yuan } from '@/components/chart/options';
import { useI18n } from '@/i18n/I18nProvider';
import type { ReportProps } from './Reports';
import { WithReport } from './WithReport';

const notes = [
  ['concentration.decile', 'concentration.note_decile'],
  ['revenue.sale', 'concentration.note_sale'],
  ['concentration.cumulative', 'concentration.note_cumulative'],
  ['concentration.least', 'concentration.note_least'],
] as const;

/** How much of the sales the largest buyers make. */
export default function Concentration({ query }: ReportProps) {
  return (
    <WithReport name="concentration" query={query} load={reports.concentration}>
      {(data) => <Tenths data={data} query={query} />}
    </WithReport>
  );
}

function Tenths({ data, query }: { data: Data; query: Query }) {
  const { t, f } = useI18n();
  const rows = useMemo(() => (data.customers > 0 ? data.deciles : []), [data]);
  const option = useMemo(
    () =>
      columnChart(
        rows.map(({ decile }) => String(decile)),
        [
          { name: t('revenue.sale'), type: 'bar', data: rows.map((row) => row.sale_fen / 100) },
          {
            name: t('concentration.cumulative'),
            type: 'line',
            right: true,
            data: rows.map((row) => row.cumulative_share),
          },
        ],
        yuan(f),
        share(f),
      ),
    [rows, t, f],
  );
  return (
    <>
      <ChartCard
        title={t('concentration.question')}
        note={t('concentration.answer', {
          customers: data.top_fifth.customers,
          sale: f.money(data.top_fifth.sale_fen),
          share: f.percent(data.top_fifth.share),
        })}
        option={option}
        list={{ what: 'report_concentration', filter: query }}
        stacked
        table={{
          columns: [
            { key: 'decile', title: t('concentration.decile'), kind: 'number' },
            { key: 'customers', title: t('revenue.buyers'), kind: 'number' },
            { key: 'sale_fen', title: t('revenue.sale'), kind: 'money' },
            { key: 'share', title: t('concentration.share'), kind: 'percent' },
            { key: 'cumulative_share', title: t('concentration.cumulative'), kind: 'percent' },
            { key: 'least_fen', title: t('concentration.least'), kind: 'money' },
          ],
          rows: rows.map((row) => ({ ...row })),
        }}
      />
      <ColumnNotes notes={notes} />
    </>
  );
}
