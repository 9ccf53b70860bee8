import { DownloadOutlined } from '@ant-design/icons';
import { Button, Modal } from 'antd';
import { exportFile, type Job } from '@/api/jobs';
import { JobProgress } from '@/components/job/JobProgress';
import { useT } from '@/i18n/I18nProvider';

/** An export on its way, and the file when it is done. */
export default function ExportProgress({ job, onClose }: { job: Job; onClose: () => void }) {
  const t = useT();
  return (
    <Modal open title={t('action.export')} footer={null} onCancel={onClose} destroyOnHidden>
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
    </Modal>
  );
}
