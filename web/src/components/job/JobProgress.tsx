import { Button, Progress, Space } from 'antd';
import type { ReactNode } from 'react';
import { type Job, jobs } from '@/api/jobs';
import { useI18n } from '@/i18n/I18nProvider';
import { useAction } from '@/lib/useAction';
import { ServerErrorNotice } from './ServerErrorNotice';
import { JobStateTag } from './JobStateTag';
import { useJob } from './useJob';

interface Props {
  id: string;
  first?: Job;
  over?: (job: Job) => void;
  children?: (job: Job) => ReactNode;
}

/** How far a job is, how fast it goes, how long it will take; and the way to stop it, or to go on with it. */
export function JobProgress({ id, first, over, children }: Props) {
  const { t, f } = useI18n();
  const { job, again } = useJob(id, first, over);
  const { busy, run } = useAction();
  if (job === null) return <Progress percent={0} />;

  const running = job.state === 'running' || job.state === 'waiting';
  const share = job.state === 'done' ? 1 : job.total ? Math.min(1, job.done / job.total) : 0;
  return (
    <div className="job-progress">
      <div className="job-head">
        <JobStateTag state={job.state} />
        <span>{job.title}</span>
      </div>
      <Progress
        percent={Math.floor(share * 100)}
        status={job.state === 'failed' ? 'exception' : running ? 'active' : 'normal'}
        aria-label={job.title}
      />
      <Space wrap size="large" className="soft job-figures">
        <span>
          {t('job.done_of', {
            done: job.done,
            total: job.total === null ? '?' : f.number(job.total),
            unit: unitText(job.unit, t),
          })}
        </span>
        {running && job.rate !== null && job.rate > 0 && (
          <span>{t('job.rate', { rate: f.number(job.rate, 0) })}</span>
        )}
        {running && job.remaining_s !== null && (
          <span>{t('job.remaining', { time: f.duration(job.remaining_s) })}</span>
        )}
        {running && (
          <Button size="small" loading={busy} onClick={() => void run(() => jobs.stop(job.id))}>
            {t('job.stop')}
          </Button>
        )}
        {(job.state === 'stopped' || job.state === 'failed') && (
          <Button size="small" loading={busy} onClick={() => void run(() => jobs.resume(job.id).then(again))}>
            {t(job.state === 'failed' ? 'action.retry' : 'job.resume')}
          </Button>
        )}
      </Space>
      {job.error && <ServerErrorNotice error={job.error} />}
      {children?.(job)}
    </div>
  );
}

const units = ['rows', 'bytes', 'customers', 'orders', 'pages'] as const;

function unitText(unit: string, t: ReturnType<typeof useI18n>['t']): string {
  const known = units.find((one) => one === unit);
  return known ? t(`unit.${known}`) : unit;
}
