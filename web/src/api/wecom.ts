import { get, type Page, post, type Query } from './client';
import type { Named } from './customers';
import type { Job, JobState } from './jobs';

/** Whether WeCom has found us, and how much between the two wants a look. */
export interface WecomStatus {
  /** When the address of the callback was last checked by WeCom, when anything last came. */
  checked_s: number | null;
  received_s: number | null;
  /** Since the server's start: by another Token or key than ours. */
  refused_s: number | null;
  inbox_dead: number;
  outbox_dead: number;
  outbox_unsure: number;
  /** In the last 24 hours. */
  welcomes_missed: number;
}

export type WecomSecret = 'wecom_app_secret' | 'wecom_contact_secret' | 'wecom_directory_secret';

/** One permission of one secret, tried. */
export interface Finding {
  secret: WecomSecret;
  name: string;
  path: string;
  zh: string;
  en: string;
  ok: boolean;
  /** "wecom_60020" */
  code: string | null;
  error: string | null;
  advice: string | null;
  /** How many it sees, or at least; null: WeCom does not tell. */
  count: number | null;
  more: boolean;
  names: string[];
}

interface Failure {
  code: string;
  message: string;
  hint: string;
}

export type InboxState = 'waiting' | 'done' | 'ignored' | 'dead';
export interface InboxRow {
  id: string;
  kind: string;
  key: string;
  state: InboxState;
  attempts: number;
  received_s: number;
  due_s: number | null;
  ended_s: number | null;
  error: Failure | null;
}

export type OutboxState = 'waiting' | 'done' | 'dropped' | 'unsure' | 'dead';
export interface OutboxRow {
  id: string;
  kind: string;
  key: string;
  customer: Named | null;
  staff: Named | null;
  tag: Named | null;
  group: Named | null;
  /** The code whose groups greet so. */
  greeted: Named | null;
  /** Whether a tag goes on or off; null: not known any more. */
  on: boolean | null;
  state: OutboxState;
  attempts: number;
  made_s: number;
  due_s: number | null;
  ended_s: number | null;
  error: Failure | null;
}

interface WelcomeSums {
  told: number;
  sent: number;
  unsure: number;
  missed: number;
  waiting: number;
}
export interface WelcomeReport extends WelcomeSums {
  /** From the callback to WeCom's answer; null: none was sent. */
  p50_ms: number | null;
  p99_ms: number | null;
  p999_ms: number | null;
  reasons: { reason: string; message: string; n: number }[];
  hours: (WelcomeSums & { hour_s: number })[];
  misses: { id: string; received_s: number; reason: string; message: string; error: string | null }[];
}

/** A full sync: everything that WeCom tells, asked for. */
export interface SyncRun {
  job_id: string;
  state: JobState;
  /** It ended, and everything was told. */
  complete: boolean;
  stage: SyncStage;
  created_s: number;
  ended_s: number | null;
  calls: number;
  /** The least that what was told takes; null until all was asked for. */
  least_calls: number | null;
  problems: number;
  outside: number;
  friendships: number;
  begun: number;
  ended: number;
  groups: number;
}

export const syncStages = [
  'begin',
  'tags',
  'follow',
  'departments',
  'members',
  'rest_staff',
  'customers',
  'undress',
  'groups',
  'rest_groups',
  'done',
] as const;
export type SyncStage = (typeof syncStages)[number];

/** What a member, department or group could not be told for. */
export interface SyncProblem {
  kind: 'department' | 'member' | 'follow' | 'group';
  ref: string;
  state: 'failed' | 'outside';
  code: string;
  message: string;
  advice: string;
}

/** What a sync has done up to now; see the member of the same name in the server's sync_place. */
export type SyncCounts = Record<
  | 'calls'
  | 'known_friendships'
  | 'known_groups'
  | 'departments'
  | 'staff'
  | 'staff_done'
  | 'friendships'
  | 'groups'
  | 'made'
  | 'begun'
  | 'ended'
  | 'tagged'
  | 'untagged'
  | 'undressed'
  | 'joined'
  | 'group_left'
  | 'dismissed'
  | 'tags_changed'
  | 'staff_changed'
  | 'problems'
  | 'outside',
  number
>;

export interface SyncState {
  connected: boolean;
  /** At which it happens each night; -1: never. */
  hour: number;
  job: Job | null;
  stage: SyncStage;
  least_calls: number | null;
  counts: SyncCounts;
  /** At most 500. */
  problems: SyncProblem[];
  /** The last twenty, newest first. */
  runs: SyncRun[];
}

export const wecom = {
  sync: (signal?: AbortSignal) => get<SyncState>('/api/wecom/sync', undefined, signal),
  startSync: () => post<unknown>('/api/wecom/sync'),
  status: (signal?: AbortSignal) => get<WecomStatus>('/api/wecom/status', undefined, signal),
  /** Calls WeCom once for each permission of each secret: seconds. */
  check: () => post<{ items: Finding[] }>('/api/wecom/check'),
  inbox: (query: Query, signal?: AbortSignal) => get<Page<InboxRow>>('/api/inbox', query, signal),
  retryInbox: (id: string) => post<unknown>(`/api/inbox/${id}/retry`),
  outbox: (query: Query, signal?: AbortSignal) => get<Page<OutboxRow>>('/api/outbox', query, signal),
  retryOutbox: (id: string) => post<unknown>(`/api/outbox/${id}/retry`),
  dropOutbox: (id: string) => post<unknown>(`/api/outbox/${id}/drop`),
  welcomes: (hours: number, signal?: AbortSignal) =>
    get<WelcomeReport>('/api/wecom/welcomes', { hours }, signal),
};
