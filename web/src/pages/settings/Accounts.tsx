import { Button, Space } from 'antd';
import { useMemo, useState } from 'react';
import { type Account, accounts } from '@/api/care';
import { EmptyState } from '@/components/EmptyState';
import { ListPage } from '@/components/list/ListPage';
import type { Column } from '@/components/list/types';
import { StatusTag } from '@/components/StatusTag';
import { useI18n } from '@/i18n/I18nProvider';
import { useAction } from '@/lib/useAction';
import { AccountForm } from './AccountForm';
import { ShowOnce } from './ShowOnce';

export default function Accounts() {
  const { t, f } = useI18n();
  const { run } = useAction();
  const [version, setVersion] = useState(0);
  const [editing, setEditing] = useState<Account | 'new' | null>(null);
  const [link, setLink] = useState<string | null>(null);
  const columns = useMemo<Column<Account>[]>(() => {
    const makeLink = (id: string) => void run(async () => setLink((await accounts.link(id)).link));
    return [
      { key: 'name', title: t('column.name'), render: ({ name }) => <strong>{name}</strong> },
      { key: 'login', title: t('account.login'), render: ({ login }) => <code>{login}</code> },
      { key: 'role', title: t('account.role'), render: ({ role }) => t(`role.${role}`) },
      { key: 'scope', title: t('account.scope'), render: ({ scope }) => t(`scope.${scope}`) },
      {
        key: 'staff',
        member: 'staff.name',
        title: t('customer.staff'),
        render: ({ staff }) => staff?.name ?? '—',
      },
      {
        key: 'state',
        member: 'disabled',
        title: t('column.state'),
        render: ({ disabled }) => (
          <StatusTag tone={disabled ? 'quiet' : 'good'}>
            {t(disabled ? 'account.disabled' : 'account.active')}
          </StatusTag>
        ),
      },
      {
        key: 'created',
        member: 'created_s',
        title: t('column.created'),
        render: ({ created_s }) => f.date(created_s),
      },
      {
        key: 'actions',
        member: null,
        title: t('column.actions'),
        render: (account) => (
          <Space>
            <Button size="small" type="link" onClick={() => setEditing(account)}>
              {t('action.edit')}
            </Button>
            <Button size="small" type="link" onClick={() => makeLink(account.id)}>
              {t('account.link')}
            </Button>
          </Space>
        ),
      },
    ];
  }, [t, f, run]);
  return (
    <>
      <ListPage<Account>
        name="accounts"
        columns={columns}
        load={accounts.list}
        rowKey={({ id }) => id}
        paging="cursor"
        version={version}
        actions={
          <Button type="primary" onClick={() => setEditing('new')}>
            {t('account.new')}
          </Button>
        }
        empty={<EmptyState title={t('account.none')} />}
      />
      {editing && (
        <AccountForm
          account={editing}
          made={setLink}
          done={() => setVersion((n) => n + 1)}
          onClose={() => setEditing(null)}
        />
      )}
      {link && (
        <ShowOnce
          title={t('account.link')}
          hint={t('account.link_hint')}
          text={link}
          onClose={() => setLink(null)}
        />
      )}
    </>
  );
}
