import { Menu, Select } from 'antd';
import { type ComponentType, lazy, Suspense, useMemo } from 'react';
import { useSearchParams } from 'wouter';
import type { Query } from '@/api/client';
import { DaysPicker } from '@/components/DaysPicker';
import { Waiting } from '@/components/Waiting';
import { useI18n } from '@/i18n/I18nProvider';
import { RemoteSelect } from '@/components/list/RemoteSelect';
import { channelOptions } from '@/lib/options';
import { useAddress } from '@/lib/useAddress';

export interface ReportProps {
  query: Query;
}

const names = [
  'revenue',
  'products',
  'concentration',
  'repurchase',
  'product_repurchase',
  'cohorts',
  'first',
  'provinces',
  'sources',
  'facts',
] as const;
type Name = (typeof names)[number];

const pages: Record<Name, ComponentType<ReportProps>> = {
  revenue: lazy(() => import('./Revenue')),
  products: lazy(() => import('./Products')),
  concentration: lazy(() => import('./Concentration')),
  repurchase: lazy(() => import('./Repurchase')),
  product_repurchase: lazy(() => import('./ProductRepurchase')),
  cohorts: lazy(() => import('./Cohorts')),
  first: lazy(() => import('./FirstPurchase')),
  provinces: lazy(() => import('./Provinces')),
  sources: lazy(() => import('./SourceReturn')),
  facts: lazy(() => import('./Facts')),
};

interface Control {
  days?: boolean;
  unit?: string[];
  channel?: boolean;
  /** Days that a new friend has for a first purchase. */
  within?: boolean;
}

/** What each report can be narrowed by. */
const controls: Record<Name, Control> = {
  revenue: { days: true, unit: ['month', 'week', 'day'], channel: true },
  products: { days: true, channel: true },
  concentration: { days: true, channel: true },
  repurchase: { days: true },
  product_repurchase: { days: true, channel: true },
  cohorts: { unit: ['month', 'week'] },
  first: {},
  provinces: { days: true },
  sources: { days: true, within: true },
  facts: { channel: true },
};

const within = [1, 3, 7, 14, 30, 90];
const withinDays = (address: URLSearchParams) =>
  within.find((days) => String(days) === address.get('within_days')) ?? 7;

export default function Reports() {
  const { t } = useI18n();
  const [address, setAddress] = useSearchParams();
  const name = names.find((one) => one === address.get('report')) ?? 'revenue';
  const has = controls[name];
  const query = useMemo<Query>(
    () => ({
      ...(has.days && { from: address.get('from'), to: address.get('to') }),
      ...(has.unit && { unit: has.unit.find((one) => one === address.get('unit')) ?? has.unit[0] }),
      ...(has.channel && { channel_id: address.get('channel_id') }),
      ...(has.within && { within_days: withinDays(address) }),
    }),
    [has, address],
  );
  const Page = pages[name];
  return (
    <div className="reports">
      <Menu
        className="report-menu"
        selectedKeys={[name]}
        onClick={({ key }) => setAddress(key === 'revenue' ? {} : { report: key })}
        items={names.map((one) => ({ key: one, label: t(`report.${one}`) }))}
      />
      <div className="page-stack report-page">
        <Controls has={has} />
        <Suspense fallback={<Waiting />}>
          <Page query={query} />
        </Suspense>
      </div>
    </div>
  );
}

function Controls({ has }: { has: Control }) {
  const { t } = useI18n();
  const [address, change] = useAddress();
  if (!has.days && !has.unit && !has.channel) return null;
  return (
    <div className="filters">
      {has.days && <DaysPicker />}
      {has.unit && (
        <Select
          aria-label={t('report.unit')}
          value={has.unit.find((one) => one === address.get('unit')) ?? has.unit[0]}
          onChange={(unit: string) => change({ unit })}
          options={(['month', 'week', 'day'] as const)
            .filter((value) => has.unit?.includes(value))
            .map((value) => ({ value, label: t(`unit.${value}`) }))}
        />
      )}
      {has.within && (
        <Select
          aria-label={t('first_buyers.within')}
          value={withinDays(address)}
          options={within.map((n) => ({ value: n, label: t('first_buyers.within_n', { n }) }))}
          onChange={(days: number) => change({ within_days: String(days) })}
        />
      )}
      {has.channel && (
        <RemoteSelect
          className="filter-select"
          label={t('order.channel')}
          load={channelOptions}
          value={address.get('channel_id') ?? undefined}
          onChange={(channel_id) => change({ channel_id })}
        />
      )}
    </div>
  );
}
