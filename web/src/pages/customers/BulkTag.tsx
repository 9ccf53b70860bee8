import { Form, Modal } from 'antd';
import { useState } from 'react';
import { bulkTag, type Whom } from '@/api/customers';
import type { Job } from '@/api/jobs';
import { JobProgress } from '@/components/job/JobProgress';
import { RemoteSelect } from '@/components/list/RemoteSelect';
import type { Selection } from '@/components/list/types';
import { useT } from '@/i18n/I18nProvider';
import { tagOptions } from '@/lib/options';
import { useAction } from '@/lib/useAction';

interface Props {
  whom: Selection;
  off: boolean;
  done: () => void;
  onClose: () => void;
}

/** Puts a tag on many customers, or takes it off: chosen rows at once, everyone who matches as a job. */
export default function BulkTag({ whom, off, done, onClose }: Props) {
  const t = useT();
  const { busy, run } = useAction();
  const [tagId, setTagId] = useState<string>();
  const [job, setJob] = useState<Job | null>(null);
  const count = whom.all ? whom.total : whom.ids.length;

  const finish = () => {
    done();
    onClose();
  };
  const start = async () => {
    if (!tagId) return;
    const target: Whom = whom.all ? { filter: whom.filter } : { customer_ids: whom.ids };
    await run(
      async () => {
        const reply = await bulkTag(tagId, target, off);
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
      okText={count === null ? t('bulk.do_all') : t('bulk.do', { n: count })}
      okButtonProps={{ disabled: tagId === undefined || count === 0, loading: busy }}
      onOk={() => void start()}
      onCancel={job ? finish : onClose}
      {...(job && { footer: null })}
    >
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
          {whom.all && <p className="soft">{t('bulk.everyone')}</p>}
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
