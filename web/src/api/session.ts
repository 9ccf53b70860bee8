import { get, patch, post, put, remove } from './client';

export type Permission =
  | 'customer_read'
  | 'customer_write'
  | 'customer_unmask'
  | 'customer_merge'
  | 'customer_erase'
  | 'tag_write'
  | 'audience_read'
  | 'audience_write'
  | 'tier_write'
  | 'order_read'
  | 'report_read'
  | 'binding_write'
  | 'code_write'
  | 'group_write'
  | 'handover_write'
  | 'cost_write'
  | 'import'
  | 'export'
  | 'staff_read'
  | 'setting_write'
  | 'account_write'
  | 'audit_read'
  | 'system';

export type Role = 'administrator' | 'operator' | 'manager' | 'staff';
export type Scope = 'own' | 'team' | 'all';
export type Language = 'zh' | 'en';

export interface Session {
  account: { id: string; login: string; name: string; role: Role; scope: Scope; language: Language };
  csrf: string;
  permissions: Permission[];
  corp: { name: string; zone: string; currency: string; demo: boolean };
  version: string;
  must_set_password?: boolean;
}

export const session = {
  get: (signal?: AbortSignal) => get<Session>('/api/session', undefined, signal),
  signIn: (login: string, password: string) => post<Session>('/api/session', { login, password }),
  link: (token: string) => post<Session>('/api/session/link', { token }),
  /** Whether WeCom's button is to be shown, where it leads, and coming back from there. */
  wecom: (signal?: AbortSignal) => get<{ enabled: boolean }>('/api/session/wecom', undefined, signal),
  wecomStart: (inside: boolean) => `/api/session/wecom/start?way=${inside ? 'inside' : 'code'}`,
  wecomEnter: (code: string, state: string) => post<Session>('/api/session/wecom', { code, state }),
  signOut: () => remove('/api/session'),
  setPassword: (body: { old?: string; new: string }) => put<unknown>('/api/session/password', body),
  setLanguage: (language: Language) => patch<unknown>('/api/session', { language }),
};

/** What someone chose for a list: which columns, how dense. */
export interface View {
  columns?: string[];
  density?: 'middle' | 'small';
}

export const views = {
  get: (name: string) => get<{ value: View | null }>(`/api/views/${name}`),
  put: (name: string, value: View) => put<unknown>(`/api/views/${name}`, { value }),
};
