import { Button, Card, Space } from 'antd';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { type Batch, imports } from '@/api/imports';
import type { Job } from '@/api/jobs';
import { JobProgress } from '@/components/job/JobProgress';
import { useT } from '@/i18n/I18nProvider';
import { useResource } from '@/lib/useResource';
import { Counts } from './Counts';
import { UndoImport } from './UndoImport';

/** The import itself: it goes on without this page, and this page finds it again. */
export function RunImport({ job }: { job: string }) {
  const t = useT();
  const [, go] = useLocation();
  const [version, setVersion] = useState(0);
  const [undo, setUndo] = useState<Job | null>(null);
  const [id, setId] = useState<string | null>(null);
  const found = useResource(id && `${id} ${version}`, (signal) => imports.detail(id ?? '', signal));
  const batch: Batch | undefined = found.data;
  return (
    <Card title={<h2 className="card-title">{batch?.file_name ?? t('import.step_run')}</h2>}>
      <JobProgress
        key={job}
        id={job}
        over={({ result }) => typeof result?.['import_id'] === 'string' && setId(result['import_id'])}
      >
        {(now) => (
          <>
            <Counts job={now} />
            <Space wrap>
              {batch && batch.rejected > 0 && (
                <Button href={imports.rejects(batch.id)} download>
                  {t('import.rejects', { n: batch.rejected })}
                </Button>
              )}
              {batch && <UndoImport batch={batch} onJob={setUndo} />}
              <Button type="primary" onClick={() => go('/import')}>
                {t('import.all_batches')}
              </Button>
            </Space>
          </>
        )}
      </JobProgress>
      {undo && <JobProgress id={undo.id} first={undo} over={() => setVersion((n) => n + 1)} />}
    </Card>
  );
}
