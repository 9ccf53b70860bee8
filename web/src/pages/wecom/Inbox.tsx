import { Button } from 'antd';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useSearchParams } from 'wouter';
import { type InboxRow, type InboxState, wecom } from '@/api/wecom';
import { EmptyState } from '@/components/EmptyState';
import { ListPage } from '@/components/list/ListPage';
import type { Column, Filter } from '@/components/list/types';
import { StatusTag, type Tone } from '@/components/StatusTag';
import { useI18n } from '@/i18n/I18nProvider';
import { useAction } from '@/lib/useAction';
import { Reason } from './Reason';
import { eventKey } from './words';

const tones: Record<InboxState, Tone> = { waiting: 'busy', done: 'good', ignored: 'quiet', dead: 'bad' };
const states = ['dead', 'waiting', 'ignored', 'done'] as const;

/** Events as they came from WeCom. Those that failed are shown first: once, whatever is chosen afterwards stays. */
export function Inbox({ dead, changed }: { dead: number | undefined; changed: () => void }) {
  const { t, f } = useI18n();
  const { busy, run } = useAction();
  const [version, setVersion] = useState(0);
  useDeadFirst(dead);
  const columns = useMemo<Column<InboxRow>[]>(() => {
    const retry = (id: string) =>
      void run(() => wecom.retryInbox(id), t('inbox.retried')).then((ok) => {
        if (ok) setVersion((n) => n + 1);
        if (ok) changed();
      });
    return [
      {
        key: 'kind',
        title: t('inbox.kind'),
        render: ({ kind }) => <span title={kind}>{t(eventKey(kind))}</span>,
      },
      {
        key: 'state',
        title: t('column.state'),
        render: ({ state }) => <StatusTag tone={tones[state]}>{t(`inbox_state.${state}`)}</StatusTag>,
      },
      {
        key: 'attempts',
        title: t('inbox.attempts'),
        align: 'right',
        render: ({ attempts }) => f.number(attempts),
      },
      {
        key: 'received_s',
        title: t('inbox.received'),
        render: ({ received_s }) => f.time(received_s),
      },
      { key: 'key', title: t('inbox.about'), optional: true, render: ({ key }) => <code>{key}</code> },
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
        render: ({ id, state }) =>
          (state === 'dead' || state === 'ignored') && (
            <Button size="small" type="link" disabled={busy} onClick={() => retry(id)}>
              {t('action.retry')}
            </Button>
          ),
      },
    ];
  }, [t, f, busy, run, changed]);
  const filters = useMemo<Filter[]>(
    () => [
      {
        kind: 'choice',
        key: 'state',
        label: t('column.state'),
        options: states.map((value) => ({ value, label: t(`inbox_state.${value}`) })),
      },
    ],
    [t],
  );
  return (
    <ListPage<InboxRow>
      name="inbox"
      columns={columns}
      filters={filters}
      load={wecom.inbox}
      rowKey={({ id }) => id}
      paging="cursor"
      version={version}
      actions={<Button onClick={() => setVersion((n) => n + 1)}>{t('action.refresh')}</Button>}
      empty={<EmptyState title={t('inbox.none')} hint={t('inbox.none_hint')} />}
    />
  );
}

/** Chooses the state "dead" in an address without one, if there are any: when the page is opened, not later. */
function useDeadFirst(dead: number | undefined) {
  const [query, setQuery] = useSearchParams();
  const looked = useRef(false);
  useEffect(() => {
    if (looked.current || dead === undefined) return;
    looked.current = true;
    if (dead > 0 && !query.has('state')) setQuery({ tab: 'inbox', state: 'dead' }, { replace: true });
  }, [dead, query, setQuery]);
}
