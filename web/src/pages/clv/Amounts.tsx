import { useMemo } from 'react';
import type { Clv } from '@/api/clv';
import { ChartCard } from '@/components/chart/ChartCard';
import { columnChart, whole } from '@/components/chart/options';
import { useI18n } from '@/i18n/I18nProvider';

/** The check of Gamma-Gamma: customers by their mean amount, as expected and as they are. */
export function Amounts({ amounts }: { amounts: Clv['amounts'] }) {
  const { t, f } = useI18n();
  const rows = useMemo(
    () =>
      amounts.map(({ from_fen, to_fen, expected, actual }) => ({
        amount:
          to_fen === null
            ? t('clv.from', { from: f.moneyShort(from_fen) })
            : t('clv.between', { from: f.moneyShort(from_fen), to: f.moneyShort(to_fen) }),
        actual,
        expected: Math.round(expected * 10) / 10,
      })),
    [amounts, t, f],
  );
  const option = useMemo(
    () =>
      columnChart(
        rows.map(({ amount }) => amount),
        [
          { name: t('clv.actual'), type: 'bar', data: rows.map((row) => row.actual) },
          { name: t('clv.expected'), type: 'line', data: rows.map((row) => row.expected) },
        ],
        whole(f),
      ),
    [rows, t, f],
  );
  return (
    <ChartCard
      title={t('clv.amounts_question')}
      note={t('clv.amounts_note')}
      option={option}
      list={{ what: 'clv_amounts' }}
      table={{
        columns: [
          { key: 'amount', title: t('clv.mean_amount'), kind: 'text' },
          { key: 'actual', title: t('clv.actual'), kind: 'number' },
          { key: 'expected', title: t('clv.expected'), kind: 'number' },
        ],
        rows,
      }}
    />
  );
}
