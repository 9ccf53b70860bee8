import { Card, Statistic } from 'antd';
import type { Clv } from '@/api/clv';
import { useI18n } from '@/i18n/I18nProvider';

/** All customers together, in four figures. */
export function Scores({ scores }: { scores: NonNullable<Clv['scores']> }) {
  const { t, f } = useI18n();
  const figures = [
    ['clv.buyers', f.number(scores.customers)],
    ['clv.alive_buyers', f.number(scores.alive, 0)],
    ['clv.purchases', f.number(scores.purchases, 0)],
    ['clv.value', f.moneyShort(scores.clv_fen)],
  ] as const;
  return (
    <section aria-label={t('clv.scores')}>
      <div className="figures">
        {figures.map(([title, value]) => (
          <Card key={title} size="small">
            <Statistic title={t(title, { weeks: scores.weeks })} value={value} />
          </Card>
        ))}
      </div>
      <p className="chart-note clv-note">
        {t('clv.scored', { time: f.time(scores.at_s), until: f.day(scores.until) })}
      </p>
    </section>
  );
}
