import { DownloadOutlined } from '@ant-design/icons';
import { Button, Dropdown } from 'antd';
import { lazy, Suspense, useState } from 'react';
import type { Asked } from '@/api/analyses';
import type { Query } from '@/api/client';
import { exportList, type Job } from '@/api/jobs';
import { useMay } from '@/app/session';
import { useT } from '@/i18n/I18nProvider';
import { useAction } from '@/lib/useAction';

const ExportProgress = lazy(() => import('./ExportProgress'));

/** What an export takes: a list as the server knows it (GET /api/exports), its query or question, and which columns. */
export interface Exported {
  what: string;
  filter?: Query | Asked;
  /** All of the list's unless told. */
  columns?: string[];
}

/** Exports a list as it is filtered and shown, in the background. */
export function ExportButton({
  what,
  filter = {},
  columns = [],
  size = 'middle',
  label,
}: Exported & { size?: 'small' | 'middle'; label?: string }) {
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
        <Button icon={<DownloadOutlined />} size={size} loading={busy}>
          {label ?? t('action.export')}
        </Button>
      </Dropdown>
      {job && (
        <Suspense fallback={null}>
          <ExportProgress job={job} onClose={() => setJob(null)} />
        </Suspense>
      )}
    </>
  );
}
