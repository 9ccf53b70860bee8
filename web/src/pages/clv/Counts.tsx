import { useMemo } from 'react';
import type { Clv } from '@/api/clv';
import { ChartCard } from '@/components/chart/ChartCard';
import { columnChart, whole } from '@/components/chart/options';
import { useI18n } from '@/i18n/I18nProvider';

/** The check of the fit: customers by repeat purchases, as expected and as they are. */
export function Counts({ counts }: { counts: Clv['counts'] }) {
  const { t, f } = useI18n();
  const rows = useMemo(
    () =>
      counts.map(({ repeats, or_more, expected, actual }) => ({
        repeats: or_more ? t('clv.or_more', { n: repeats }) : String(repeats),
        actual,
        expected: Math.round(expected * 10) / 10,
      })),
    [counts, t],
  );
  const option = useMemo(
    () =>
      columnChart(
        rows.map(({ repeats }) => repeats),
        [
          { name: t('clv.actual'), type: 'bar', data: rows.map((row) => row.actual) },
          { name: t('clv.expected'), type: 'bar', data: rows.map((row) => row.expected) },
        ],
        whole(f),
      ),
    [rows, t, f],
  );
  return (
    <ChartCard
      title={t('clv.counts_question')}
      note={t('clv.counts_note')}
      option={option}
      list={{ what: 'clv_counts' }}
      table={{
        columns: [
          { key: 'repeats', title: t('clv.repeats'), kind: 'text' },
          { key: 'actual', title: t('clv.actual'), kind: 'number' },
          { key: 'expected', title: t('clv.expected'), kind: 'number' },
        ],
        rows,
      }}
    />
  );
}
