import { Button, Modal, Space } from 'antd';
import { useMemo, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { type Batch, imports } from '@/api/imports';
import { isOver, type Job } from '@/api/jobs';
import { EmptyState } from '@/components/EmptyState';
import { JobProgress } from '@/components/job/JobProgress';
import { ListPage } from '@/components/list/ListPage';
import type { Column } from '@/components/list/types';
import { StatusTag, type Tone } from '@/components/StatusTag';
import { useI18n } from '@/i18n/I18nProvider';
import { UndoImport } from './UndoImport';

const tones: Record<Batch['state'], Tone> = {
  running: 'busy',
  stopped: 'warn',
  done: 'good',
  undoing: 'busy',
  undone: 'quiet',
  failed: 'bad',
};

/** Every import so far: what it brought, what it refused, and its undo. */
export default function ImportList() {
  const { t, f } = useI18n();
  const [, go] = useLocation();
  const [version, setVersion] = useState(0);
  const [undo, setUndo] = useState<Job | null>(null);
  const columns = useMemo<Column<Batch>[]>(
    () => [
      {
        key: 'file_name',
        title: t('import.file'),
        render: ({ file_name, job }) =>
          job ? <Link href={`/import/new?job=${job.id}`}>{file_name}</Link> : file_name,
      },
      { key: 'kind', title: t('column.kind'), render: ({ kind }) => t(`import_kind.${kind}`) },
      {
        key: 'state',
        title: t('column.state'),
        render: ({ state, job }) => (
          <Space>
            <StatusTag tone={tones[state]}>{t(`batch_state.${state}`)}</StatusTag>
            {job && !isOver(job) && job.total ? f.percent(job.done / job.total, 0) : null}
          </Space>
        ),
      },
      { key: 'lines', title: t('count.lines'), align: 'right', render: ({ lines }) => f.number(lines) },
      { key: 'added', title: t('count.added'), align: 'right', render: ({ added }) => f.number(added) },
      { key: 'known', title: t('count.known'), align: 'right', render: ({ known }) => f.number(known) },
      {
        key: 'rejected',
        title: t('count.rejected'),
        align: 'right',
        render: ({ id, rejected }) =>
          rejected > 0 ? (
            <a href={imports.rejects(id)} download>
              {f.number(rejected)}
            </a>
          ) : (
            f.number(rejected)
          ),
      },
      {
        key: 'created',
        member: 'created_s',
        title: t('column.time'),
        render: ({ created_s }) => f.time(created_s),
      },
      {
        key: 'undo',
        member: null,
        title: t('column.actions'),
        render: (batch) => <UndoImport batch={batch} onJob={setUndo} />,
      },
    ],
    [t, f],
  );
  const begin = (
    <Button type="primary" onClick={() => go('/import/new')}>
      {t('import.begin')}
    </Button>
  );
  return (
    <>
      <ListPage<Batch>
        name="imports"
        columns={columns}
        load={imports.list}
        rowKey={({ id }) => id}
        version={version}
        paging="cursor"
        actions={begin}
        empty={<EmptyState title={t('import.none')} hint={t('import.none_hint')} action={begin} />}
      />
      <Modal
        open={undo !== null}
        title={t('import.undo')}
        footer={null}
        onCancel={() => setUndo(null)}
        destroyOnHidden
      >
        {undo && <JobProgress id={undo.id} first={undo} over={() => setVersion((n) => n + 1)} />}
      </Modal>
    </>
  );
}
