import { Button, Space } from 'antd';
import { useMemo, useState } from 'react';
import { useSearchParams } from 'wouter';
import { type Script, scripts } from '@/api/scripts';
import { useMay } from '@/app/session';
import { EmptyState } from '@/components/EmptyState';
import { ListPage } from '@/components/list/ListPage';
import type { Column, Filter } from '@/components/list/types';
import { useI18n } from '@/i18n/I18nProvider';
import type { T } from '@/i18n/text';
import { useAction } from '@/lib/useAction';
import { useResource } from '@/lib/useResource';
import { ScriptForm } from './ScriptForm';

/** Ready sentences that staff find beside a chat: read by all, kept by operators. */
export default function Scripts() {
  const { t, f } = useI18n();
  const write = useMay()('tag_write');
  const [address] = useSearchParams();
  const [version, setVersion] = useState(0);
  const [editing, setEditing] = useState<Script | 'new' | null>(null);
  const found = useResource(`groups ${version}`, (signal) => scripts.list({ limit: 1 }, signal));
  const groups = useMemo(() => found.data?.groups ?? [], [found.data]);
  const filters = useMemo(() => scriptFilters(t, groups), [t, groups]);
  const columns = useMemo<Column<Script>[]>(() => {
    const changed = () => setVersion((n) => n + 1);
    return [
      { key: 'group', title: t('script.group'), render: ({ group }) => group },
      { key: 'title', title: t('script.title'), render: ({ title }) => <strong>{title}</strong> },
      {
        key: 'text',
        title: t('script.text'),
        render: ({ text }) => <span className="note-text">{text}</span>,
      },
      { key: 'account', title: t('column.who'), render: ({ account }) => account ?? '—' },
      {
        key: 'updated',
        member: 'updated_s',
        title: t('column.time'),
        render: ({ updated_s }) => f.time(updated_s),
      },
      ...(write
        ? [
            {
              key: 'actions',
              member: null,
              title: t('column.actions'),
              render: (script: Script) => <Actions script={script} edit={setEditing} done={changed} />,
            },
          ]
        : []),
    ];
  }, [t, f, write]);
  return (
    <>
      <ListPage<Script>
        name="scripts"
        columns={columns}
        filters={filters}
        load={scripts.list}
        rowKey={({ id }) => id}
        version={version}
        actions={
          write && (
            <Button type="primary" onClick={() => setEditing('new')}>
              {t('script.new')}
            </Button>
          )
        }
        empty={<EmptyState title={t('script.none')} hint={t('script.none_hint')} />}
      />
      {editing && (
        <ScriptForm
          script={editing}
          groups={groups}
          group={address.get('group') ?? undefined}
          done={() => setVersion((n) => n + 1)}
          onClose={() => setEditing(null)}
        />
      )}
    </>
  );
}

interface ActionsProps {
  script: Script;
  edit: (script: Script) => void;
  done: () => void;
}

/** Out of use is undone as easily, so nothing is asked. */
function Actions({ script, edit, done }: ActionsProps) {
  const { t } = useI18n();
  const { busy, run } = useAction();
  const archived = !script.archived;
  const archive = () => run(() => scripts.patch(script.id, { archived })).then((ok) => ok && done());
  return (
    <Space>
      <Button size="small" type="link" onClick={() => edit(script)}>
        {t('action.edit')}
      </Button>
      <Button size="small" type="link" loading={busy} onClick={() => void archive()}>
        {archived ? t('action.archive') : t('script.take_up')}
      </Button>
    </Space>
  );
}

function scriptFilters(t: T, groups: string[]): Filter[] {
  return [
    { kind: 'text', key: 'q', label: t('script.words') },
    {
      kind: 'choice',
      key: 'group',
      label: t('script.group'),
      options: groups.map((value) => ({ value, label: value })),
    },
    {
      kind: 'choice',
      key: 'archived',
      label: t('column.state'),
      options: [
        { value: 'false', label: t('script.used') },
        { value: 'true', label: t('script.archived') },
      ],
    },
  ];
}
