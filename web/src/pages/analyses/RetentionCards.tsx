import { Segmented } from 'antd';
import type { EChartsCoreOption } from 'echarts/core';
import { useMemo, useState } from 'react';
import type { Retention as Data, RetentionCohort } from '@/api/analyses';
import { ChartCard } from '@/components/chart/ChartCard';
import type { Table } from '@/components/chart/DataTable';
import { columnChart } from '@/components/chart/options';
import type { Format } from '@/i18n/format';
import { useI18n } from '@/i18n/I18nProvider';
import type { T } from '@/i18n/text';
import { type Behind, PickedCustomers } from './PickedCustomers';
import type { RetentionMeasure, Unit } from './Retention';
import { useExported } from './useAsked';

type Shown = 'each' | 'sum';

interface Props {
  data: Data;
  unit: Unit;
  measure: RetentionMeasure;
}

/** A cell as it is shown: of everyone in the cohort, or for each of them. */
const valueOf = ({ cells, customers }: RetentionCohort, k: number, shown: Shown): number | null => {
  const cell = cells[k] ?? null;
  if (cell === null || shown === 'sum') return cell;
  return customers > 0 ? cell / customers : null;
};

const kindOf = (measure: RetentionMeasure, shown: Shown) =>
  measure === 'amount' ? 'money' : measure === 'customers' && shown === 'each' ? 'percent' : 'number';

function formatOf(measure: RetentionMeasure, shown: Shown, f: Format): (value: number) => string {
  const kind = kindOf(measure, shown);
  if (kind === 'money') return (value) => f.moneyShort(value);
  return kind === 'percent' ? (value) => f.percent(value, 0) : (value) => f.number(value);
}

export function RetentionCards({ data, unit, measure }: Props) {
  const { f } = useI18n();
  const [shown, setShown] = useState<Shown>('each');
  // Cohorts nobody is in say nothing.
  const cohorts = useMemo(() => data.cohorts.filter(({ customers }) => customers > 0), [data]);
  const labels = useMemo(
    () => cohorts.map(({ day }) => (unit === 'month' ? f.month(day) : f.day(day))),
    [cohorts, unit, f],
  );
  const columns = cohorts[0]?.cells.length ?? 0;
  const common = { cohorts, labels, columns, unit, measure, shown };
  return (
    <>
      <Heat {...common} onShown={setShown} />
      {columns > 1 && <Average {...common} />}
    </>
  );
}

interface CardProps {
  cohorts: RetentionCohort[];
  labels: string[];
  columns: number;
  unit: Unit;
  measure: RetentionMeasure;
  shown: Shown;
}

function Heat(props: CardProps & { onShown: (shown: Shown) => void }) {
  const { cohorts, labels, columns, unit, measure, shown, onShown } = props;
  const exported = useExported('analysis_retention');
  const { t, f } = useI18n();
  const [behind, setBehind] = useState<Behind[] | null>(null);
  const option = useMemo(
    () => heatOption({ cohorts, labels, columns, unit, measure, shown }, t, f),
    [cohorts, labels, columns, unit, measure, shown, t, f],
  );
  const show = (row: number, k: number | null) => setBehind(behindOf(cohorts[row], labels[row] ?? '', k, t));
  const table: Table = {
    columns: [
      { key: 'cohort', title: t('retention.cohort'), kind: 'text' },
      { key: 'customers', title: t('column.customers'), kind: 'number' },
      ...Array.from({ length: columns }, (_, k) => ({
        key: `c${k}`,
        title: `+${k}`,
        kind: kindOf(measure, shown) as 'money' | 'percent' | 'number',
      })),
    ],
    rows: cohorts.map((cohort, row) => ({
      cohort: labels[row] ?? '',
      customers: cohort.customers,
      ...Object.fromEntries(cohort.cells.map((_, k) => [`c${k}`, valueOf(cohort, k, shown)])),
    })),
    empty: '',
    pick: (row, key) => {
      if (key === 'customers') return () => show(row, null);
      const k = /^c\d+$/.test(key) ? Number(key.slice(1)) : -1;
      const known = measure === 'customers' && k >= 0 && (cohorts[row]?.cells[k] ?? null) !== null;
      return known ? () => show(row, k) : null;
    },
  };
  return (
    <>
      <ChartCard
        title={t(`retention_question.${measure}`)}
        note={t(measure === 'customers' ? 'retention.note' : 'retention.note_sums')}
        option={option}
        height={Math.max(240, cohorts.length * 28 + 90)}
        minWidth={Math.max(480, columns * 46 + 120)}
        stacked
        {...(measure === 'customers' && {
          onPick: ({ value }) => {
            const [k, row] = value as [number, number];
            show(row, k);
          },
        })}
        {...exported}
        table={table}
        extra={
          <Segmented<Shown>
            size="small"
            value={shown}
            onChange={onShown}
            options={(['each', 'sum'] as const).map((value) => ({
              value,
              label: t(`retention_${value}.${measure}`),
            }))}
          />
        }
      />
      {behind && <PickedCustomers behind={behind} onClose={() => setBehind(null)} />}
    </>
  );
}

