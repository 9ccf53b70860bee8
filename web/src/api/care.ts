import type { Named } from './customers';
import type { Job } from './jobs';
import type { Permission, Role, Scope } from './session';
import { get, type Page, patch, post, put, type Query, remove } from './client';

export interface Setting {
  name: string;
  zh: string;
  en: string;
  type: string;
  value: string;
  origin: 'flag' | 'environment' | 'file' | 'console' | 'default';
  secret: boolean;
  changeable: boolean;
  /** It is read at the next start. */
  restart: boolean;
  /** "zh|en" */
  choices: string | null;
  min?: number;
  max?: number;
}

export interface Account extends Named {
  login: string;
  role: Role;
  scope: Scope;
  staff: Named | null;
  disabled: boolean;
  created_s: number;
  has_password?: boolean;
}

export interface AccountBody {
  login?: string;
  name?: string;
  role?: Role;
  scope?: Scope;
  staff_id?: string | null;
  disabled?: boolean;
}

export interface Token extends Named {
  permissions: Permission[];
  account_id: string;
  login: string;
  created_s: number;
  used_s: number | null;
  expires_s: number | null;
  revoked_s?: number | null;
}

export interface AuditRow {
  id: string;
  at_s: number;
  account: { id: string; login: string } | null;
  token_id: string | null;
  action: string;
  object_kind: string | null;
  object_id: string | null;
  detail: Record<string, unknown> | null;
}

export interface Check {
  name: string;
  zh: string;
  en: string;
  ok: boolean;
  value: string | null;
  /** What it means and what is good, in plain words; what to do where it is not well. */
  note: string | null;
  advice: string | null;
}

export interface Backup {
  name: string;
  bytes: number;
  created_s: number;
  /** It is complete; one that was interrupted is not. */
  whole: boolean;
}

type Items<T> = { items: T[] };

export const settings = {
  list: (signal?: AbortSignal) => get<Items<Setting>>('/api/settings', undefined, signal),
  put: (name: string, value: string) => put<unknown>(`/api/settings/${name}`, { value }),
};

export const accounts = {
  list: (query: Query, signal?: AbortSignal) => get<Page<Account>>('/api/accounts', query, signal),
  add: (body: AccountBody) => post<{ id: string; link: string }>('/api/accounts', body),
  patch: (id: string, body: AccountBody) => patch<unknown>(`/api/accounts/${id}`, body),
  link: (id: string) => post<{ link: string }>(`/api/accounts/${id}/link`),
};

export const tokens = {
  list: (query: Query, signal?: AbortSignal) => get<Page<Token>>('/api/tokens', query, signal),
  add: (body: { name: string; permissions: Permission[]; expires_s?: number | null }) =>
    post<{ token: string }>('/api/tokens', body),
  remove: (id: string) => remove(`/api/tokens/${id}`),
};

export const audit = {
  list: (query: Query, signal?: AbortSignal) => get<Page<AuditRow>>('/api/audit', query, signal),
  verify: () => post<{ rows: number; ok: boolean; first_bad: string | null }>('/api/audit/verify'),
};

export interface Mirror {
  state: 'ready' | 'building' | 'failed' | 'off';
  customers: number;
  events: number;
  behind: number;
  built_seq: number;
  build_seq: number;
  step_us: number;
  parts: { name: 'events' | 'sets' | 'columns' | 'moves' | 'dictionaries' | 'daybook'; bytes: number }[];
}

export const care = {
  mirror: (signal?: AbortSignal) => get<Mirror>('/api/mirror', undefined, signal),
  /** `deep` reads the whole database: seconds for each gigabyte. */
  doctor: (deep: boolean, signal?: AbortSignal) =>
    get<Items<Check>>('/api/doctor', deep ? { deep: 'true' } : undefined, signal),
  /** Gives the event index up, to be built anew; how many parts it had. */
  mend: () => post<{ parts: number }>('/api/doctor/mend'),
  backups: (signal?: AbortSignal) => get<Items<Backup>>('/api/backups', undefined, signal),
  backUp: () => post<{ job: Job }>('/api/backups'),
  verify: (name: string) => post<{ job?: Job; ok?: boolean }>(`/api/backups/${name}/verify`),
  restore: (name: string) => post<{ job?: Job }>(`/api/backups/${name}/restore`, { confirm: name }),
  makeDemo: () => post<{ job: Job }>('/api/demo'),
  removeDemo: () => post<{ job?: Job }>('/api/demo/remove'),
};
