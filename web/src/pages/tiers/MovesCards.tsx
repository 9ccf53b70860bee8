import { DatePicker } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { type ReactNode, useMemo, useState } from 'react';
import type { Query } from '@/api/client';
import { type Moves, type TierModel, tierModels } from '@/api/audiences';
import { ChartCard } from '@/components/chart/ChartCard';
import { columnChart, whole } from '@/components/chart/options';
import { ErrorNotice } from '@/components/ErrorNotice';
import { safeColour } from '@/components/TierMark';
import { useI18n } from '@/i18n/I18nProvider';
import { useResource } from '@/lib/useResource';

type Days = [Dayjs, Dayjs];

/** Who went from where to where between two days, and how the tiers grew. */
export function MovesCards({ model }: { model: TierModel }) {
  const { t } = useI18n();
  const [days, setDays] = useState<Days>(() => [dayjs().subtract(90, 'day'), dayjs()]);
  const span = { from_s: days[0].startOf('day').unix(), to_s: days[1].endOf('day').unix() };
  const found = useResource(`${model.id} ${span.from_s} ${span.to_s}`, (signal) =>
    tierModels.moves(model.id, span, signal),
  );
  if (found.error !== undefined) return <ErrorNotice error={found.error} retry={found.reload} />;
  if (!found.data) return null;
  const filter = { model_id: model.id, ...span };
  const picker = (
    <DatePicker.RangePicker
      size="small"
      aria-label={t('tier.between')}
      allowClear={false}
      value={days}
      onChange={(next) => next?.[0] && next[1] && setDays([next[0], next[1]])}
    />
  );
  return (
    <>
      <MovesChart moves={found.data} picker={picker} filter={filter} />
      <History moves={found.data} model={model} filter={filter} />
      {found.data.links.length === 0 && <p className="soft">{t('tier.no_moves')}</p>}
    </>
  );
}

/** Left and right columns need names of their own, or the picture would have circles. */
const left = (name: string) => `${name} `;
const right = (name: string) => ` ${name}`;

const nameOf = (moves: Moves, id: string | null) =>
  moves.nodes.find(({ tier_id }) => tier_id === id)?.name ?? '—';
const colourOf = (moves: Moves, name: string) =>
  safeColour(moves.nodes.find((node) => node.name === name)?.color ?? '');

interface CardProps {
  moves: Moves;
  filter: Query;
}

function MovesChart({ moves, picker, filter }: CardProps & { picker: ReactNode }) {
  const { t } = useI18n();
  const links = useMemo(
    () =>
      moves.links.map(({ source, target, customers }) => ({
        source: nameOf(moves, source),
        target: nameOf(moves, target),
        customers,
      })),
    [moves],
  );
  const option = useMemo(() => {
    const nodes = new Map<string, object>();
    for (const { source, target } of links) {
      nodes.set(left(source), { name: left(source), itemStyle: { color: colourOf(moves, source) } });
      nodes.set(right(target), { name: right(target), itemStyle: { color: colourOf(moves, target) } });
    }
    return {
      tooltip: { renderMode: 'richText', confine: true },
      series: [
        {
          type: 'sankey',
          left: 16,
          right: 120,
          data: [...nodes.values()],
          links: links.map(({ source, target, customers }) => ({
            source: left(source),
            target: right(target),
            value: customers,
          })),
          lineStyle: { color: 'gradient', opacity: 0.35 },
          emphasis: { focus: 'adjacency' },
        },
      ],
    };
  }, [moves, links]);
  return (
    <ChartCard
      title={t('tier.moves_question')}
      list={{ what: 'tier_moves', filter }}
      option={option}
      height={360}
      extra={picker}
      table={{
        columns: [
          { key: 'source', title: t('tier.from'), kind: 'text' },
          { key: 'target', title: t('tier.to'), kind: 'text' },
          { key: 'customers', title: t('column.customers'), kind: 'number' },
        ],
        rows: links,
      }}
    />
  );
}

function History({ moves, model, filter }: CardProps & { model: TierModel }) {
  const { t, f } = useI18n();
  const tiers = model.tiers;
  const rows = useMemo(
    () =>
      moves.history.map(({ at_s, tiers: counts }) => ({
        at_s,
        ...Object.fromEntries(
          tiers.map(({ id, name }) => [name, counts.find(({ tier_id }) => tier_id === id)?.customers ?? 0]),
        ),
      })),
    [moves, tiers],
  );
  const option = useMemo(
    () => ({
      ...columnChart(
        moves.history.map(({ at_s }) => f.date(at_s)),
        tiers.map(({ id, name }) => ({
          name,
          type: 'line' as const,
          data: moves.history.map(
            ({ tiers: counts }) => counts.find(({ tier_id }) => tier_id === id)?.customers ?? 0,
          ),
        })),
        whole(f),
      ),
      color: tiers.map(({ color }) => safeColour(color)),
    }),
    [moves, tiers, f],
  );
  return (
    <ChartCard
      title={t('tier.history_question')}
      list={{ what: 'tier_history', filter }}
      option={option}
      table={{
        columns: [
          { key: 'at_s', title: t('column.time'), kind: 'time' },
          ...tiers.map(({ name }) => ({ key: name, title: name, kind: 'number' as const })),
        ],
        rows,
      }}
    />
  );
}
