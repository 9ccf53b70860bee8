import { useMemo, useState } from 'react';
import type { Funnel, FunnelGroup } from '@/api/analyses';
import { ChartCard } from '@/components/chart/ChartCard';
import { barChart, share } from '@/components/chart/options';
import { useI18n } from '@/i18n/I18nProvider';
import { listName } from '@/lib/analyses/events';
import type { Key, T } from '@/i18n/text';
import { shareOf } from './FunnelBars';
import { type Behind, PickedCustomers } from './PickedCustomers';
import { useExported } from './useAsked';

const drawn = 15;

function nameOf(group: FunnelGroup, by: string, t: T): string {
  if (by === 'gender' && (group.key === 'male' || group.key === 'female')) return t(`gender.${group.key}`);
  return group.name ?? t('funnel.no_group');
}

const rateOf = ({ levels }: FunnelGroup) => shareOf(levels.at(-1)?.customers ?? 0, levels[0]?.customers ?? 0);

/** The funnel of each group: which goes all the way most often. */
export function FunnelGroups({ data, by }: { data: Funnel; by: string }) {
  const { t, f, language } = useI18n();
  const exported = useExported('analysis_funnel');
  const [behind, setBehind] = useState<Behind[] | null>(null);
  const groups = useMemo(() => data.groups.slice(1), [data]);
  const shown = useMemo(() => groups.slice(0, drawn), [groups]);
  const option = useMemo(
    () =>
      barChart(
        shown.map((group) => nameOf(group, by, t)),
        [{ name: t('funnel.from_first'), type: 'bar', data: shown.map(rateOf) }],
        share(f),
      ),
    [shown, by, t, f],
  );
  const rows = groups.map((group) => ({
    group: nameOf(group, by, t),
    ...Object.fromEntries(group.levels.map(({ customers }, k) => [`n${k}`, customers])),
    rate: rateOf(group),
    p50: (group.levels.at(-1)?.customers ?? 0) > 0 ? f.duration(group.levels.at(-1)?.p50_s) : '—',
  }));
  const show = (row: number, k: number) => {
    const group = groups[row];
    const level = group?.levels[k];
    if (!group || !level) return;
    const list = data.steps[k];
    const step = `${k + 1} ${list ? listName(list, language) : ''}`;
    const name = nameOf(group, by, t);
    const lost = (group.levels[k - 1]?.customers ?? level.customers) - level.customers;
    setBehind([
      {
        title: `${name}${t('comma')}${t('funnel.who_reached', { step })}`,
        customers: level.customers,
        expression: level.expression,
      },
      ...(k > 0
        ? [
            {
              title: `${name}${t('comma')}${t('funnel.who_lost', { step })}`,
              customers: lost,
              expression: level.lost,
            },
          ]
        : []),
    ]);
  };
  const last = data.steps.length - 1;
  return (
    <>
      <ChartCard
        title={t('funnel.groups_question')}
        note={t('funnel.groups_note', { n: shown.length })}
        option={option}
        height={Math.max(220, shown.length * 30 + 60)}
        onPick={({ dataIndex }) => show(dataIndex, last)}
        {...exported}
        table={{
          columns: [
            { key: 'group', title: t(`funnel_by.${by}` as Key), kind: 'text' },
            ...data.steps.map((step, k) => ({
              key: `n${k}`,
              title: `${k + 1} ${listName(step, language)}`,
              kind: 'number' as const,
            })),
            { key: 'rate', title: t('funnel.from_first'), kind: 'percent' },
            { key: 'p50', title: t('funnel.p50'), kind: 'text' },
          ],
          rows,
          pick: (row, key) => (/^n\d$/.test(key) ? () => show(row, Number(key.slice(1))) : null),
        }}
      />
      {behind && <PickedCustomers behind={behind} onClose={() => setBehind(null)} />}
    </>
  );
}
