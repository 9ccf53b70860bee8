import { Card } from 'antd';
import { useSession } from '@/app/session';
import { useI18n } from '@/i18n/I18nProvider';
import { Backups } from './Backups';
import { DemoCard } from './DemoCard';
import { Doctor } from './Doctor';
import { MirrorCard } from './MirrorCard';

/** Health, backups and what was built in. */
export default function System() {
  const { t } = useI18n();
  const { corp, version } = useSession();
  return (
    <div className="page-stack">
      {corp.demo && <DemoCard />}
      <Doctor />
      <MirrorCard />
      <Backups />
      <Card size="small">
        <span className="soft">
          Koi {version} · {t('system.zone')} {corp.zone} · {corp.currency}
        </span>
      </Card>
    </div>
  );
}
