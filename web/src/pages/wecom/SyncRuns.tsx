import { Card, Select } from 'antd';
import { useMemo } from 'react';
import { settings } from '@/api/care';
import type { SyncRun } from '@/api/wecom';
import { useMay } from '@/app/session';
import { JobStateTag } from '@/components/job/JobStateTag';
import { ScrollTable } from '@/components/ScrollTable';
import { StatusTag } from '@/components/StatusTag';
import { useI18n, useT } from '@/i18n/I18nProvider';
import { useAction } from '@/lib/useAction';

/** At which hour everything is synced each night. */
export function SyncHour({ hour, changed }: { hour: number; changed: () => void }) {
  const t = useT();
  const may = useMay();
  const { busy, run } = useAction();
  const options = [
    { value: -1, label: t('sync.hour_never') },
    ...Array.from({ length: 24 }, (_, value) => ({
      value,
      label: `${String(value).padStart(2, '0')}:00`,
    })),
  ];
  const put = (value: number) =>
    void run(() => settings.put('wecom_sync_hour', String(value)), t('saved')).then(changed);
  return (
    <Card size="small">
      <label className="wecom-label">
        {t('sync.hour')}
        <Select
          aria-label={t('sync.hour')}
          className="sync-hour"
          value={hour}
          options={options}
          loading={busy}
          disabled={!may('setting_write') || busy}
          onChange={put}
        />
      </label>
      <p className="soft">{t(hour < 0 ? 'sync.hour_never_hint' : 'sync.hour_hint')}</p>
    </Card>
  );
}

/** The last twenty, whether each was all there was, and what it cost. */
export function SyncRuns({ runs }: { runs: SyncRun[] }) {
  const { t, f } = useI18n();
  const columns = useMemo(() => {
    const count = (key: 'problems' | 'friendships' | 'begun' | 'ended' | 'groups') => ({
      key,
      title: t(`sync_run.${key}`),
      align: 'right' as const,
      render: (run: SyncRun) => f.number(run[key]),
    });
    return [
      { key: 'created_s', title: t('sync_run.began'), render: (run: SyncRun) => f.time(run.created_s) },
      {
        key: 'took',
        title: t('sync_run.took'),
        render: ({ ended_s, created_s }: SyncRun) =>
          f.duration(ended_s === null ? null : ended_s - created_s),
      },
      { key: 'state', title: t('column.state'), render: (run: SyncRun) => <RunState run={run} /> },
      {
        key: 'calls',
        title: t('sync_run.calls'),
        align: 'right' as const,
        render: ({ calls, least_calls }: SyncRun) => `${f.number(calls)} / ${f.number(least_calls)}`,
      },
      count('friendships'),
      count('begun'),
      count('ended'),
      count('groups'),
      count('problems'),
    ];
  }, [t, f]);
  if (runs.length === 0) return null;
  return (
    <Card size="small" title={<h2 className="card-title">{t('sync.runs')}</h2>}>
      <ScrollTable<SyncRun>
        size="small"
        columns={columns}
        dataSource={runs}
        rowKey={({ job_id }) => job_id}
        pagination={false}
      />
    </Card>
  );
}

function RunState({ run }: { run: SyncRun }) {
  const t = useT();
  if (run.state !== 'done') return <JobStateTag state={run.state} />;
  return (
    <StatusTag tone={run.complete ? 'good' : 'warn'}>
      {t(run.complete ? 'sync_run.complete' : 'sync_run.incomplete')}
    </StatusTag>
  );
}
