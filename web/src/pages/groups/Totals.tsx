import { Card, Statistic, Tooltip } from 'antd';
import { groups } from '@/api/groups';
import { useMay } from '@/app/session';
import { ErrorNotice } from '@/components/ErrorNotice';
import { useI18n } from '@/i18n/I18nProvider';
import { useResource } from '@/lib/useResource';

const DAYS = 30;

/** What all groups together are worth: their share of sales first. */
export function Totals() {
  const { t, f } = useI18n();
  const may = useMay();
  const found = useResource(may('report_read') ? 'totals' : null, (signal) => groups.totals(DAYS, signal));
  if (found.error !== undefined && found.error !== null)
    return <ErrorNotice error={found.error} retry={found.reload} />;
  const total = found.data;
  if (!total) return null;
  const figures = [
    {
      key: 'share',
      title: <Tooltip title={t('group.total_share_hint')}>{t('group.total_share')}</Tooltip>,
      value: f.percent(total.sales_share),
      below: t('group.figures_days', { n: total.days }),
    },
    {
      key: 'amount',
      title: t('group.total_amount'),
      value: f.moneyShort(total.amount_fen),
      below: t('group.total_of', { amount: f.moneyShort(total.all_amount_fen) }),
    },
    {
      key: 'people',
      title: t('group.total_people'),
      value: f.number(total.people),
      below: t('group.total_groups', { n: total.groups }),
    },
    {
      key: 'active',
      title: t('group.total_active'),
      value: f.percent(total.activity),
      below: t('group.total_active_of', { n: f.number(total.active) }),
    },
  ];
  return (
    <section>
      <div className="figures">
        {figures.map(({ key, title, value, below }) => (
          <Card key={key} size="small">
            <Statistic title={title} value={value} />
            <span className="soft">{below}</span>
          </Card>
        ))}
      </div>
      {total.as_of_s !== null && (
        <p className="soft figures-note">{t('group.review_as_of', { time: f.time(total.as_of_s) })}</p>
      )}
    </section>
  );
}
