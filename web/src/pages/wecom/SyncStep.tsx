import { Button } from 'antd';
import { Link } from 'wouter';
import { useT } from '@/i18n/I18nProvider';
import type { StepProps } from './Connect';
import { SyncNow } from './Sync';

/** The first sync. It goes on while one looks at other pages. */
export function SyncStep({ back }: StepProps) {
  const t = useT();
  return (
    <>
      <SyncNow />
      <p className="soft">{t('sync.may_leave')}</p>
      <div className="modal-actions">
        <Button onClick={back}>{t('wecom.back')}</Button>
        <Link href="/">
          <Button type="primary">{t('wecom.done')}</Button>
        </Link>
      </div>
    </>
  );
}
