import { Descriptions, Drawer, Segmented } from 'antd';
import { useMemo, useState } from 'react';
import { type GroupDetail, people } from '@/api/catalogue';
import { ChartCard } from '@/components/chart/ChartCard';
import { columnChart, whole } from '@/components/chart/options';
import { ErrorNotice } from '@/components/ErrorNotice';
import { Waiting } from '@/components/Waiting';
import { useI18n } from '@/i18n/I18nProvider';
import { useResource } from '@/lib/useResource';
import { Decision } from './Decision';
import { GroupMembers } from './GroupMembers';
import { Valuable } from './Valuable';
import { Worth } from './Worth';

const spans = [30, 90, 180, 365];

interface DrawerProps {
  id: string | null;
  onClose: () => void;
  /** After kind, level or plan were set. */
  changed?: () => void;
}

export function GroupDrawer({ id, onClose, changed }: DrawerProps) {
  const { t } = useI18n();
  const [days, setDays] = useState(90);
  const found = useResource(id && `${id} ${days}`, (signal) => people.group(id ?? '', days, signal));
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
      {group ? (
        <Detail
          group={group}
          days={days}
          onDays={setDays}
          changed={() => {
            found.reload();
            changed?.();
          }}
        />
      ) : (
        found.loading && <Waiting />
      )}
    </Drawer>
  );
}

interface DetailProps {
  group: GroupDetail;
  days: number;
  onDays: (days: number) => void;
}

function Detail({ group, days, onDays, changed }: DetailProps & { changed: () => void }) {
  const { t, f } = useI18n();
  const stayed = (share: number | null, n: number) =>
    share === null ? '—' : t('group.stay_of', { share: f.percent(share, 0), n });
  const items = [
    { key: 'owner', label: t('group.owner'), children: group.owner?.name ?? '—' },
    { key: 'level', label: t('group.level'), children: t(`group_level.${group.level}`) },
    { key: 'kind', label: t('column.kind'), children: t(`group_kind.${group.kind}`) },
    { key: 'members', label: t('group.members'), children: f.number(group.members) },
    { key: 'friends', label: t('group.friends'), children: f.number(group.friends) },
    { key: 'created', label: t('column.created'), children: f.date(group.created_s) },
    { key: 'stay_7d', label: t('group.stay_7d'), children: stayed(group.stay_7d, group.stay_7d_of) },
    { key: 'stay_30d', label: t('group.stay_30d'), children: stayed(group.stay_30d, group.stay_30d_of) },
    ...(group.dismissed_s === null
      ? []
      : [{ key: 'dismissed', label: t('group.dismissed'), children: f.date(group.dismissed_s) }]),
    ...(group.notice ? [{ key: 'notice', label: t('group.notice'), span: 2, children: group.notice }] : []),
  ];
  return (
    <div className="page-stack">
      <Descriptions size="small" column={{ xs: 1, sm: 2 }} items={items} />
      <Decision group={group} changed={changed} />
      {group.figures && <Worth group={group} figures={group.figures} />}
      {group.figures_problem !== null && <p className="soft">{group.figures_problem}</p>}
      <p className="soft">{t('group.stay_note')}</p>
      <Growth group={group} days={days} onDays={onDays} />
      <Valuable group={group} />
      <GroupMembers group={group} />
    </div>
  );
}

/** Joins, leaves and members of each day. */
function Growth({ group, days, onDays }: DetailProps) {
  const { t, f } = useI18n();
  const option = useMemo(
    () =>
      columnChart(
        group.days.map(({ day }) => f.day(day)),
        [
          { name: t('group.joins'), type: 'bar', data: group.days.map(({ joined }) => joined) },
          { name: t('group.leaves'), type: 'bar', data: group.days.map(({ left }) => -left) },
          { name: t('group.members'), type: 'line', data: group.days.map(({ members }) => members) },
        ],
        whole(f),
      ),
    [group, t, f],
  );
  return (
    <ChartCard
      stacked
      title={t('group.growth')}
      option={option}
      list={{ what: 'group_days', filter: { group_id: group.id, days } }}
      height={240}
      extra={
        <Segmented
          size="small"
          value={days}
          options={spans.map((value) => ({ value, label: t('group.days', { n: value }) }))}
          onChange={onDays}
        />
      }
      table={{
        columns: [
          { key: 'day', title: t('column.day'), kind: 'day' },
          { key: 'joined', title: t('group.joins'), kind: 'number' },
          { key: 'left', title: t('group.leaves'), kind: 'number' },
          { key: 'members', title: t('group.members'), kind: 'number' },
        ],
        rows: group.days,
      }}
    />
  );
}
