import { Button, Segmented } from 'antd';
import { type ReactNode, useMemo, useState } from 'react';
import { Link } from 'wouter';
import { groups, type SiftedCustomer } from '@/api/groups';
import { ErrorNotice } from '@/components/ErrorNotice';
import { ExportButton } from '@/components/list/ExportButton';
import { ScrollTable } from '@/components/ScrollTable';
import { StatusTag } from '@/components/StatusTag';
import { useI18n } from '@/i18n/I18nProvider';
import { useResource } from '@/lib/useResource';
import type { Sifting } from './Sift';

type Show = 'invite' | 'fresh' | 'no_longer';

interface Props {
  asked: Sifting;
  /** Whether it is known who qualifies newly. */
  fresh: boolean;
  tools: ReactNode;
}

/** Whom to invite, from where, by whom and into which group; a page at a time, the pages above stay. */
export function SiftedList({ asked, fresh, tools }: Props) {
  const { t } = useI18n();
  const [show, setShow] = useState<Show>('invite');
  const shows: Show[] = fresh ? ['invite', 'fresh', 'no_longer'] : ['invite', 'no_longer'];
  return (
    <>
      <div className="toolbar">
        <Segmented
          value={show}
          options={shows.map((value) => ({ value, label: t(`sift_show.${value}`) }))}
          onChange={setShow}
        />
        <div className="toolbar-actions">
          {tools}
          <ExportButton what="group_sift" filter={{ ...asked, show }} />
        </div>
      </div>
      <Rows key={show} asked={asked} show={show} />
    </>
  );
}

function Rows({ asked, show }: { asked: Sifting; show: Show }) {
  const { t, f } = useI18n();
  const [above, setAbove] = useState<SiftedCustomer[]>([]);
  const [cursor, setCursor] = useState<string | null>(null);
  const found = useResource(`${cursor}`, (signal) =>
    groups.sift({ ...asked, show, ...(cursor !== null && { cursor }) }, signal),
  );
  const columns = useMemo(
    () => [
      {
        key: 'who',
        title: t('group.member'),
        render: ({ id, nickname, fresh }: SiftedCustomer) => (
          <>
            <Link href={`/customers?open=${id}`}>{nickname ?? id}</Link>{' '}
            {fresh && <StatusTag tone="good">{t('sift.new')}</StatusTag>}
          </>
        ),
      },
      {
        key: 'spend',
        title: t('group.valuable_spend'),
        align: 'right' as const,
        render: ({ spend_fen }: SiftedCustomer) => f.money(spend_fen),
      },
      {
        key: 'groups',
        title: t('sift.groups'),
        render: (row: SiftedCustomer) => row.groups.map(({ name }) => name).join('、') || '—',
      },
      ...(show === 'no_longer'
        ? []
        : [
            {
              key: 'inviter',
              title: t('sift.inviter'),
              render: ({ inviter }: SiftedCustomer) => inviter?.name ?? '—',
            },
            {
              key: 'into',
              title: t('sift.into'),
              render: ({ into }: SiftedCustomer) =>
                into === null ? (
                  <span className="soft">{t('sift.nowhere')}</span>
                ) : (
                  t('sift.into_people', { name: into.name, n: f.number(into.people) })
                ),
            },
          ]),
    ],
    [t, f, show],
  );
  if (found.error !== undefined && found.error !== null)
    return <ErrorNotice error={found.error} retry={found.reload} />;
  const rows = [...above, ...(found.loading ? [] : (found.data?.items ?? []))];
  const next = found.data?.next ?? null;
  const empty = found.data?.qualify === 0 && show !== 'no_longer' ? 'nobody' : show;
  return (
    <>
      <ScrollTable<SiftedCustomer>
        size="small"
        columns={columns}
        rowKey="id"
        dataSource={rows}
        loading={found.loading}
        locale={{ emptyText: `${t('sift.none')} · ${t(`sift_none.${empty}`)}` }}
        pagination={false}
      />
      {next !== null && (
        <Button
          className="modal-actions"
          disabled={found.loading}
          onClick={() => {
            setAbove(rows);
            setCursor(next);
          }}
        >
          {t('list.next_page')}
        </Button>
      )}
    </>
  );
}
