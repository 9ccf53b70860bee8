import { DownloadOutlined } from '@ant-design/icons';
import { Button, Dropdown, Modal } from 'antd';
import { useState } from 'react';
import type { Query } from '@/api/client';
import { exportFile, exportList, type Job } from '@/api/jobs';
import { useMay } from '@/app/session';
import { JobProgress } from '@/components/job/JobProgress';
import { useT } from '@/i18n/I18nProvider';
import { useAction } from '@/lib/useAction';

/** Exports the list as it is filtered and shown, in the background. */
export function ExportButton({ what, filter, columns }: { what: string; filter: Query; columns: string[] }) {
  const t = useT();
  const may = useMay();
  const { busy, run } = useAction();
  const [job, setJob] = useState<Job | null>(null);
  if (!may('export')) return null;

  const start = (format: 'xlsx' | 'csv') =>
    void run(async () => setJob((await exportList({ what, filter, columns, format })).job));
  return (
    <>
      <Dropdown
        trigger={['click']}
        menu={{
          items: [
            { key: 'xlsx', label: 'XLSX', onClick: () => start('xlsx') },
            { key: 'csv', label: 'CSV', onClick: () => start('csv') },
          ],
        }}
      >
        <Button icon={<DownloadOutlined />} loading={busy}>
          {t('action.export')}
        </Button>
      </Dropdown>
      <Modal
        open={job !== null}
        title={t('action.export')}
        footer={null}
        onCancel={() => setJob(null)}
        destroyOnHidden
      >
        {job && (
          <JobProgress id={job.id} first={job}>
            {(now) => (
              <p>
                {now.state === 'done' ? (
                  <Button type="primary" icon={<DownloadOutlined />} href={exportFile(now.id)} download>
                    {t('action.download')}
                  </Button>
                ) : (
                  <span className="soft">{t('job.may_close')}</span>
                )}
              </p>
            )}
          </JobProgress>
        )}
      </Modal>
    </>
  );
}
