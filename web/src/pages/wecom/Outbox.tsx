import { Button, Popconfirm, Space } from 'antd';
import { useMemo, useState } from 'react';
import { type OutboxRow, type OutboxState, wecom } from '@/api/wecom';
import { EmptyState } from '@/components/EmptyState';
import { ListPage } from '@/components/list/ListPage';
import type { Column, Filter } from '@/components/list/types';
import { RemoveButton } from '@/components/RemoveButton';
import { StatusTag, type Tone } from '@/components/StatusTag';
import { useI18n, useT } from '@/i18n/I18nProvider';
import { useAction } from '@/lib/useAction';
import { Reason } from './Reason';
import { wishText } from './words';

const tones: Record<OutboxState, Tone> = {
  waiting: 'busy',
  done: 'good',
  dropped: 'quiet',
  unsure: 'warn',
  dead: 'bad',
};
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
        render: ({ state }) => <StatusTag tone={tones[state]}>{t(`outbox_state.${state}`)}</StatusTag>,
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
        render: (row) => <Actions row={row} done={done} />,
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

/** Of what nobody knows whether it was done, telling it again asks once. */
function Actions({ row, done }: { row: OutboxRow; done: () => void }) {
  const t = useT();
  const { busy, run } = useAction();
  const failed = row.state === 'dead' || row.state === 'unsure';
  if (!failed && row.state !== 'waiting') return null;
  const again = () =>
    void run(() => wecom.retryOutbox(row.id), t('inbox.retried')).then((ok) => ok && done());
  const button = (
    <Button size="small" type="link" disabled={busy} {...(row.state === 'dead' && { onClick: again })}>
      {t('action.retry')}
    </Button>
  );
  return (
    <Space>
      {row.state === 'dead' && button}
      {row.state === 'unsure' && (
        <Popconfirm title={t('outbox.retry_sure')} onConfirm={again}>
          {button}
        </Popconfirm>
      )}
      <RemoveButton
        question={t('outbox.drop_sure')}
        remove={() => wecom.dropOutbox(row.id)}
        done={done}
        label={t('outbox.drop')}
      />
    </Space>
  );
}
