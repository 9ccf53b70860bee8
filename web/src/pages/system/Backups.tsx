import { Button, Card, Popconfirm, Space } from 'antd';
import { ScrollTable } from '@/components/ScrollTable';
import { useState } from 'react';
import { type Backup, care } from '@/api/care';
import type { Job } from '@/api/jobs';
import { EmptyState } from '@/components/EmptyState';
import { ErrorNotice } from '@/components/ErrorNotice';
import { StatusTag } from '@/components/StatusTag';
import { JobProgress } from '@/components/job/JobProgress';
import { useI18n } from '@/i18n/I18nProvider';
import { useAction } from '@/lib/useAction';
import { useResource } from '@/lib/useResource';

/** Backups: made, checked and put back from here, the same as by `koi backup` and `koi restore`. */
export function Backups() {
  const { t, f } = useI18n();
  const { busy, run } = useAction();
  const [job, setJob] = useState<Job | null>(null);
  const found = useResource('backups', care.backups);
  const follow = (work: () => Promise<{ job?: Job }>, success: string) =>
    void run(async () => {
      const reply = await work();
      if (reply.job) setJob(reply.job);
      else found.reload();
    }, success);
  const columns = [
    { title: t('column.name'), dataIndex: 'name', render: (name: string) => <code>{name}</code> },
    { title: t('column.time'), render: (_: unknown, row: Backup) => f.time(row.created_s) },
    {
      title: t('column.state'),
      render: (_: unknown, { whole }: Backup) => (
        <StatusTag tone={whole ? 'good' : 'bad'}>{t(whole ? 'backup.whole' : 'backup.partial')}</StatusTag>
      ),
    },
    {
      title: t('backup.size'),
      align: 'right' as const,
      render: (_: unknown, row: Backup) => f.bytes(row.bytes),
    },
    {
      title: t('column.actions'),
      render: (_: unknown, { name }: Backup) => (
        <Space>
          <Button
            size="small"
            disabled={busy}
            onClick={() => follow(() => care.verify(name), t('backup.verifying'))}
          >
            {t('backup.verify')}
          </Button>
          <Popconfirm
            title={t('backup.restore_sure')}
            onConfirm={() => follow(() => care.restore(name), t('backup.restoring'))}
          >
            <Button size="small" danger disabled={busy}>
              {t('backup.restore')}
            </Button>
          </Popconfirm>
        </Space>
      ),
    },
  ];
  return (
    <Card
      title={<h2 className="card-title">{t('backup.title')}</h2>}
      extra={
        <Button
          type="primary"
          size="small"
          loading={busy}
          onClick={() => follow(care.backUp, t('backup.started'))}
        >
          {t('backup.now')}
        </Button>
      }
    >
      {job && <JobProgress key={job.id} id={job.id} first={job} over={found.reload} />}
      {found.error !== undefined && <ErrorNotice error={found.error} retry={found.reload} />}
      <ScrollTable<Backup>
        size="small"
        rowKey="name"
        pagination={false}
        loading={found.loading}
        dataSource={found.data?.items ?? []}
        columns={columns}
        locale={{ emptyText: <EmptyState title={t('backup.none')} hint={t('backup.none_hint')} /> }}
      />
    </Card>
  );
}
