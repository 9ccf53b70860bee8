import type { JobState } from '@/api/jobs';
import { type Tone, StatusTag } from '@/components/StatusTag';
import { useT } from '@/i18n/I18nProvider';

const tones: Record<JobState, Tone> = {
  waiting: 'quiet',
  running: 'busy',
  stopping: 'warn',
  stopped: 'warn',
  done: 'good',
  failed: 'bad',
};

export function JobStateTag({ state }: { state: JobState }) {
  const t = useT();
  return <StatusTag tone={tones[state]}>{t(`job_state.${state}`)}</StatusTag>;
}
