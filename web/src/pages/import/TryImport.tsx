import { Button, Card, Space } from 'antd';
import { imports } from '@/api/imports';
import { JobProgress } from '@/components/job/JobProgress';
import { useT } from '@/i18n/I18nProvider';
import { useAction } from '@/lib/useAction';
import { Counts } from './Counts';
import type { Place } from './ImportWizard';
import { keptMapping } from './kept';

interface Props {
  place: Place;
  job: string;
  go: (changes: Record<string, string | null>) => void;
}

/** The trial run reads the whole file and writes nothing; then one decides. */
export function TryImport({ place, job, go }: Props) {
  const t = useT();
  const { busy, run } = useAction();
  const mapping = keptMapping(place);
  const start = () =>
    void run(async () => {
      const started = await imports.start({
        upload_id: place.upload,
        kind: place.kind,
        mapping: mapping ?? {},
        dry_run: false,
      });
      go({ job: started.job.id });
    });
  return (
    <Card title={<h2 className="card-title">{t('import.trial')}</h2>}>
      <JobProgress key={job} id={job}>
        {(now) => (
          <>
            <Counts job={now} />
            <Space>
              <Button onClick={() => go({ dry: null })}>{t('import.back')}</Button>
              <Button
                type="primary"
                loading={busy}
                disabled={now.state !== 'done' || mapping === null}
                onClick={start}
              >
                {t('import.run')}
              </Button>
            </Space>
          </>
        )}
      </JobProgress>
    </Card>
  );
}
