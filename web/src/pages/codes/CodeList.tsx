import { Alert, Button, Space } from 'antd';
import { useMemo, useState } from 'react';
import { Link } from 'wouter';
import { type Code, type CodeStatus, codes, type CodeWarning } from '@/api/codes';
import { useMay } from '@/app/session';
import { EmptyState } from '@/components/EmptyState';
import { ListPage } from '@/components/list/ListPage';
import type { Column, Filter } from '@/components/list/types';
import { RemoveButton } from '@/components/RemoveButton';
import { StatusTag, type Tone } from '@/components/StatusTag';
import { useI18n, useT } from '@/i18n/I18nProvider';
import { useResource } from '@/lib/useResource';
import { CodeEditor } from './CodeEditor';
import { GreetingDecision } from './CodeGreeting';
import { kinds, warningKey } from './codeWords';
import { PrintCard } from './PrintCard';

const tones: Record<CodeStatus, Tone> = {
  making: 'busy',
  active: 'good',
  expired: 'quiet',
  deleted: 'quiet',
};

export function CodeList() {
  const { t, f } = useI18n();
  const write = useMay()('code_write');
  const [version, setVersion] = useState(0);
  const [editing, setEditing] = useState<string | 'new' | null>(null);
  const warnings = useResource(`warnings ${version}`, codes.warnings);
  const changed = () => setVersion((n) => n + 1);
  const columns = useMemo<Column<Code>[]>(() => {
    const all: Column<Code>[] = [
      { key: 'name', title: t('column.name'), render: ({ name }) => <strong>{name}</strong> },
      { key: 'kind', title: t('column.kind'), render: ({ kind }) => t(`code_kind.${kind}`) },
      {
        key: 'status',
        member: null,
        title: t('column.state'),
        render: ({ status }) => <StatusTag tone={tones[status]}>{t(`code_status.${status}`)}</StatusTag>,
      },
      {
        key: 'expires_s',
        title: t('code.expires'),
        render: ({ expires_s }) => (expires_s === null ? t('code.never') : f.time(expires_s)),
      },
      {
        key: 'created_s',
        title: t('column.created'),
        render: ({ created_s }) => f.time(created_s),
      },
      {
        key: 'print',
        member: null,
        title: t('code.print'),
        render: (code) => <PrintLinks code={code} />,
      },
    ];
    if (!write) return all;
    return [
      ...all,
      {
        key: 'actions',
        member: null,
        title: t('column.actions'),
        render: (code) =>
          code.status === 'active' && (
            <Space>
              <Button size="small" type="link" onClick={() => setEditing(code.id)}>
                {t('action.edit')}
              </Button>
              <RemoveButton
                question={t('code.remove_sure', { name: code.name })}
                remove={() => codes.remove(code.id)}
                done={() => setVersion((n) => n + 1)}
              />
            </Space>
          ),
      },
    ];
  }, [t, f, write]);
  const filters = useMemo<Filter[]>(
    () => [
      { kind: 'text', key: 'q', label: t('column.name') },
      {
        kind: 'choice',
        key: 'kind',
        label: t('column.kind'),
        options: kinds.map((value) => ({ value, label: t(`code_kind.${value}`) })),
      },
    ],
    [t],
  );
  return (
    <>
      <Warnings found={warnings.data?.items ?? []} />
      <ListPage<Code>
        name="codes"
        columns={columns}
        filters={filters}
        load={codes.list}
        rowKey={({ id }) => id}
        paging="cursor"
        version={version}
        actions={
          write && (
            <Button type="primary" onClick={() => setEditing('new')}>
              {t('code.new')}
            </Button>
          )
        }
        empty={<EmptyState title={t('code.none')} hint={t('code.none_hint')} />}
      />
      {editing && <CodeEditor id={editing} done={changed} onClose={() => setEditing(null)} />}
    </>
  );
}

/** Warnings that say of whom or why, and those of the uses that are left. */
const named = new Set(['refused', 'full']);
const quotas = new Set(['balance_low', 'balance_exhausted', 'quota_expires']);

function Warnings({ found }: { found: CodeWarning[] }) {
  const t = useT();
  if (found.length === 0) return null;
  return (
    <Alert
      type="warning"
      showIcon
      className="code-warnings"
      title={t('code.look_at')}
      description={found.map((one) => (
        <div key={one.id}>
          {one.code && <strong>{one.code.name} </strong>}
          {t(warningKey(one.kind))} {named.has(one.kind) && `(${one.detail})`}
          {one.error && `(${one.error.message}) `}
          {one.kind === 'greeting_unsure' && <GreetingDecision />}
          {quotas.has(one.kind) && <Link href="/codes?tab=quota">{t('quota.look')}</Link>}
        </div>
      ))}
    />
  );
}

/** A drawn code to keep or print, by a card of its own; of staff and group codes WeCom has a picture, too. */
function PrintLinks({ code }: { code: Code }) {
  const t = useT();
  const [printing, setPrinting] = useState(false);
  if (code.status !== 'active') return null;
  return (
    <Space>
      <Button
        type="link"
        size="small"
        className="code-print"
        aria-label={`${t('code.print')} ${code.name}`}
        onClick={() => setPrinting(true)}
      >
        {t('code.print')}
      </Button>
      {printing && <PrintCard code={code} onClose={() => setPrinting(false)} />}
      {code.page_path && (
        <a
          href={code.page_path}
          target="_blank"
          rel="noreferrer"
          aria-label={`${t('code.page')} ${code.name}`}
        >
          {t('code.page')}
        </a>
      )}
      {code.qr_url && (
        <a
          href={code.qr_url}
          target="_blank"
          rel="noreferrer"
          aria-label={`${t('code.picture')} ${code.name}`}
        >
          {t('code.picture')}
        </a>
      )}
    </Space>
  );
}
