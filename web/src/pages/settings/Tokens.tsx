import { Button, Checkbox, Form, Input } from 'antd';
import { useMemo, useState } from 'react';
import { type Token, tokens } from '@/api/care';
import type { Permission } from '@/api/session';
import { useSession } from '@/app/session';
import { EmptyState } from '@/components/EmptyState';
import { FormModal } from '@/components/FormModal';
import { ListPage } from '@/components/list/ListPage';
import type { Column } from '@/components/list/types';
import { RemoveButton } from '@/components/RemoveButton';
import { useI18n } from '@/i18n/I18nProvider';
import { ShowOnce } from './ShowOnce';

export default function Tokens() {
  const { t, f } = useI18n();
  const [version, setVersion] = useState(0);
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<string | null>(null);
  const columns = useMemo<Column<Token>[]>(
    () => [
      { key: 'name', title: t('column.name'), render: ({ name }) => <strong>{name}</strong> },
      {
        key: 'account',
        member: 'login',
        title: t('token.account'),
        render: ({ login }) => <code>{login}</code>,
      },
      {
        key: 'permissions',
        title: t('token.permissions'),
        render: ({ permissions }) => permissions.map((one) => t(`permission.${one}`)).join(t('comma')),
      },
      {
        key: 'created',
        member: 'created_s',
        title: t('column.created'),
        render: ({ created_s }) => f.date(created_s),
      },
      { key: 'used', member: 'used_s', title: t('token.used'), render: ({ used_s }) => f.time(used_s) },
      {
        key: 'expires',
        member: 'expires_s',
        title: t('token.expires'),
        render: ({ expires_s }) => f.date(expires_s),
      },
      {
        key: 'actions',
        member: null,
        title: t('column.actions'),
        render: ({ id, name }) => (
          <RemoveButton
            label={t('token.revoke')}
            question={t('token.revoke_sure', { name })}
            remove={() => tokens.remove(id)}
            done={() => setVersion((n) => n + 1)}
          />
        ),
      },
    ],
    [t, f],
  );
  const make = (
    <Button type="primary" onClick={() => setMaking(true)}>
      {t('token.new')}
    </Button>
  );
  return (
    <>
      <ListPage<Token>
        name="tokens"
        what="tokens"
        columns={columns}
        load={tokens.list}
        rowKey={({ id }) => id}
        paging="cursor"
        version={version}
        actions={make}
        empty={<EmptyState title={t('token.none')} hint={t('token.none_hint')} />}
      />
      {making && (
        <TokenForm made={setMade} done={() => setVersion((n) => n + 1)} onClose={() => setMaking(false)} />
      )}
      {made && (
        <ShowOnce title={t('token.new')} hint={t('token.once')} text={made} onClose={() => setMade(null)} />
      )}
    </>
  );
}

interface FormProps {
  made: (token: string) => void;
  done: () => void;
  onClose: () => void;
}

function TokenForm({ made, done, onClose }: FormProps) {
  const { t } = useI18n();
  const { permissions } = useSession();
  return (
    <FormModal<{ name: string; permissions: Permission[] }>
      title={t('token.new')}
      save={async (values) => made((await tokens.add(values)).token)}
      done={done}
      onClose={onClose}
      width={640}
    >
      <Form.Item name="name" label={t('column.name')} rules={[{ required: true, whitespace: true }]}>
        <Input autoFocus maxLength={60} />
      </Form.Item>
      <Form.Item name="permissions" label={t('token.permissions')} rules={[{ required: true }]}>
        <Checkbox.Group
          className="permission-choice"
          options={permissions.map((value) => ({ value, label: t(`permission.${value}`) }))}
        />
      </Form.Item>
    </FormModal>
  );
}
