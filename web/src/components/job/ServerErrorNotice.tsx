import { ApiError } from '@/api/errors';
import type { JobError } from '@/api/jobs';
import { ErrorNotice } from '@/components/ErrorNotice';
import { useI18n } from '@/i18n/I18nProvider';

/** Why a job failed, in the reader's language. */
export function ServerErrorNotice({ error }: { error: JobError }) {
  const { language } = useI18n();
  const english = language === 'en';
  const message = (english ? error.message_en : null) ?? error.message;
  const hint = (english ? error.hint_en : error.hint) ?? null;
  return <ErrorNotice error={new ApiError(500, { ...error, message, hint })} />;
}
