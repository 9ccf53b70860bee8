import { useMemo } from 'react';
import { type Group, people } from '@/api/catalogue';
import { EmptyState } from '@/components/EmptyState';
import { ListPage } from '@/components/list/ListPage';
import type { Column, Filter } from '@/components/list/types';
import { useOpen } from '@/components/list/useListState';
import { RowLink } from '@/components/list/RowLink';
import '@/components/transfer/words';
import { useI18n } from '@/i18n/I18nProvider';
import { staffOptions } from '@/lib/options';
import { GroupDrawer } from './GroupDrawer';

export default function Groups() {
  const { t, f } = useI18n();
  const [open, setOpen] = useOpen();
  const columns = useMemo<Column<Group>[]>(() => {
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
    return [
      {
        key: 'name',
        title: t('group.name'),
        render: ({ id, name }) => <RowLink onClick={() => setOpen(id)}>{name}</RowLink>,
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
      count('friends', t('group.friends')),
      count('joined_7d', t('group.joined_7d')),
      count('left_7d', t('group.left_7d')),
      stay('stay_7d', t('group.stay_7d')),
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
  }, [t, f, setOpen]);
  const filters = useMemo<Filter[]>(
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
    ],
    [t],
  );
  return (
    <>
      <ListPage<Group>
        name="groups"
        columns={columns}
        filters={filters}
        load={people.groups}
        rowKey={({ id }) => id}
        paging="cursor"
        empty={<EmptyState title={t('group.none')} hint={t('group.none_hint')} />}
        onOpen={({ id }) => setOpen(id)}
      />
      <p className="soft">{t('group.stay_note')}</p>
      <GroupDrawer id={open} onClose={() => setOpen(null)} />
    </>
  );
}
