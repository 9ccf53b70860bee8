import { UserOutlined } from '@ant-design/icons';
import { Button, Dropdown, Space } from 'antd';
import { useLocation } from 'wouter';
import { StatusTag } from '@/components/StatusTag';
import { useI18n } from '@/i18n/I18nProvider';
import { useAction } from '@/lib/useAction';
import { LanguageButton } from './LanguageButton';
import { useSession, useSessionActions } from './session';

export function HeaderTools() {
  const { t } = useI18n();
  const { account, corp } = useSession();
  const { leave } = useSessionActions();
  const { run } = useAction();
  const [, go] = useLocation();
  return (
    <Space className="header-tools" size={4}>
      {corp.demo && <StatusTag tone="warn">{t('shell.demo')}</StatusTag>}
      <LanguageButton />
      <Dropdown
        trigger={['click']}
        menu={{
          items: [
            { key: 'who', label: `${account.login} · ${t(`role.${account.role}`)}`, disabled: true },
            { type: 'divider' },
            { key: 'password', label: t('shell.password'), onClick: () => go('/password') },
            { key: 'leave', label: t('shell.sign_out'), onClick: () => void run(leave) },
          ],
        }}
      >
        <Button type="text" icon={<UserOutlined />} aria-label={`${account.name} ${t('shell.account')}`}>
          <span className="account-name">{account.name}</span>
        </Button>
      </Dropdown>
    </Space>
  );
}
