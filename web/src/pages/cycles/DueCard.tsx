import { Segmented, Space } from 'antd';
import { useMemo, useState } from 'react';
import { type Cycle, type CycleDue, cycles, type DueBar } from '@/api/cycles';
import { ChartCard } from '@/components/chart/ChartCard';
import { columnChart, whole } from '@/components/chart/options';
import { ErrorNotice } from '@/components/ErrorNotice';
import { Waiting } from '@/components/Waiting';
import { ExportButton } from '@/components/list/ExportButton';
import { useI18n } from '@/i18n/I18nProvider';
import { useResource } from '@/lib/useResource';
import { type Behind, PickedCustomers } from '@/pages/analyses/PickedCustomers';
import '@/pages/analyses/words';

const units = ['day', 'week'] as const;
type Unit = (typeof units)[number];

/** Who is due when, of one cycle: what is overdue, then the days or weeks to come. */
export function DueCard({ cycle }: { cycle: Cycle }) {
  const [unit, setUnit] = useState<Unit>('day');
  const found = useResource(`${cycle.id} ${unit} ${cycle.length} ${cycle.unit}`, (signal) =>
    cycles.due(cycle.id, { unit }, signal),
  );
  if (found.error !== undefined) return <ErrorNotice error={found.error} retry={found.reload} />;
  return found.data === undefined ? <Waiting /> : <Due data={found.data} unit={unit} setUnit={setUnit} />;
}

const overdueColour = '#c2603f';

function Due({ data, unit, setUnit }: { data: CycleDue; unit: Unit; setUnit: (unit: Unit) => void }) {
  const { t, f } = useI18n();
  const [picked, setPicked] = useState<DueBar | null>(null);
  const bars = useMemo(() => [...data.overdue, ...data.due], [data]);
  const label = useMemo(
    () => (bar: DueBar) => {
      if (bar.from === null) return t('cycle.until', { day: f.day(bar.to) });
      return bar.from === bar.to ? f.day(bar.from) : `${f.day(bar.from)} – ${f.day(bar.to)}`;
    },
    [t, f],
  );
  const past = data.overdue.length;
  const option = useMemo(
    () =>
      columnChart(
        bars.map((bar, i) => (i < past ? t('cycle.overdue_bar', { days: label(bar) }) : label(bar))),
        [
          {
            name: t('cycle.overdue'),
            type: 'bar',
            stack: 'due',
            itemStyle: { color: overdueColour },
            data: bars.map(({ customers }, i) => (i < past ? customers : null)),
          },
          {
            name: t('cycle.due'),
            type: 'bar',
            stack: 'due',
            data: bars.map(({ customers }, i) => (i < past ? null : customers)),
          },
        ],
        whole(f),
      ),
    [bars, past, label, t, f],
  );
  const pick = (i: number) => {
    const bar = bars[i];
    if (bar !== undefined && bar.customers > 0) setPicked(bar);
  };
  const sum = (list: DueBar[]) => list.reduce((n, { customers }) => n + customers, 0);
  return (
    <>
      <ChartCard
        title={t('cycle.question', { name: data.name })}
        note={t('cycle.answer', {
          begun: data.begun,
          overdue: sum(data.overdue),
          due: sum(data.due),
          day: f.day(data.due.at(-1)?.to ?? data.today),
        })}
        option={option}
        onPick={({ dataIndex }) => pick(dataIndex)}
        extra={
          <Space wrap>
            <Segmented<Unit>
              size="small"
              value={unit}
              onChange={setUnit}
              options={units.map((value) => ({ value, label: t(`unit.${value}`) }))}
            />
            <ExportButton
              size="small"
              label={t('cycle.export_due')}
              what="cycle_customers"
              filter={{ cycle_id: data.id, to: data.due.at(-1)?.to }}
            />
          </Space>
        }
        list={{ what: 'cycle_due', filter: { cycle_id: data.id, unit } }}
        table={{
          columns: [
            { key: 'when', title: t('cycle.when'), kind: 'text' },
            { key: 'customers', title: t('column.customers'), kind: 'number' },
          ],
          rows: bars.map((bar, i) => ({
            when: i < past ? t('cycle.overdue_bar', { days: label(bar) }) : label(bar),
            customers: bar.customers,
          })),
          pick: (row, key) =>
            key === 'customers' && (bars[row]?.customers ?? 0) > 0 ? () => pick(row) : null,
        }}
      />
      {picked && (
        <PickedCustomers behind={[behindOf(picked, data, label, t)]} onClose={() => setPicked(null)} />
      )}
    </>
  );
}

function behindOf(
  bar: DueBar,
  { id, name }: Cycle,
  label: (bar: DueBar) => string,
  t: ReturnType<typeof useI18n>['t'],
): Behind {
  return {
    title: t('cycle.who', { name, days: label(bar) }),
    customers: bar.customers,
    expression: bar.expression,
    list: { what: 'cycle_customers', filter: { cycle_id: id, from: bar.from, to: bar.to } },
  };
}
