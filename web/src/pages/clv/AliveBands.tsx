import { useMemo } from 'react';
import type { Clv } from '@/api/clv';
import { ChartCard } from '@/components/chart/ChartCard';
import { columnChart, whole } from '@/components/chart/options';
import { useI18n } from '@/i18n/I18nProvider';

/** How many are likely still to be buyers; those who bought once apart, of whom little can be told. */
export function AliveBands({ bands }: { bands: Clv['alive_bands'] }) {
  const { t, f } = useI18n();
  const rows = useMemo(
    () =>
      bands.map(({ from_percent, to_percent, customers, repeaters, clv_fen }) => ({
        band: `${from_percent}–${to_percent}%`,
        repeaters,
        once: customers - repeaters,
        clv_fen,
      })),
    [bands],
  );
  const option = useMemo(
    () =>
      columnChart(
        rows.map(({ band }) => band),
        [
          { name: t('clv.repeaters'), type: 'bar', stack: 'all', data: rows.map((row) => row.repeaters) },
          { name: t('clv.once'), type: 'bar', stack: 'all', data: rows.map((row) => row.once) },
        ],
        whole(f),
      ),
    [rows, t, f],
  );
  return (
    <ChartCard
      title={t('clv.alive_question')}
      note={t('clv.alive_note')}
      option={option}
      list={{ what: 'clv_alive' }}
      table={{
        columns: [
          { key: 'band', title: t('clv.alive'), kind: 'text' },
          { key: 'repeaters', title: t('clv.repeaters'), kind: 'number' },
          { key: 'once', title: t('clv.once'), kind: 'number' },
          { key: 'clv_fen', title: t('clv.band_value'), kind: 'money' },
        ],
        rows,
      }}
    />
  );
}
