import { Descriptions, Select } from 'antd';
import { stages } from '@/api/catalogue';
import { customers } from '@/api/customers';
import { useMay } from '@/app/session';
import { TierMark } from '@/components/TierMark';
import { useI18n } from '@/i18n/I18nProvider';
import { useAction } from '@/lib/useAction';
import { useResource } from '@/lib/useResource';
import type { DetailProps } from './CustomerDrawer';
import { TagEditor } from './TagEditor';
import { Unmask } from './Unmask';

/** The first look at a customer: who, how much, how far; tags and stage are changed right here. */
export function CustomerSummary(props: DetailProps) {
  const { t, f } = useI18n();
  const { customer } = props;
  const items = [
    { key: 'phone', label: t('customer.phone'), children: <Unmask customer={customer} field="phone" /> },
    { key: 'stage', label: t('customer.stage'), children: <StageChoice {...props} /> },
    {
      key: 'tiers',
      label: t('customer.tier'),
      children: customer.tiers.map((tier) => <TierMark key={tier.model} {...tier} />),
    },
    {
      key: 'rfm',
      label: 'RFM',
      children: customer.rfm ? `R${customer.rfm.r} F${customer.rfm.f} M${customer.rfm.m}` : '—',
    },
    {
      key: 'clv',
      label: t('customer.clv'),
      children: customer.clv
        ? t('customer.clv_is', {
            clv: f.money(customer.clv.clv_fen),
            weeks: customer.clv.weeks,
            alive: f.percent(customer.clv.alive),
            purchases: f.number(customer.clv.purchases, 1),
          })
        : '—',
    },
    {
      key: 'influence',
      label: t('customer.influence'),
      children: t('customer.influence_is', {
        score: customer.influence.score,
        converted: customer.influence.converted,
        days: customer.influence.period_days,
      }),
    },
    { key: 'orders', label: t('customer.orders'), children: f.number(customer.orders) },
    { key: 'spend', label: t('customer.spend'), children: f.money(customer.spend_fen) },
    { key: 'last', label: t('customer.last_order'), children: f.date(customer.last_order_s) },
    { key: 'source', label: t('customer.source'), children: customer.source?.name ?? '—' },
    { key: 'added', label: t('customer.added'), children: f.time(customer.added_s) },
    { key: 'first', label: t('customer.first'), children: f.time(customer.first_s) },
  ];
  return (
    <div className="summary">
      <Descriptions size="small" column={{ xs: 1, sm: 2 }} items={items} />
      <TagEditor {...props} />
    </div>
  );
}

function StageChoice({ customer, etag, changed }: DetailProps) {
  const { t } = useI18n();
  const may = useMay();
  const { busy, run } = useAction();
  const found = useResource(may('customer_write') ? 'stages' : null, stages.list);
  if (!may('customer_write')) return <>{customer.stage?.name ?? '—'}</>;
  return (
    <Select
      size="small"
      className="stage-select"
      aria-label={t('customer.stage')}
      allowClear
      loading={found.loading || busy}
      disabled={busy}
      value={customer.stage?.id}
      options={(found.data?.items ?? (customer.stage ? [customer.stage] : [])).map(({ id, name }) => ({
        value: id,
        label: name,
      }))}
      onChange={(id?: string) =>
        void run(() => customers.patch(customer.id, { stage_id: id ?? null }, etag), t('saved')).then(changed)
      }
    />
  );
}
