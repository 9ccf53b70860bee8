import { Button, Popconfirm } from 'antd';
import { type Batch, imports } from '@/api/imports';
import type { Job } from '@/api/jobs';
import { useT } from '@/i18n/I18nProvider';
import { useAction } from '@/lib/useAction';

/** Takes everything an import made out again. */
export function UndoImport({ batch, onJob }: { batch: Batch; onJob: (job: Job) => void }) {
  const t = useT();
  const { busy, run } = useAction();
  if (
    batch.kind === 'demo' ||
    (batch.state !== 'done' && batch.state !== 'stopped' && batch.state !== 'failed')
  ) {
    return null;
  }
  return (
    <Popconfirm
      title={t('import.undo_sure', { n: batch.added })}
      onConfirm={() => void run(async () => onJob((await imports.undo(batch.id)).job))}
    >
      <Button danger size="small" loading={busy}>
        {t('import.undo')}
      </Button>
    </Popconfirm>
  );
}
