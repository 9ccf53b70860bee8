import { DatePicker, Segmented } from 'antd';
import dayjs from 'dayjs';
import { useMemo } from 'react';
import { useSearchParams } from 'wouter';
import { type CodeBy, type CodeStatistics, codes } from '@/api/codes';
import { ChartCard } from '@/components/chart/ChartCard';
import { columnChart, whole } from '@/components/chart/options';
import { EmptyState } from '@/components/EmptyState';
import { ErrorNotice } from '@/components/ErrorNotice';
import { Waiting } from '@/components/Waiting';
import { useI18n } from '@/i18n/I18nProvider';
import { useResource } from '@/lib/useResource';

const ways: CodeBy[] = ['code', 'staff', 'hour', 'day'];

/** What codes brought, by code, member of staff, hour or day. */
export function CodeStats() {
  const { t } = useI18n();
  const [address, setAddress] = useSearchParams();
  const by = ways.find((one) => one === address.get('by')) ?? 'code';
  const change = (next: Record<string, string | undefined>) => {
    const all = { ...Object.fromEntries(address), ...next };
    setAddress(Object.entries(all).flatMap(([k, v]) => (v ? [[k, v]] : [])));
  };
  const query = useMemo(
    () => ({ by, from: address.get('from') ?? undefined, to: address.get('to') ?? undefined }),
    [by, address],
  );
  const found = useResource(JSON.stringify(query), (signal) => codes.statistics(query, signal));
  const day = (key: string) => (address.get(key) ? dayjs(address.get(key)) : null);
  return (
    <>
      <div className="filters">
        <Segmented<CodeBy>
          value={by}
          onChange={(next) => change({ by: next })}
          options={ways.map((value) => ({ value, label: t(`code_by.${value}`) }))}
        />
        <DatePicker.RangePicker
          allowEmpty={[true, true]}
          placeholder={[t('report.from'), t('report.to')]}
          value={[day('from'), day('to')]}
          onChange={(days) =>
            change({ from: days?.[0]?.format('YYYY-MM-DD'), to: days?.[1]?.format('YYYY-MM-DD') })
          }
        />
      </div>
      {found.error !== undefined && found.error !== null && (
        <ErrorNotice error={found.error} retry={found.reload} />
      )}
      {found.data ? <Chart found={found.data} by={by} query={query} /> : !found.error && <Waiting />}
      {found.data && <NotAvailable found={found.data} />}
    </>
  );
}

/** What nobody tells, and why. */
function NotAvailable({ found }: { found: CodeStatistics }) {
  const { t } = useI18n();
  return (
    <section className="soft">
      <h2 className="card-title">{t('code.not_available')}</h2>
      <ul>
        {found.not_available.map(({ key, reason }) => (
          <li key={key}>{reason}</li>
        ))}
      </ul>
    </section>
  );
}

/** What WeCom tells of links and Koi counts of groups' pages; there by code and by day. */
const told = (t: ReturnType<typeof useI18n>['t']) => [
  { key: 'click_link_customer_cnt', title: t('code.clicks'), kind: 'number' as const },
  { key: 'new_customer_cnt', title: t('code.clicked_new'), kind: 'number' as const },
  { key: 'added_rate', title: t('code.added_rate'), kind: 'percent' as const },
  { key: 'page_views', title: t('code.page_views'), kind: 'number' as const },
];

interface ChartProps {
  found: CodeStatistics;
  by: CodeBy;
  query: { by: CodeBy; from: string | undefined; to: string | undefined };
}

function Chart({ found, by, query }: ChartProps) {
  const { t, f } = useI18n();
  const rows = useMemo(
    () =>
      found.items.map(({ code, staff, hour, day, ...counts }) => ({
        ...counts,
        what:
          by === 'code'
            ? (code?.name ?? '')
            : by === 'staff'
              ? (staff?.name ?? t('code.members_of_groups'))
              : by === 'hour'
                ? `${hour ?? 0}:00`
                : (day ?? ''),
      })),
    [found, by, t],
  );
  const option = useMemo(
    () =>
      columnChart(
        rows.map(({ what }) => what),
        [
          { name: t('code.friends'), type: 'bar', data: rows.map(({ friends }) => friends) },
          { name: t('code.joined'), type: 'bar', data: rows.map(({ joined }) => joined) },
          { name: t('code.ended_7d'), type: 'bar', data: rows.map(({ ended_7d }) => ended_7d) },
        ],
        whole(f),
      ),
    [rows, t, f],
  );
  if (rows.length === 0) return <EmptyState title={t('code.stats_none')} hint={t('code.stats_none_hint')} />;
  return (
    <ChartCard
      title={t(`code_question.${by}`)}
      option={option}
      list={{ what: 'code_statistics', filter: query }}
      stacked
      table={{
        columns: [
          { key: 'what', title: t(`code_by.${by}`), kind: 'text' },
          { key: 'friends', title: t('code.friends'), kind: 'number' },
          { key: 'joined', title: t('code.joined'), kind: 'number' },
          { key: 'new_customers', title: t('code_customer.new'), kind: 'number' },
          { key: 'old_customers', title: t('code_customer.old'), kind: 'number' },
          { key: 'buyers', title: t('code_customer.buyer'), kind: 'number' },
          { key: 'friends_7d', title: t('code.friends_7d'), kind: 'number' },
          { key: 'ended_1d', title: t('code.ended_1d'), kind: 'number' },
          { key: 'ended_7d', title: t('code.ended_7d'), kind: 'number' },
          { key: 'ordered_7d', title: t('code.ordered_7d'), kind: 'number' },
          { key: 'amount_fen', title: t('code.amount_7d'), kind: 'money' },
          ...(by === 'code' || by === 'day' ? told(t) : []),
        ],
        rows,
      }}
    />
  );
}
