import { Button, Popconfirm, Space } from 'antd';
import { type OutboxRow, wecom } from '@/api/wecom';
import { RemoveButton } from '@/components/RemoveButton';
import { useT } from '@/i18n/I18nProvider';
import { useAction } from '@/lib/useAction';

/** Of what nobody knows whether it was done, telling it again asks once. */
export function WishActions({ row, done }: { row: OutboxRow; done: () => void }) {
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
