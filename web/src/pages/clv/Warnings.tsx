import { Alert, Button } from 'antd';
import { useState } from 'react';
import { clv, type ClvFit, type ClvWarning } from '@/api/clv';
import type { Job } from '@/api/jobs';
import { useMay } from '@/app/session';
import { JobProgress } from '@/components/job/JobProgress';
import { StatusTag } from '@/components/StatusTag';
import { useI18n } from '@/i18n/I18nProvider';
import { useAction } from '@/lib/useAction';

/** What is wrong with a fit, what it means, what to do; and the way to take its scores all the same. */
export function Warnings({ fit, reload }: { fit: ClvFit; reload: () => void }) {
  const { t } = useI18n();
  const refused = !fit.applied;
  const grave = fit.warnings.some(({ severity }) => severity === 'grave');
  const notes = fit.warnings.every(({ severity }) => severity === 'note');
  if (fit.warnings.length === 0)
    return (
      <div>
        <StatusTag tone="good">{t('clv.sound')}</StatusTag>
      </div>
    );
  return (
    <Alert
      type={grave ? 'error' : notes ? 'info' : 'warning'}
      showIcon
      role="alert"
      title={t(refused ? 'clv.refused' : notes ? 'clv.notes' : 'clv.accepted')}
      description={
        <>
          <ul className="clv-warnings">
            {fit.warnings.map((warning) => (
              <Warning key={`${warning.about} ${warning.code}`} warning={warning} />
            ))}
          </ul>
          {refused && !grave && <Accept fit={fit} reload={reload} />}
        </>
      }
    />
  );
}

function Warning({ warning }: { warning: ClvWarning }) {
  const { t, language } = useI18n();
  const english = language === 'en';
  return (
    <li>
      <strong>{t(`clv_about.${warning.about}`)}</strong> {english ? warning.message_en : warning.message}
      <div className="clv-todo">{t('clv.todo', { todo: english ? warning.todo_en : warning.todo })}</div>
    </li>
  );
}

function Accept({ fit, reload }: { fit: ClvFit; reload: () => void }) {
  const { t } = useI18n();
  const may = useMay();
  const { busy, run } = useAction();
  const [job, setJob] = useState<Job | null>(null);
  if (!may('tier_write')) return null;
  const { model, weeks, discount_percent, since, until } = fit;
  const body = { model, weeks, discount_percent, until, ...(since !== null && { since }), accept: true };
  return (
    <>
      <Button loading={busy} onClick={() => void run(async () => setJob((await clv.fit(body)).job))}>
        {t('clv.accept')}
      </Button>
      {job && <JobProgress key={job.id} id={job.id} first={job} over={reload} />}
    </>
  );
}
