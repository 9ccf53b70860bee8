import { useI18n } from '@/i18n/I18nProvider';

/** The points at which the scores change, as the fit found them. */
export function Cuts({ cuts }: { cuts: unknown }) {
  const { t, f } = useI18n();
  if (typeof cuts !== 'object' || cuts === null) return null;
  const known = cuts as Partial<Record<'r' | 'f' | 'm', number[]>>;
  const lines = [
    ['rfm.cut_r', known.r?.map((days) => f.number(days, 1))],
    ['rfm.cut_f', known.f?.map((orders) => f.number(orders))],
    ['rfm.cut_m', known.m?.map((fen) => f.money(fen))],
  ] as const;
  return (
    <dl className="cuts">
      {lines.map(([key, values]) =>
        values ? (
          <div key={key}>
            <dt>{t(key)}</dt>
            <dd>{values.join(' · ')}</dd>
          </div>
        ) : null,
      )}
    </dl>
  );
}
