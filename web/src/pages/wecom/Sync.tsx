import { Alert, Button, Card, Progress, Space } from 'antd';
import { useEffect } from 'react';
import { isOver, type Job, jobs } from '@/api/jobs';
import { type SyncState, wecom } from '@/api/wecom';
import { ErrorNotice } from '@/components/ErrorNotice';
import { JobStateTag } from '@/components/job/JobStateTag';
import { ServerErrorNotice } from '@/components/job/ServerErrorNotice';
import { StatusTag } from '@/components/StatusTag';
import { Waiting } from '@/components/Waiting';
import { useI18n, useT } from '@/i18n/I18nProvider';
import { useAction } from '@/lib/useAction';
import { useResource } from '@/lib/useResource';
import { SyncHour, SyncRuns } from './SyncRuns';
import { SyncProblems, SyncStages } from './SyncStages';

const PAUSE_MS = 2000;

/** The last sync as it is now; while one is under way, looked at again and again. */
function useSync() {
  const found = useResource('wecom-sync', wecom.sync);
  const { data, reload } = found;
  const open = data?.job ? !isOver(data.job) : false;
  useEffect(() => {
    if (!open) return;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') reload();
    }, PAUSE_MS);
    return () => clearInterval(timer);
  }, [open, reload]);
  return found;
}

/** The full sync: how far it is, what could not be told, and those before it. */
export function Sync() {
  const { data, error, reload } = useSync();
  if (!data) return error === undefined ? <Waiting /> : <ErrorNotice error={error} retry={reload} />;
  return (
    <div className="page-stack">
      <Card>
        <Now state={data} changed={reload} />
      </Card>
      <SyncHour hour={data.hour} changed={reload} />
      <SyncRuns runs={data.runs} />
    </div>
  );
}

/** The sync alone, for the last step of the wizard. */
export function SyncNow() {
  const { data, error, reload } = useSync();
  if (!data) return error === undefined ? <Waiting /> : <ErrorNotice error={error} retry={reload} />;
  return <Now state={data} changed={reload} />;
}

function Now({ state, changed }: { state: SyncState; changed: () => void }) {
  const t = useT();
  const { job } = state;
  if (!state.connected) return <Alert showIcon type="info" title={t('sync.not_connected')} />;
  return (
    <div className="wecom-sync">
      <p className="soft">{t('sync.what')}</p>
      {job && <How job={job} state={state} />}
      <Buttons job={job} changed={changed} />
      {job && (
        <>
          <SyncStages state={state} />
          <SyncProblems problems={state.problems} more={state.counts.problems + state.counts.outside} />
        </>
      )}
    </div>
  );
}

/** How far, how fast, how long; and in one sentence whether it is all. */
function How({ job, state }: { job: Job; state: SyncState }) {
  const { t, f } = useI18n();
  const over = isOver(job);
  const part = job.state === 'done' && state.counts.problems > 0;
  const share = job.state === 'done' ? 1 : job.total ? Math.min(0.99, job.done / job.total) : 0;
  return (
    <div aria-live="polite">
      <div className="job-head">
        {part ? (
          <StatusTag tone="warn">{t('sync_run.incomplete')}</StatusTag>
        ) : (
          <JobStateTag state={job.state} />
        )}
        <span>
          {f.time(job.created_s)}
          {job.ended_s !== null && over && ` – ${f.time(job.ended_s)}`}
        </span>
      </div>
      <Progress
        percent={Math.floor(share * 100)}
        status={job.state === 'failed' ? 'exception' : over ? 'normal' : 'active'}
        showInfo={!part}
        aria-label={t('wecom.sync')}
      />
      <Space wrap size="large" className="soft job-figures">
        <span>
          {state.least_calls === null
            ? t('sync.calls_yet', { n: state.counts.calls })
            : t('sync.calls', { n: state.counts.calls, least: state.least_calls })}
        </span>
        {!over && job.rate !== null && job.rate > 0 && (
          <span>{t('sync.rate', { rate: f.number(job.rate, 0) })}</span>
        )}
        {!over && (
          <span>
            {job.remaining_s === null
              ? t('sync.remaining_unknown')
              : t('job.remaining', { time: f.duration(job.remaining_s) })}
          </span>
        )}
      </Space>
      <Verdict job={job} state={state} />
      {job.error && <ServerErrorNotice error={job.error} />}
    </div>
  );
}

/** A part is never said to be all. */
function Verdict({ job, state }: { job: Job; state: SyncState }) {
  const t = useT();
  const { problems, outside } = state.counts;
  if (!isOver(job)) return null;
  if (job.state !== 'done') return <Alert showIcon type="warning" title={t('sync.part')} />;
  if (problems > 0) return <Alert showIcon type="warning" title={t('sync.incomplete', { n: problems })} />;
  const title = outside > 0 ? t('sync.complete_outside', { n: outside }) : t('sync.complete');
  return <Alert showIcon type={outside > 0 ? 'info' : 'success'} title={title} />;
}

function Buttons({ job, changed }: { job: Job | null; changed: () => void }) {
  const t = useT();
  const { busy, run } = useAction();
  const act = (work: () => Promise<unknown>) => void run(work).then(changed);
  const again = job?.state === 'stopped' || job?.state === 'failed';
  const stoppable = job?.state === 'running' || job?.state === 'waiting';
  return (
    <Space wrap className="wecom-sync-buttons">
      {again && (
        <Button type="primary" loading={busy} onClick={() => act(() => jobs.resume(job.id))}>
          {t('sync.resume')}
        </Button>
      )}
      {stoppable && (
        <Button loading={busy} onClick={() => act(() => jobs.stop(job.id))}>
          {t('job.stop')}
        </Button>
      )}
      {(job === null || isOver(job)) && (
        <Button
          {...(!again && { type: 'primary' as const })}
          loading={busy}
          onClick={() => act(wecom.startSync)}
        >
          {t(job === null ? 'sync.first' : 'sync.again')}
        </Button>
      )}
    </Space>
  );
}
