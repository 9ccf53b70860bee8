import { Card, Descriptions, Tooltip } from 'antd';
import type { GroupDetail, GroupFigures } from '@/api/catalogue';
import { useI18n } from '@/i18n/I18nProvider';

/** A group's figures, its kind's own measure first; each says in a tooltip what it is. */
export function Worth({ group, figures }: { group: GroupDetail; figures: GroupFigures }) {
  const { t, f } = useI18n();
  const items = [
    {
      key: 'activity',
      measure: 'activity',
      label: <Tooltip title={t('group.activity_hint')}>{t('group.activity')}</Tooltip>,
      children: t('group.activity_value', {
        now: f.percent(figures.activity),
        before: f.percent(figures.activity_before),
      }),
    },
    {
      key: 'sales_share',
      measure: 'sales_share',
      label: <Tooltip title={t('group.total_share_hint')}>{t('group.sales_share')}</Tooltip>,
      children: f.percent(figures.sales_share),
    },
    {
      key: 'repurchase',
      measure: 'repurchase',
      label: <Tooltip title={t('group.repurchase_hint')}>{t('group.repurchase')}</Tooltip>,
      children: f.percent(figures.repurchase),
    },
    {
      key: 'bought',
      label: <Tooltip title={t('group.bought_share_hint')}>{t('group.bought_share')}</Tooltip>,
      children: f.percent(figures.bought_share),
    },
    {
      key: 'sales',
      label: <Tooltip title={t('group.sales_hint')}>{t('group.sales')}</Tooltip>,
      span: 2,
      children: t('group.sales_value', {
        amount: f.money(figures.amount_fen),
        orders: f.number(figures.orders),
        buyers: f.number(figures.buyers),
      }),
    },
    {
      key: 'messages',
      label: <Tooltip title={t('group.messages_hint')}>{t('group.messages')}</Tooltip>,
      span: 2,
      children: <Messages figures={figures} />,
    },
  ];
  const own = items.filter(({ measure }) => measure === figures.measure);
  const others = items.filter(({ measure }) => measure !== figures.measure);
  return (
    <Card
      size="small"
      title={<h2 className="card-title">{t('group.figures_title')}</h2>}
      extra={t('group.figures_days', { n: figures.days })}
    >
      <Descriptions
        size="small"
        column={{ xs: 1, sm: 2 }}
        items={[...own, ...others].map(({ key, label, children, span }, at) => ({
          key,
          label: at === 0 ? <strong>{label}</strong> : label,
          children: at === 0 ? <strong>{children}</strong> : children,
          ...(span && { span }),
        }))}
      />
      <p className="soft">
        {t('group.measure')} · {t(`group_kind.${group.kind}`)}: {t(`group_measure.${figures.measure}`)}
      </p>
    </Card>
  );
}

function Messages({ figures }: { figures: GroupFigures }) {
  const { t, f } = useI18n();
  const { messages, messages_not_available: why } = figures;
  if (messages === null) return <span className="soft">{why === null ? '—' : t(`group_unsaid.${why}`)}</span>;
  return t('group.messages_value', {
    n: f.number(messages),
    writers: f.number(figures.writers_a_day, 1),
    days: f.number(figures.message_days),
  });
}
