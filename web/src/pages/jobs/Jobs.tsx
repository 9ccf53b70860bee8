import { Button, Drawer, Progress } from 'antd';
import { useMemo, useState } from 'react';
import { exportFile, isOver, type Job, jobs, jobStates } from '@/api/jobs';
import { EmptyState } from '@/components/EmptyState';
import { JobProgress } from '@/components/job/JobProgress';
import { JobStateTag } from '@/components/job/JobStateTag';
import { ListPage } from '@/components/list/ListPage';
import type { Column, Filter } from '@/components/list/types';
import { useOpen } from '@/components/list/useListState';
import { RowLink } from '@/components/list/RowLink';
import { useI18n } from '@/i18n/I18nProvider';

/** Long work: what runs, how far it is, what came of it. */
export default function Jobs() {
  const { t, f, language } = useI18n();
  const [open, setOpen] = useOpen();
  const [version, setVersion] = useState(0);
  const columns = useMemo<Column<Job>[]>(
    () => [
      {
        key: 'title',
        title: t('job.title'),
        render: (job) => <RowLink onClick={() => setOpen(job.id)}>{job.title}</RowLink>,
      },
      {
        key: 'state',
        title: t('column.state'),
        render: ({ state }) => <JobStateTag state={state} />,
      },
      {
        key: 'progress',
        member: ['done', 'total', 'unit'],
        title: t('job.progress'),
        width: 180,
        render: (job) => <Share job={job} />,
      },
      {
        key: 'created',
        member: 'created_s',
        title: t('column.created'),
        render: ({ created_s }) => f.time(created_s),
      },
      {
        key: 'ended',
        member: 'ended_s',
        title: t('job.ended'),
        render: ({ ended_s }) => f.time(ended_s),
      },
      {
        key: 'result',
        member: language === 'zh' ? 'error.message' : 'error.message_en',
        title: t('job.result'),
        render: (job) =>
          job.kind === 'export' && job.state === 'done' ? (
            <a href={exportFile(job.id)} download>
              {t('action.download')}
            </a>
          ) : (
            (job.error?.message ?? '—')
          ),
      },
    ],
    [t, f, language, setOpen],
  );
  const filters = useMemo<Filter[]>(
    () => [
      {
        kind: 'choice',
        key: 'state',
        label: t('column.state'),
        options: jobStates.map((value) => ({ value, label: t(`job_state.${value}`) })),
      },
    ],
    [t],
  );
  return (
    <>
      <ListPage<Job>
        name="jobs"
        what="jobs"
        columns={columns}
        filters={filters}
        load={jobs.list}
        rowKey={({ id }) => id}
        paging="cursor"
        onOpen={({ id }) => setOpen(id)}
        version={version}
        actions={<Button onClick={() => setVersion((n) => n + 1)}>{t('action.refresh')}</Button>}
        empty={<EmptyState title={t('job.none')} hint={t('job.none_hint')} />}
      />
      <Drawer open={open !== null} onClose={() => setOpen(null)} title={t('job.job')} destroyOnHidden>
        {open && (
          <JobProgress id={open} over={() => setVersion((n) => n + 1)}>
            {(job) => <Result job={job} />}
          </JobProgress>
        )}
      </Drawer>
    </>
  );
}

function Share({ job }: { job: Job }) {
  const share = job.state === 'done' ? 1 : job.total ? job.done / job.total : 0;
  return (
    <Progress
      size="small"
      percent={Math.floor(share * 100)}
      status={job.state === 'failed' ? 'exception' : isOver(job) ? 'normal' : 'active'}
      aria-label={job.title}
    />
  );
}

function Result({ job }: { job: Job }) {
  const { t, f } = useI18n();
  if (job.kind === 'export' && job.state === 'done') {
    return (
      <Button type="primary" href={exportFile(job.id)} download>
        {t('action.download')}
      </Button>
    );
  }
  const entries = Object.entries(job.result ?? {});
  return (
    <dl className="job-result">
      {entries.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{typeof value === 'number' ? f.number(value) : String(value)}</dd>
        </div>
      ))}
    </dl>
  );
}
