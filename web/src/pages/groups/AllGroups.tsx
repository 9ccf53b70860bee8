import { useState } from 'react';
import { type Group, people } from '@/api/catalogue';
import { EmptyState } from '@/components/EmptyState';
import { ListPage } from '@/components/list/ListPage';
import { useOpen } from '@/components/list/useListState';
import { useI18n } from '@/i18n/I18nProvider';
import { useGroupColumns, useGroupFilters } from './columns';
import { GroupDrawer } from './GroupDrawer';

const DAYS = 30;
const figures = { days: String(DAYS) };

/** Every group, with what it is worth. */
export function AllGroups() {
  const { t } = useI18n();
  const [open, setOpen] = useOpen();
  const [version, setVersion] = useState(0);
  const columns = useGroupColumns(setOpen);
  const filters = useGroupFilters();
  return (
    <>
      <ListPage<Group>
        name="groups"
        columns={columns}
        filters={filters}
        load={people.groups}
        always={figures}
        version={version}
        rowKey={({ id }) => id}
        paging="cursor"
        empty={<EmptyState title={t('group.none')} hint={t('group.none_hint')} />}
        onOpen={({ id }) => setOpen(id)}
      />
      <p className="soft">
        {t('group.figures_days', { n: DAYS })} · {t('group.stay_note')}
      </p>
      <GroupDrawer id={open} onClose={() => setOpen(null)} changed={() => setVersion((n) => n + 1)} />
    </>
  );
}
