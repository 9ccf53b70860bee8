import { useMemo } from 'react';
import { type CodeBy, type CodeStatistics, codes } from '@/api/codes';
import { ChartCard } from '@/components/chart/ChartCard';
import { columnChart, whole } from '@/components/chart/options';
import { EmptyState } from '@/components/EmptyState';
import { FiguresPage, type FiguresQuery } from '@/components/figures/FiguresPage';
import { useI18n, useT } from '@/i18n/I18nProvider';

const ways: [CodeBy, ...CodeBy[]] = ['code', 'staff', 'hour', 'day'];

/** What codes brought, by code, member of staff, hour or day. */
export function CodeStats() {
  const t = useT();
  return (
    <FiguresPage ways={ways} nameOf={(by) => t(`code_by.${by}`)} read={codes.statistics}>
      {(found, query) => <Chart found={found} query={query} />}
    </FiguresPage>
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
  query: FiguresQuery<CodeBy>;
}

function Chart({ found, query }: ChartProps) {
  const { by } = query;
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
          ...(by === 'code' || by === 'day' ? told(t) : []),
          { key: 'new_customers', title: t('code_customer.new'), kind: 'number' },
          { key: 'old_customers', title: t('code_customer.old'), kind: 'number' },
          { key: 'buyers', title: t('code_customer.buyer'), kind: 'number' },
          { key: 'friends_7d', title: t('code.friends_7d'), kind: 'number' },
          { key: 'ended_1d', title: t('code.ended_1d'), kind: 'number' },
          { key: 'ended_7d', title: t('code.ended_7d'), kind: 'number' },
          { key: 'ordered_7d', title: t('code.ordered_7d'), kind: 'number' },
          { key: 'amount_fen', title: t('code.amount_7d'), kind: 'money' },
        ],
        rows,
      }}
    />
  );
}
