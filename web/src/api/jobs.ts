import type { Asked } from './analyses';
import { get, type Page, post, type Query } from './client';
import type { ErrorBody } from './errors';

export const jobStates = ['waiting', 'running', 'stopping', 'stopped', 'done', 'failed'] as const;
export type JobState = (typeof jobStates)[number];

/** What ended a job, in both languages. */
export interface JobError extends ErrorBody {
  message_en?: string | null;
  hint_en?: string | null;
}

/** Work that takes longer than a request. `rate` is in units a second. */
export interface Job {
  id: string;
  kind: string;
  state: JobState;
  title: string;
  done: number;
  total: number | null;
  unit: string;
  rate: number | null;
  remaining_s: number | null;
  result: Record<string, unknown> | null;
  error: JobError | null;
  created_s: number;
  ended_s: number | null;
}

export const isOver = (job: Job) => job.state === 'done' || job.state === 'failed' || job.state === 'stopped';

export const jobs = {
  list: (query: Query, signal?: AbortSignal) => get<Page<Job>>('/api/jobs', query, signal),
  detail: (id: string, signal?: AbortSignal) => get<Job>(`/api/jobs/${id}`, undefined, signal),
  stop: (id: string) => post<unknown>(`/api/jobs/${id}/stop`),
  resume: (id: string) => post<unknown>(`/api/jobs/${id}/resume`),
};

export interface ExportBody {
  what: string;
  filter: Query | Asked;
  columns: string[];
  format: 'xlsx' | 'csv';
}

export const exportList = (body: ExportBody) => post<{ job: Job }>('/api/exports', body);
export const exportFile = (jobId: string) => `/api/exports/${jobId}/file`;

/**
 * Tells each state of a job until it is over or the caller stops listening. Events come by stream; where the
 * stream does not get through (a proxy, say), by asking once a second.
 */
export function watchJob(id: string, see: (job: Job) => void): () => void {
  const stop = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const source = new EventSource(`/api/jobs/${id}/events`);

  const poll = async () => {
    try {
      const job = await jobs.detail(id, stop.signal);
      if (stop.signal.aborted) return;
      see(job);
      if (isOver(job)) return;
    } catch {
      if (stop.signal.aborted) return;
    }
    timer = setTimeout(() => void poll(), 1000);
  };
  source.addEventListener('job', (message: MessageEvent<string>) => {
    const job = JSON.parse(message.data) as Job;
    see(job);
    if (isOver(job)) source.close();
  });
  source.addEventListener('error', () => {
    source.close();
    if (timer === undefined) void poll();
  });
  return () => {
    stop.abort();
    source.close();
    clearTimeout(timer);
  };
}
