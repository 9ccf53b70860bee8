import { Button, Card, Popconfirm } from 'antd';
import { useState } from 'react';
import { care } from '@/api/care';
import type { Job } from '@/api/jobs';
import { useSessionActions } from '@/app/session';
import { JobProgress } from '@/components/job/JobProgress';
import { useI18n } from '@/i18n/I18nProvider';
import { useAction } from '@/lib/useAction';

/** The demo corp goes out again with one action. */
export function DemoCard() {
  const { t } = useI18n();
  const { busy, run } = useAction();
  const { passwordSet: askAgain } = useSessionActions();
  const [job, setJob] = useState<Job | null>(null);
  const take = () =>
    void run(async () => {
      const reply = await care.removeDemo();
      if (reply.job) setJob(reply.job);
      else await askAgain();
    });
  return (
    <Card
      title={<h2 className="card-title">{t('demo.title')}</h2>}
      extra={
        <Popconfirm title={t('demo.sure')} onConfirm={take}>
          <Button danger loading={busy}>
            {t('demo.remove')}
          </Button>
        </Popconfirm>
      }
    >
      <p>{t('demo.what')}</p>
      {job && <JobProgress id={job.id} first={job} over={() => void askAgain()} />}
    </Card>
  );
}
