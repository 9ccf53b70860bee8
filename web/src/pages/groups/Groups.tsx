import { useMemo } from 'react';
import { type Group, people } from '@/api/catalogue';
import { EmptyState } from '@/components/EmptyState';
import { ListPage } from '@/components/list/ListPage';
import type { Column, Filter } from '@/components/list/types';
import { useOpen } from '@/components/list/useListState';
import { RowLink } from '@/components/list/RowLink';
import { useI18n } from '@/i18n/I18nProvider';
import { staffOptions } from '@/lib/options';
import { GroupDrawer } from './GroupDrawer';

export default function Groups() {
  const { t, f } = useI18n();
  const [open, setOpen] = useOpen();
  const columns = useMemo<Column<Group>[]>(
    () => [
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
      {
        key: 'joined_30d',
        title: t('group.joined_30d'),
        align: 'right',
        render: (g) => f.number(g.joined_30d),
      },
      {
        key: 'left_30d',
        title: t('group.left_30d'),
        align: 'right',
        render: (g) => f.number(g.left_30d),
      },
      {
        key: 'created',
        member: 'created_s',
        title: t('column.created'),
        render: ({ created_s }) => f.date(created_s),
      },
    ],
    [t, f, setOpen],
  );
  const filters = useMemo<Filter[]>(
    () => [
      { kind: 'text', key: 'q', label: t('group.search') },
      { kind: 'remote', key: 'owner_id', label: t('group.owner'), load: staffOptions },
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
      <GroupDrawer id={open} onClose={() => setOpen(null)} />
    </>
  );
}
