import { Button } from 'antd';
import { useMemo } from 'react';
import { type Figures, type FiguresBy, staffFigures, type StaffFigures as Found } from '@/api/handovers';
import { useMay } from '@/app/session';
import { ChartCard } from '@/components/chart/ChartCard';
import { columnChart, whole } from '@/components/chart/options';
import { EmptyState } from '@/components/EmptyState';
import { FiguresPage, type FiguresQuery } from '@/components/figures/FiguresPage';
import type { Format } from '@/i18n/format';
import { useI18n } from '@/i18n/I18nProvider';
import { useAction } from '@/lib/useAction';
import '@/pages/handovers/words';

const ways: [FiguresBy, ...FiguresBy[]] = ['staff', 'department', 'day'];

/** What staff did: WeCom's counts, Koi's own beside them, and what nobody can tell. */
export default function StaffFigures() {
  const { t, f } = useI18n();
  const may = useMay();
  const { busy, run } = useAction();
  return (
    <FiguresPage
      ways={ways}
      nameOf={(by) => t(`figures_by.${by}`)}
      read={staffFigures.read}
      tools={
        may('system') && (
          <Button loading={busy} onClick={() => void run(staffFigures.ask, t('figures.asked'))}>
            {t('figures.ask')}
          </Button>
        )
      }
      note={(found) => (
        <p className="soft">
          {t('figures.sources')} {found?.told_s && t('figures.told', { time: f.time(found.told_s) })}
        </p>
      )}
    >
      {(found, query) => <Chart found={found} query={query} />}
    </FiguresPage>
  );
}

/** One value, or the lowest and the highest of several: percentages are not averaged. */
const between = (low: number | null, high: number | null, show: (n: number) => string) =>
  low === null || high === null ? null : low === high ? show(low) : `${show(low)} – ${show(high)}`;

function cells(one: Figures, f: Format) {
  return {
    ...one,
    replied: between(one.reply_percentage_low, one.reply_percentage_high, (n) => f.percent(n / 100, 0)),
    minutes: between(one.avg_reply_time_low, one.avg_reply_time_high, (n) => f.number(n)),
    kept_7: one.base_7d === 0 ? null : one.kept_7d / one.base_7d,
    kept_30: one.base_30d === 0 ? null : one.kept_30d / one.base_30d,
  };
}

interface ChartProps {
  found: Found;
  query: FiguresQuery<FiguresBy>;
}

function Chart({ found, query }: ChartProps) {
  const { by } = query;
  const { t, f } = useI18n();
  const rows = useMemo(
    () =>
      found.items.map(({ staff, department, day, ...figures }) => ({
        ...cells(figures, f),
        what: (by === 'staff' ? staff?.name : by === 'department' ? department?.name : day) ?? '—',
      })),
    [found, by, f],
  );
  const option = useMemo(() => {
    const type = by === 'day' ? ('line' as const) : ('bar' as const);
    return columnChart(
      rows.map(({ what }) => what),
      [
        { name: t('figures.chat_cnt'), type, data: rows.map(({ chat_cnt }) => chat_cnt) },
        {
          name: t('figures.new_contact_cnt'),
          type,
          data: rows.map(({ new_contact_cnt }) => new_contact_cnt),
        },
        {
          name: t('figures.negative_feedback_cnt'),
          type,
          data: rows.map(({ negative_feedback_cnt }) => negative_feedback_cnt),
        },
      ],
      whole(f),
    );
  }, [rows, by, t, f]);
  if (rows.length === 0) return <EmptyState title={t('figures.none')} hint={t('figures.none_hint')} />;
  return (
    <ChartCard
      title={t(`figures.question.${by}`)}
      option={option}
      list={{ what: 'staff_figures', filter: query }}
      stacked
      table={{
        columns: [
          { key: 'what', title: t(`figures_by.${by}`), kind: by === 'day' ? 'day' : 'text' },
          { key: 'chat_cnt', title: t('figures.chat_cnt'), kind: 'number' },
          { key: 'message_cnt', title: t('figures.message_cnt'), kind: 'number' },
          { key: 'replied', title: t('figures.reply_percentage'), kind: 'text' },
          { key: 'minutes', title: t('figures.avg_reply_time'), kind: 'text' },
          { key: 'new_contact_cnt', title: t('figures.new_contact_cnt'), kind: 'number' },
          {
            key: 'negative_feedback_cnt',
            title: t('figures.negative_feedback_cnt'),
            kind: 'number',
          },
          { key: 'new_member_cnt', title: t('figures.new_member_cnt'), kind: 'number' },
          { key: 'msg_total', title: t('figures.msg_total'), kind: 'number' },
          { key: 'friends_added', title: t('figures.friends_added'), kind: 'number' },
          { key: 'friends_ended_by_customer', title: t('figures.friends_ended'), kind: 'number' },
          { key: 'kept_7', title: t('figures.kept_7d'), kind: 'percent' },
          { key: 'kept_30', title: t('figures.kept_30d'), kind: 'percent' },
        ],
        rows,
      }}
    />
  );
}
