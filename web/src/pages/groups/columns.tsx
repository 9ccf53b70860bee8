import { useMemo } from 'react';
import type { Group, GroupFigures } from '@/api/catalogue';
import { RowLink } from '@/components/list/RowLink';
import type { Column, Filter } from '@/components/list/types';
import { useI18n } from '@/i18n/I18nProvider';
import { staffOptions } from '@/lib/options';

/** What the list of groups shows of each. */
export function useGroupColumns(onOpen: (id: string) => void) {
  const { t, f } = useI18n();
  return useMemo<Column<Group>[]>(() => {
    const count = (key: 'friends' | 'joined_7d' | 'left_7d' | 'joined_30d' | 'left_30d', title: string) => ({
      key,
      title,
      align: 'right' as const,
      render: (group: Group) => f.number(group[key]),
    });
    const stay = (key: 'stay_7d' | 'stay_30d', title: string) => ({
      key,
      title,
      align: 'right' as const,
      render: (group: Group) => f.percent(group[key], 0),
    });
    const figure = (
      key: keyof GroupFigures,
      title: string,
      say: (figures: GroupFigures) => string,
      optional = false,
    ) => ({
      key,
      member: `figures.${key}`,
      title,
      align: 'right' as const,
      optional,
      render: ({ figures }: Group) => (figures === null ? '—' : say(figures)),
    });
    return [
      {
        key: 'name',
        title: t('group.name'),
        render: ({ id, name }) => <RowLink onClick={() => onOpen(id)}>{name}</RowLink>,
      },
      {
        key: 'owner',
        member: 'owner.name',
        title: t('group.owner'),
        render: ({ owner }) => owner?.name ?? '—',
      },
      { key: 'kind', title: t('column.kind'), render: ({ kind }) => t(`group_kind.${kind}`) },
      { key: 'level', title: t('group.level'), render: ({ level }) => t(`group_level.${level}`) },
      {
        key: 'members',
        title: t('group.members'),
        align: 'right',
        render: ({ members }) => f.number(members),
      },
      {
        key: 'measure',
        member: ['figures.sales_share', 'figures.activity', 'figures.repurchase'],
        title: t('group.measure'),
        align: 'right',
        render: ({ figures }) =>
          figures === null
            ? '—'
            : `${t(`group_measure.${figures.measure}`)} ${f.percent(figures.measure_value)}`,
      },
      figure('activity', t('group.activity'), ({ activity }) => f.percent(activity)),
      figure('amount_fen', t('group.sales'), ({ amount_fen }) => f.money(amount_fen)),
      figure('sales_share', t('group.sales_share'), ({ sales_share }) => f.percent(sales_share), true),
      figure('bought_share', t('group.bought_share'), ({ bought_share }) => f.percent(bought_share), true),
      figure('repurchase', t('group.repurchase'), ({ repurchase }) => f.percent(repurchase), true),
      figure('messages', t('group.messages'), ({ messages }) => f.number(messages), true),
      {
        key: 'plan',
        member: ['plan', 'plan_note'],
        title: t('group.plan'),
        render: ({ plan }) => (plan === null ? '—' : t(`group_plan.${plan}`)),
      },
      count('friends', t('group.friends')),
      { ...count('joined_7d', t('group.joined_7d')), optional: true },
      { ...count('left_7d', t('group.left_7d')), optional: true },
      { ...stay('stay_7d', t('group.stay_7d')), optional: true },
      count('joined_30d', t('group.joined_30d')),
      count('left_30d', t('group.left_30d')),
      stay('stay_30d', t('group.stay_30d')),
      {
        key: 'created',
        member: 'created_s',
        title: t('column.created'),
        render: ({ created_s }) => f.date(created_s),
      },
      {
        key: 'dismissed',
        member: 'dismissed_s',
        title: t('group.dismissed'),
        optional: true,
        render: ({ dismissed_s }) => f.date(dismissed_s),
      },
    ];
  }, [t, f, onOpen]);
}

export function useGroupFilters() {
  const { t } = useI18n();
  return useMemo<Filter[]>(
    () => [
      { kind: 'text', key: 'q', label: t('group.search') },
      { kind: 'remote', key: 'owner_id', label: t('group.owner'), load: staffOptions },
      {
        kind: 'choice',
        key: 'state',
        label: t('group.state'),
        options: (['active', 'dismissed', 'all'] as const).map((value) => ({
          value,
          label: t(`group_state.${value}`),
        })),
      },
      {
        kind: 'choice',
        key: 'kind',
        label: t('column.kind'),
        options: (['feed', 'interest', 'service'] as const).map((value) => ({
          value,
          label: t(`group_kind.${value}`),
        })),
      },
      {
        kind: 'choice',
        key: 'level',
        label: t('group.level'),
        options: (['welfare', 'vip', 'diamond'] as const).map((value) => ({
          value,
          label: t(`group_level.${value}`),
        })),
      },
      {
        kind: 'choice',
        key: 'plan',
        label: t('group.plan'),
        options: [
          ...(['keep', 'revive', 'give_up'] as const).map((value) => ({
            value,
            label: t(`group_plan.${value}`),
          })),
          { value: 'none', label: t('group.plan_none') },
        ],
      },
    ],
    [t],
  );
}
