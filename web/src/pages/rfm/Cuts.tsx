import type { RfmCuts } from '@/api/audiences';
import { useI18n } from '@/i18n/I18nProvider';

/** The points at which the scores change, as the fit found them. */
export function Cuts({ cuts }: { cuts: RfmCuts }) {
  const { t, f } = useI18n();
  const lines = [
    ['rfm.cut_r', cuts.recency_s.map((s) => f.date(s))],
    ['rfm.cut_f', cuts.orders.map((orders) => f.number(orders))],
    ['rfm.cut_m', cuts.amount_fen.map((fen) => f.money(fen))],
  ] as const;
  return (
    <dl className="cuts">
      {lines.map(([key, values]) => (
        <div key={key}>
          <dt>{t(key)}</dt>
          <dd>{values.join(' · ')}</dd>
        </div>
      ))}
    </dl>
  );
}
