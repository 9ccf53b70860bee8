import { Button, Card } from 'antd';
import { type Audience, audiences } from '@/api/audiences';
import { useMay, useSession } from '@/app/session';
import { EmptyState } from '@/components/EmptyState';
import { useI18n } from '@/i18n/I18nProvider';
import { useAction } from '@/lib/useAction';
import { MovesList } from './MovesList';
import { Sizes } from './Sizes';

/** What became of a saved audience: how large it was, and who entered and left it. */
export function Followed({ audience, reload }: { audience: Audience; reload: () => void }) {
  const { account } = useSession();
  if (audience.subject !== 'customer') return null;
  if (!audience.live) return <NotLive audience={audience} reload={reload} />;
  return (
    <>
      {account.scope === 'all' && <Sizes id={audience.id} />}
      <MovesList id={audience.id} />
    </>
  );
}

function NotLive({ audience, reload }: { audience: Audience; reload: () => void }) {
  const { t } = useI18n();
  const may = useMay();
  const { busy, run } = useAction();
  const follow = () =>
    void run(async () => {
      await audiences.patch(audience.id, { live: true });
      reload();
    });
  return (
    <Card title={<h2 className="card-title">{t('moves.title')}</h2>}>
      <EmptyState
        title={t('moves.not_live')}
        hint={t('moves.not_live_hint')}
        action={
          may('audience_write') && (
            <Button type="primary" loading={busy} onClick={follow}>
              {t('moves.make_live')}
            </Button>
          )
        }
      />
    </Card>
  );
}
