import { useMemo, useState } from 'react';
import type { Clv } from '@/api/clv';
import { ChartCard } from '@/components/chart/ChartCard';
import { columnChart, whole, yuan } from '@/components/chart/options';
import type { Format } from '@/i18n/format';
import { useI18n } from '@/i18n/I18nProvider';
import type { T } from '@/i18n/text';
import { type Behind, PickedCustomers } from '@/pages/analyses/PickedCustomers';

type Band = Clv['bands'][number];

function nameOf({ from_fen, to_fen }: Band, t: T, f: Format): string {
  if (to_fen === null) return t('clv.from', { from: f.moneyShort(from_fen) });
  return from_fen === 0
    ? t('clv.below', { to: f.moneyShort(to_fen) })
    : t('clv.between', { from: f.moneyShort(from_fen), to: f.moneyShort(to_fen) });
}

/** How many are worth how much; each band can be saved as an audience. */
export function ValueBands({ bands, weeks }: { bands: Band[]; weeks: number }) {
  const { t, f } = useI18n();
  const [behind, setBehind] = useState<Behind[] | null>(null);
  const option = useMemo(
    () =>
      columnChart(
        bands.map((band) => nameOf(band, t, f)),
        [
          { name: t('column.customers'), type: 'bar', data: bands.map((band) => band.customers) },
          {
            name: t('clv.band_value'),
            type: 'line',
            right: true,
            data: bands.map((band) => band.clv_fen / 100),
          },
        ],
        whole(f),
        yuan(f),
      ),
    [bands, t, f],
  );
  const show = (index: number) => {
    const band = bands[index];
    if (band)
      setBehind([{ title: nameOf(band, t, f), customers: band.customers, expression: band.expression }]);
  };
  return (
    <>
      <ChartCard
        title={t('clv.bands_question', { weeks })}
        note={t('clv.bands_note')}
        option={option}
        list={{ what: 'clv_bands' }}
        onPick={({ dataIndex }) => show(dataIndex)}
        table={{
          columns: [
            { key: 'band', title: t('clv.band'), kind: 'text' },
            { key: 'customers', title: t('column.customers'), kind: 'number' },
            { key: 'clv_fen', title: t('clv.band_value'), kind: 'money' },
            { key: 'purchases', title: t('clv.band_purchases'), kind: 'number' },
          ],
          rows: bands.map((band) => ({
            band: nameOf(band, t, f),
            customers: band.customers,
            clv_fen: band.clv_fen,
            purchases: Math.round(band.purchases),
          })),
          pick: (row, key) => (key === 'customers' ? () => show(row) : null),
        }}
      />
      {behind && <PickedCustomers behind={behind} onClose={() => setBehind(null)} />}
    </>
  );
}
