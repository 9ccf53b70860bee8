import type { EChartsCoreOption } from 'echarts/core';
import { useMemo, useState } from 'react';
import type { Funnel, FunnelLevel } from '@/api/analyses';
import { colours } from '@/app/theme';
import { ChartCard } from '@/components/chart/ChartCard';
import { legend, tooltip } from '@/components/chart/options';
import type { Table } from '@/components/chart/DataTable';
import type { Format } from '@/i18n/format';
import { useI18n } from '@/i18n/I18nProvider';
import { listName } from '@/lib/analyses/events';
import type { T } from '@/i18n/text';
import { type Behind, PickedCustomers } from './PickedCustomers';
import { useExported } from './useAsked';

interface Props {
  data: Funnel;
  /** The same question of the period before. */
  earlier: Funnel | null;
}

export const shareOf = (part: number, whole: number) => (whole > 0 ? part / whole : null);

interface Row {
  step: string;
  customers: number;
  /** Of the step before, and of the first. */
  from_last: number | null;
  from_first: number | null;
  lost: number;
  p50: string;
  p90: string;
  before: number | null;
  before_rate: number | null;
}

function rowsOf(names: string[], levels: FunnelLevel[], before: FunnelLevel[] | null, f: Format): Row[] {
  const first = levels[0]?.customers ?? 0;
  return levels.map(({ customers, p50_s, p90_s }, i) => {
    const last = levels[i - 1]?.customers ?? customers;
    const some = i > 0 && customers > 0;
    return {
      step: `${i + 1} ${names[i] ?? ''}`,
      customers,
      from_last: i === 0 ? null : shareOf(customers, last),
      from_first: shareOf(customers, first),
      lost: last - customers,
      p50: some ? f.duration(p50_s) : '—',
      p90: some ? f.duration(p90_s) : '—',
      before: before?.[i]?.customers ?? null,
      before_rate: before ? shareOf(before[i]?.customers ?? 0, before[0]?.customers ?? 0) : null,
    };
  });
}

/** A bar for each step, with those who were lost before it; beside it the numbers. */
export function FunnelBars({ data, earlier }: Props) {
  const { t, f, language } = useI18n();
  const exported = useExported('analysis_funnel');
  const [behind, setBehind] = useState<Behind[] | null>(null);
  const levels = useMemo(() => data.groups[0]?.levels ?? [], [data]);
  const rows = useMemo(() => {
    const names = data.steps.map((step) => listName(step, language));
    return rowsOf(names, levels, earlier?.groups[0]?.levels ?? null, f);
  }, [data, levels, earlier, language, f]);
  const option = useMemo(() => barsOption(rows, earlier !== null, t, f), [rows, earlier, t, f]);
  const show = (index: number) => setBehind(behindOf(rows, levels, index, t));
  const columns: Table['columns'] = [
    { key: 'step', title: t('funnel.step_title'), kind: 'text' },
    { key: 'customers', title: t('funnel.reached'), kind: 'number' },
    { key: 'from_last', title: t('funnel.from_last'), kind: 'percent' },
    { key: 'from_first', title: t('funnel.from_first'), kind: 'percent' },
    { key: 'lost', title: t('funnel.lost'), kind: 'number' },
    { key: 'p50', title: t('funnel.p50'), kind: 'text' },
    { key: 'p90', title: t('funnel.p90'), kind: 'text' },
    ...(earlier
      ? ([
          { key: 'before', title: t('funnel.before'), kind: 'number' },
          { key: 'before_rate', title: t('funnel.before_rate'), kind: 'percent' },
        ] as const)
      : []),
  ];
  return (
    <>
      <ChartCard
        title={t('funnel.question')}
        note={<Summary levels={levels} />}
        option={option}
        height={Math.max(240, rows.length * (earlier ? 76 : 60) + 60)}
        stacked
        onPick={({ dataIndex }) => show(dataIndex)}
        {...exported}
        table={{
          columns,
          rows: levels[0]?.customers ? rows.map((row) => ({ ...row })) : [],
          pick: (row, key) => (key === 'customers' || (key === 'lost' && row > 0) ? () => show(row) : null),
        }}
      />
      {behind && <PickedCustomers behind={behind} onClose={() => setBehind(null)} />}
    </>
  );
}

function behindOf(rows: Row[], levels: FunnelLevel[], index: number, t: T): Behind[] {
  const level = levels[index];
  const row = rows[index];
  if (!level || !row) return [];
  const reached = {
    title: t('funnel.who_reached', { step: row.step }),
    customers: level.customers,
    expression: level.expression,
  };
  const lost = {
    title: t('funnel.who_lost', { step: row.step }),
    customers: row.lost,
    expression: level.lost,
  };
  return index === 0 ? [reached] : [reached, lost];
}

/** The answer in a sentence or two. */
function Summary({ levels }: { levels: FunnelLevel[] }) {
  const { t, f } = useI18n();
  const first = levels[0];
  const last = levels.at(-1);
  if (!first || !last || levels.length < 2 || first.customers === 0) return null;
  const rate = f.percent(shareOf(last.customers, first.customers));
  return (
    <>
      {t('funnel.answer', { first: first.customers, last: last.customers, rate })}{' '}
      {last.customers > 0 &&
        t('funnel.answer_time', { half: f.duration(last.p50_s), most: f.duration(last.p90_s) })}{' '}
      {t('funnel.press')}
    </>
  );
}

const lostColour = '#f3d3d8';

function barsOption(rows: Row[], compared: boolean, t: T, f: Format): EChartsCoreOption {
  const label = { show: true, fontSize: 12 };
  const reached = {
    name: t('funnel.reached'),
    type: 'bar',
    stack: 'now',
    barMaxWidth: 30,
    data: rows.map(({ customers }) => customers),
  };
  const lost = {
    name: t('funnel.lost'),
    type: 'bar',
    stack: 'now',
    barMaxWidth: 30,
    itemStyle: { color: lostColour },
    data: rows.map((row) => row.lost),
    label: {
      ...label,
      position: 'insideLeft',
      color: colours.ink,
      formatter: ({ dataIndex }: { dataIndex: number }) => {
        const row = rows[dataIndex];
        if (!row) return '';
        const rate = row.from_last === null ? '' : ` · ${f.percent(row.from_last)}`;
        return `${f.number(row.customers)}${rate}`;
      },
    },
  };
  const before = {
    name: t('funnel.before'),
    type: 'bar',
    barMaxWidth: 14,
    itemStyle: { color: '#aab6b8' },
    data: rows.map((row) => row.before),
    label: {
      ...label,
      position: 'right',
      color: colours.soft,
      formatter: ({ value }: { value: number }) => f.number(value),
    },
  };
  return {
    grid: { left: 8, right: 72, top: 40, bottom: 8, containLabel: true },
    legend,
    tooltip: { ...tooltip, axisPointer: { type: 'shadow' } },
    xAxis: { type: 'value', axisLabel: { formatter: (n: number) => f.number(n), hideOverlap: true } },
    yAxis: {
      type: 'category',
      inverse: true,
      data: rows.map(({ step }) => step),
      axisLabel: { width: 108, overflow: 'break', color: colours.ink },
    },
    series: compared ? [reached, lost, before] : [reached, lost],
  };
}
