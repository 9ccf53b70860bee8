import { useMemo } from 'react';
import type { Clv } from '@/api/clv';
import { ChartCard } from '@/components/chart/ChartCard';
import { columnChart, whole } from '@/components/chart/options';
import { useI18n } from '@/i18n/I18nProvider';

/** The other check: all repeat purchases up to each day; past the end of the data it is a test. */
export function OverTime({ points, until }: { points: Clv['points']; until: string }) {
  const { t, f } = useI18n();
  const rows = useMemo(
    () => points.map(({ day, expected, actual }) => ({ day, actual, expected: Math.round(expected) })),
    [points],
  );
  const tested = (rows.at(-1)?.day ?? until) > until;
  const option = useMemo(
    () =>
      columnChart(
        rows.map(({ day }) => f.day(day)),
        [
          { name: t('clv.actual'), type: 'line', data: rows.map((row) => row.actual) },
          { name: t('clv.expected'), type: 'line', data: rows.map((row) => row.expected) },
        ],
        whole(f),
      ),
    [rows, t, f],
  );
  return (
    <ChartCard
      title={t('clv.time_question')}
      note={t(tested ? 'clv.time_tested' : 'clv.time_note', { until: f.day(until) })}
      option={option}
      list={{ what: 'clv_points' }}
      table={{
        columns: [
          { key: 'day', title: t('column.day'), kind: 'day' },
          { key: 'actual', title: t('clv.actual'), kind: 'number' },
          { key: 'expected', title: t('clv.expected'), kind: 'number' },
        ],
        rows,
      }}
    />
  );
}
