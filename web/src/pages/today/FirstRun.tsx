import { Button, Card } from 'antd';
import { useState } from 'react';
import { Link } from 'wouter';
import { care } from '@/api/care';
import type { Job } from '@/api/jobs';
import { LanguageButton } from '@/app/LanguageButton';
import { useSessionActions } from '@/app/session';
import { JobProgress } from '@/components/job/JobProgress';
import { useT } from '@/i18n/I18nProvider';
import { useAction } from '@/lib/useAction';

/** The first start: the language, then the demo corp to look around in, or WeCom. Goes when there are customers. */
export default function FirstRun({ done }: { done: () => void }) {
  const t = useT();
  const { busy, run } = useAction();
  const { passwordSet: askAgain } = useSessionActions();
  const [job, setJob] = useState<Job | null>(null);
  const make = () => void run(async () => setJob((await care.makeDemo()).job));
  const over = () => void askAgain().then(done);
  return (
    <Card title={<h2 className="card-title">{t('first.title')}</h2>} extra={<LanguageButton />}>
      {job ? (
        <JobProgress id={job.id} first={job} over={over} />
      ) : (
        <div className="first-run">
          <section>
            <h3>{t('first.demo')}</h3>
            <p className="soft">{t('first.demo_what')}</p>
            <Button loading={busy} onClick={make}>
              {t('first.look')}
            </Button>
          </section>
          <section>
            <h3>{t('first.wecom')}</h3>
            <p className="soft">{t('first.wecom_what')}</p>
            <Link href="/wecom" className="ant-btn ant-btn-primary first-link">
              {t('first.connect')}
            </Link>
          </section>
        </div>
      )}
    </Card>
  );
}