/** A cohort, or those of it who came back in its unit k. */
function behindOf(cohort: RetentionCohort | undefined, label: string, k: number | null, t: T): Behind[] {
  if (!cohort) return [];
  const whole = { title: t('retention.who', { cohort: label }), ...cohort };
  if (k === null) return [whole];
  return [
    {
      title: t('retention.who_back', { cohort: label, n: k }),
      customers: cohort.cells[k] ?? 0,
      expression: cohort.expressions[k] ?? null,
    },
    whole,
  ];
}

function heatOption(props: CardProps, t: T, f: Format): EChartsCoreOption {
  const { cohorts, labels, columns, unit, measure, shown } = props;
  const cells = cohorts.flatMap((cohort, row) =>
    cohort.cells.flatMap((_, k) => {
      const value = valueOf(cohort, k, shown);
      return value === null ? [] : [[k, row, value] as const];
    }),
  );
  const format = formatOf(measure, shown, f);
  // The first column is often all of them and would drown the others.
  const later = cells.filter(([k]) => k > 0);
  return {
    grid: { left: 8, right: 16, top: 8, bottom: 52, containLabel: true },
    tooltip: {
      renderMode: 'richText',
      confine: true,
      formatter: ({ value: [k, row, value] }: { value: [number, number, number] }) =>
        `${labels[row] ?? ''} +${k}: ${format(value)}`,
    },
    xAxis: {
      type: 'category',
      name: t(`retention_later.${unit}`),
      nameLocation: 'middle',
      nameGap: 26,
      data: Array.from({ length: columns }, (_, k) => `+${k}`),
    },
    yAxis: { type: 'category', inverse: true, data: labels },
    visualMap: {
      min: 0,
      max: Math.max(1e-9, ...(later.length > 0 ? later : cells).map(([, , value]) => value)),
      show: false,
      inRange: { color: ['#eef5f4', '#9ccac7', '#2f8a8c', '#08484d'] },
    },
    series: [
      {
        type: 'heatmap',
        data: cells,
        label: {
          show: columns <= 24,
          fontSize: 11,
          formatter: ({ value }: { value: [number, number, number] }) => format(value[2]),
        },
        itemStyle: { borderColor: '#fff', borderWidth: 1 },
      },
    ],
  };
}

/** Each column over the cohorts that have got there, every customer counting once. */
function Average({ cohorts, columns, unit, measure }: CardProps) {
  const { t, f } = useI18n();
  const rows = useMemo(
    () =>
      Array.from({ length: columns }, (_, k) => {
        const there = cohorts.filter(({ cells }) => (cells[k] ?? null) !== null);
        const customers = there.reduce((n, cohort) => n + cohort.customers, 0);
        const sum = there.reduce((n, { cells }) => n + (cells[k] ?? 0), 0);
        return { later: `+${k}`, customers, sum, mean: customers > 0 ? sum / customers : null };
      }).filter(({ mean }) => mean !== null),
    [cohorts, columns],
  );
  const option = useMemo(
    () =>
      columnChart(
        rows.map(({ later }) => later),
        [
          {
            name: t(`retention_each.${measure}`),
            type: 'line',
            data: rows.map(({ mean }) => mean),
          },
        ],
        formatOf(measure, 'each', f),
      ),
    [rows, measure, t, f],
  );
  const sum = measure === 'amount' ? ('money' as const) : ('number' as const);
  return (
    <ChartCard
      title={t(`retention_average.${measure}`)}
      note={t('retention.average_note')}
      option={option}
      height={260}
      table={{
        columns: [
          { key: 'later', title: t(`retention_later.${unit}`), kind: 'text' },
          { key: 'customers', title: t('column.customers'), kind: 'number' },
          { key: 'sum', title: t(`retention_sum.${measure}`), kind: sum },
          { key: 'mean', title: t(`retention_each.${measure}`), kind: kindOf(measure, 'each') },
        ],
        rows,
      }}
    />
  );
}
