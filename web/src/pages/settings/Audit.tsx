import { Alert, Button } from 'antd';
import { useMemo, useState } from 'react';
import { accounts, audit, type AuditRow } from '@/api/care';
import { useMay } from '@/app/session';
import { EmptyState } from '@/components/EmptyState';
import { ListPage } from '@/components/list/ListPage';
import type { Column, Filter } from '@/components/list/types';
import { useI18n } from '@/i18n/I18nProvider';
import { useAction } from '@/lib/useAction';

type Verdict = Awaited<ReturnType<typeof audit.verify>>;

/** Who did what, in rows whose hashes form a chain; the check walks it from the first row. */
export default function Audit() {
  const { t, f } = useI18n();
  const may = useMay();
  const { busy, run } = useAction();
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const columns = useMemo<Column<AuditRow>[]>(
    () => [
      { key: 'id', title: '#', render: ({ id }) => id },
      { key: 'at', member: 'at_s', title: t('column.time'), render: ({ at_s }) => f.time(at_s) },
      {
        key: 'account',
        member: 'account.login',
        title: t('column.who'),
        render: ({ account, token_id }) =>
          [account?.login ?? t('audit.machine'), token_id && t('audit.token', { id: token_id })]
            .filter(Boolean)
            .join(' · '),
      },
      { key: 'action', title: t('audit.action'), render: ({ action }) => <code>{action}</code> },
      {
        key: 'object',
        member: 'object_kind',
        title: t('audit.object'),
        render: ({ object_kind, object_id }) => [object_kind, object_id].filter(Boolean).join(' ') || '—',
      },
      {
        key: 'detail',
        member: null,
        title: t('audit.detail'),
        render: ({ detail }) => <code className="audit-detail">{detail ? JSON.stringify(detail) : ''}</code>,
      },
    ],
    [t, f],
  );
  const seesAccounts = may('account_write');
  const filters = useMemo<Filter[]>(
    () => [
      ...(seesAccounts
        ? [
            {
              kind: 'remote',
              key: 'account_id',
              label: t('column.who'),
              load: async (q: string, signal: AbortSignal) =>
                (await accounts.list({ limit: 200 }, signal)).items
                  .filter(({ name }) => name.includes(q))
                  .map(({ id, name }) => ({ value: id, label: name })),
            } as const,
          ]
        : []),
      { kind: 'text', key: 'action', label: t('audit.action') },
      { kind: 'days', key: 'days', label: t('column.time'), from: 'from', to: 'to' },
    ],
    [t, seesAccounts],
  );
  const verify = () => void run(async () => setVerdict(await audit.verify()));
  return (
    <div className="page-stack">
      {verdict && (
        <Alert
          showIcon
          closable
          type={verdict.ok ? 'success' : 'error'}
          title={
            verdict.ok
              ? t('audit.sound', { n: verdict.rows })
              : t('audit.broken', { row: verdict.first_bad ?? '?' })
          }
        />
      )}
      <ListPage<AuditRow>
        name="audit"
        columns={columns}
        filters={filters}
        load={audit.list}
        rowKey={({ id }) => id}
        paging="cursor"
        actions={
          <Button loading={busy} onClick={verify}>
            {t('audit.verify')}
          </Button>
        }
        empty={<EmptyState title={t('audit.none')} />}
      />
    </div>
  );
}
