import { Button, Card, Segmented, Space } from 'antd';
import { useEffect, useMemo, useState } from 'react';
import { Link } from 'wouter';
import { type GroupDetail, type GroupMember, people } from '@/api/catalogue';
import { useMay } from '@/app/session';
import { ErrorNotice } from '@/components/ErrorNotice';
import { ExportButton } from '@/components/list/ExportButton';
import { ScrollTable } from '@/components/ScrollTable';
import { StatusTag } from '@/components/StatusTag';
import { useI18n } from '@/i18n/I18nProvider';
import { useResource } from '@/lib/useResource';

const states = ['all', 'present', 'left'] as const;
type State = (typeof states)[number];

/** Who is or was in a group, a page at a time; the pages above stay. */
export function GroupMembers({ group }: { group: GroupDetail }) {
  const { t, f } = useI18n();
  const may = useMay();
  const [state, setState] = useState<State>('present');
  const [above, setAbove] = useState<GroupMember[]>([]);
  const [cursor, setCursor] = useState<string | null>(null);
  useEffect(() => {
    setAbove([]);
    setCursor(null);
  }, [state, group.id]);
  const filter = { group_id: group.id, ...(state !== 'all' && { state }) };
  const found = useResource(may('customer_read') ? `${group.id} ${state} ${cursor}` : null, (signal) =>
    people.groupMembers(
      group.id,
      { ...(state !== 'all' && { state }), ...(cursor !== null && { cursor }), limit: 50 },
      signal,
    ),
  );
  const columns = useMemo(
    () => [
      {
        key: 'customer',
        title: t('group.member'),
        render: (member: GroupMember) => <Who member={member} />,
      },
      { key: 'joined_s', title: t('group.joined'), render: (m: GroupMember) => f.time(m.joined_s) },
      {
        key: 'scene',
        title: t('group.scene'),
        render: ({ scene }: GroupMember) => (scene === null ? '—' : t(`group_scene.${scene}`)),
      },
      { key: 'inviter', title: t('group.inviter'), render: (m: GroupMember) => m.inviter?.name ?? '—' },
      { key: 'left_s', title: t('group.left_at'), render: (m: GroupMember) => f.time(m.left_s) },
    ],
    [t, f],
  );
  if (!may('customer_read')) return null;
  if (found.error !== undefined) return <ErrorNotice error={found.error} retry={found.reload} />;
  const rows = [...above, ...(found.loading ? [] : (found.data?.items ?? []))];
  const next = found.data?.next ?? null;
  const more = () => {
    setAbove(rows);
    setCursor(next);
  };
  return (
    <Card
      size="small"
      title={<h2 className="card-title">{t('group.who')}</h2>}
      extra={
        <Space wrap>
          <Segmented
            size="small"
            value={state}
            options={states.map((value) => ({ value, label: t(`group.member_${value}`) }))}
            onChange={setState}
          />
          <ExportButton what="group_members" size="small" filter={filter} />
        </Space>
      }
    >
      <ScrollTable<GroupMember>
        size="small"
        columns={columns}
        dataSource={rows.map((member, key) => ({ ...member, key }))}
        loading={found.loading}
        locale={{ emptyText: t('group.no_members') }}
        pagination={false}
      />
      {next !== null && (
        <Button className="modal-actions" disabled={found.loading} onClick={more}>
          {t('list.next_page')}
        </Button>
      )}
    </Card>
  );
}

function Who({ member: { customer, friend } }: { member: GroupMember }) {
  const { t } = useI18n();
  if (customer === null) return <span className="soft">{t('group.member_outside')}</span>;
  return (
    <>
      <Link href={`/customers?open=${customer.id}`}>{customer.name ?? customer.id}</Link>{' '}
      {friend && <StatusTag tone="good">{t('group.member_friend')}</StatusTag>}
    </>
  );
}
