import { Form, Modal } from 'antd';
import { useState } from 'react';
import { audiences } from '@/api/audiences';
import { bulkTag, type Whom } from '@/api/customers';
import type { Job } from '@/api/jobs';
import { ErrorNotice } from '@/components/ErrorNotice';
import { JobProgress } from '@/components/job/JobProgress';
import { RemoteSelect } from '@/components/list/RemoteSelect';
import type { Selection } from '@/components/list/types';
import { useI18n, useT } from '@/i18n/I18nProvider';
import { fromFilters } from '@/lib/audience/fromFilters';
import { tagOptions } from '@/lib/options';
import { useAction } from '@/lib/useAction';
import { useResource } from '@/lib/useResource';

interface Props {
  whom: Selection;
  off: boolean;
  done: () => void;
  onClose: () => void;
}

/** Chosen rows as they are; "all who match" as an expression, counted before anything is confirmed. */
async function resolve(
  whom: Selection,
  zone: string,
  signal: AbortSignal,
): Promise<{ whom: Whom; count: number }> {
  if (!whom.all) return { whom: { customer_ids: whom.ids }, count: whom.ids.length };
  const expression = await fromFilters(whom.filter, zone, signal);
  return { whom: { expression }, count: (await audiences.count(expression, signal)).count };
}

/** Puts a tag on many customers, or takes it off: chosen rows at once, everyone who matches as a job. */
export function BulkTag({ whom, off, done, onClose }: Props) {
  const { t, f } = useI18n();
  const { busy, run } = useAction();
  const [tagId, setTagId] = useState<string>();
  const [job, setJob] = useState<Job | null>(null);
  const meant = useResource(JSON.stringify(whom), (signal) => resolve(whom, f.place.zone, signal));
  const target = meant.data;

  const finish = () => {
    done();
    onClose();
  };
  const start = async () => {
    if (!target || !tagId) return;
    await run(
      async () => {
        const reply = await bulkTag(tagId, target.whom, off);
        if (reply.job) setJob(reply.job);
        else finish();
      },
      off ? t('bulk.untagged') : t('bulk.tagged'),
    );
  };
  return (
    <Modal
      open
      title={t(off ? 'bulk.untag' : 'bulk.tag')}
      okText={target ? t('bulk.do', { n: target.count }) : t('audience.counting')}
      okButtonProps={{ disabled: tagId === undefined || !target || target.count === 0, loading: busy }}
      onOk={() => void start()}
      onCancel={job ? finish : onClose}
      {...(job && { footer: null })}
    >
      {meant.error !== undefined && <ErrorNotice error={meant.error} retry={meant.reload} />}
      {job ? (
        <JobProgress id={job.id} first={job} over={done}>
          {(now) => <BulkResult job={now} />}
        </JobProgress>
      ) : (
        <Form layout="vertical">
          <Form.Item label={t('customer.tag')} htmlFor="bulk-tag">
            <RemoteSelect
              id="bulk-tag"
              label={t('bulk.which')}
              load={tagOptions}
              value={tagId}
              onChange={setTagId}
            />
          </Form.Item>
          {target && 'expression' in target.whom && (
            <code className="expression">{target.whom.expression}</code>
          )}
        </Form>
      )}
    </Modal>
  );
}

function BulkResult({ job }: { job: Job }) {
  const t = useT();
  if (job.state !== 'done') return <p className="soft">{t('job.may_close')}</p>;
  const { tagged, skipped } = job.result ?? {};
  return <p>{t('bulk.result', { tagged: Number(tagged ?? 0), skipped: Number(skipped ?? 0) })}</p>;
}
