import { Button } from 'antd';
import { useMemo, useState } from 'react';
import { type OutboxRow, wecom } from '@/api/wecom';
import { EmptyState } from '@/components/EmptyState';
import { ListPage } from '@/components/list/ListPage';
import type { Column, Filter } from '@/components/list/types';
import { StatusTag } from '@/components/StatusTag';
import { useI18n } from '@/i18n/I18nProvider';
import { Reason } from './Reason';
import { WishActions } from './WishActions';
import { wishText, wishTones } from './words';

const states = ['dead', 'unsure', 'waiting', 'done', 'dropped'] as const;

/** What is to be told to WeCom, as sentences; what failed can be told again or given up. */
export function Outbox({ changed }: { changed: () => void }) {
  const { t, f } = useI18n();
  const [version, setVersion] = useState(0);
  const columns = useMemo<Column<OutboxRow>[]>(() => {
    const done = () => {
      setVersion((n) => n + 1);
      changed();
    };
    return [
      {
        key: 'what',
        member: ['kind', 'customer.name', 'staff.name', 'tag.name', 'group.name'],
        title: t('outbox.what'),
        render: (row) => wishText(row, t),
      },
      {
        key: 'state',
        title: t('column.state'),
        render: ({ state }) => <StatusTag tone={wishTones[state]}>{t(`outbox_state.${state}`)}</StatusTag>,
      },
      {
        key: 'attempts',
        title: t('inbox.attempts'),
        align: 'right',
        render: ({ attempts }) => f.number(attempts),
      },
      { key: 'made_s', title: t('outbox.made'), render: ({ made_s }) => f.time(made_s) },
      {
        key: 'ended_s',
        title: t('inbox.ended'),
        optional: true,
        render: ({ ended_s }) => f.time(ended_s),
      },
      {
        key: 'error',
        member: ['error.message', 'error.hint'],
        title: t('inbox.reason'),
        render: ({ error }) => <Reason error={error} />,
      },
      {
        key: 'actions',
        member: null,
        title: t('column.actions'),
        render: (row) => <WishActions row={row} done={done} />,
      },
    ];
  }, [t, f, changed]);
  const filters = useMemo<Filter[]>(
    () => [
      {
        kind: 'choice',
        key: 'state',
        label: t('column.state'),
        options: states.map((value) => ({ value, label: t(`outbox_state.${value}`) })),
      },
    ],
    [t],
  );
  return (
    <ListPage<OutboxRow>
      name="outbox"
      columns={columns}
      filters={filters}
      load={wecom.outbox}
      rowKey={({ id }) => id}
      paging="cursor"
      version={version}
      actions={<Button onClick={() => setVersion((n) => n + 1)}>{t('action.refresh')}</Button>}
      empty={<EmptyState title={t('outbox.none')} hint={t('outbox.none_hint')} />}
    />
  );
}
