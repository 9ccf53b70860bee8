import { Descriptions, Drawer } from 'antd';
import { useMemo } from 'react';
import { type GroupDetail, people } from '@/api/catalogue';
import { ChartCard } from '@/components/chart/ChartCard';
import { columnChart, whole } from '@/components/chart/options';
import { ErrorNotice } from '@/components/ErrorNotice';
import { Waiting } from '@/components/Waiting';
import { useI18n } from '@/i18n/I18nProvider';
import { useResource } from '@/lib/useResource';

export function GroupDrawer({ id, onClose }: { id: string | null; onClose: () => void }) {
  const { t } = useI18n();
  const found = useResource(id, (signal) => people.group(id ?? '', signal));
  const group = found.data?.id === id ? found.data : undefined;
  return (
    <Drawer
      open={id !== null}
      onClose={onClose}
      size={720}
      title={group?.name ?? t('group.name')}
      destroyOnHidden
    >
      {found.error !== undefined && <ErrorNotice error={found.error} retry={found.reload} />}
      {group ? <Detail group={group} /> : found.loading && <Waiting />}
    </Drawer>
  );
}

function Detail({ group }: { group: GroupDetail }) {
  const { t, f } = useI18n();
  const option = useMemo(
    () =>
      columnChart(
        group.days.map(({ day }) => f.day(day)),
        [
          { name: t('group.joins'), type: 'bar', data: group.days.map(({ joined }) => joined) },
          { name: t('group.leaves'), type: 'bar', data: group.days.map(({ left }) => -left) },
        ],
        whole(f),
      ),
    [group, t, f],
  );
  const items = [
    { key: 'owner', label: t('group.owner'), children: group.owner?.name ?? '—' },
    { key: 'level', label: t('group.level'), children: t(`group_level.${group.level}`) },
    { key: 'kind', label: t('column.kind'), children: t(`group_kind.${group.kind}`) },
    { key: 'members', label: t('group.members'), children: f.number(group.members) },
    { key: 'created', label: t('column.created'), children: f.date(group.created_s) },
  ];
  return (
    <div className="page-stack">
      <Descriptions size="small" column={{ xs: 1, sm: 2 }} items={items} />
      <ChartCard
        stacked
        title={t('group.question')}
        option={option}
        list={{ what: 'group_days', filter: { group_id: group.id } }}
        height={240}
        table={{
          columns: [
            { key: 'day', title: t('column.day'), kind: 'day' },
            { key: 'joined', title: t('group.joins'), kind: 'number' },
            { key: 'left', title: t('group.leaves'), kind: 'number' },
          ],
          rows: group.days,
        }}
      />
    </div>
  );
}
