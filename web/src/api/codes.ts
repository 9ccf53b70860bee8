import type { Query, Page } from './client';
import { get, patch, post, remove } from './client';
import type { Named } from './customers';
import type { ErrorBody } from './errors';
import type { Attachment } from './media';

export type CodeKind = 'staff' | 'group' | 'link';
export type CodeStatus = 'making' | 'active' | 'expired' | 'deleted';
export type CodeCustomer = 'any' | 'new' | 'old' | 'buyer';

export interface Code extends Named {
  kind: CodeKind;
  status: CodeStatus;
  skip_verify: boolean;
  exclusive: boolean;
  expires_s: number | null;
  /** WeCom's picture of a staff or group code. */
  qr_url: string | null;
  link_url: string | null;
  /** Koi knows what the code says and draws it; else only WeCom's picture can be printed. */
  drawn: boolean;
  /** Of a group code: the page that says what the group is for, before joining. */
  page_path: string | null;
  created_s: number;
}
export interface CodeMember {
  staff: Named;
  weight: number;
  daily_cap: number;
  total_cap: number;
  backup: boolean;
  left: boolean;
  /** Stands at WeCom now. */
  listed: boolean;
  /** WeCom said that they can have no more customers: no code sends them any until then. */
  full_until_s: number | null;
}
export interface CodeHours {
  /** Null: everyone of the code. */
  staff_id: string | null;
  weekday: number;
  from_min: number;
  to_min: number;
}
export interface CodeWelcome {
  customer: CodeCustomer;
  /** Bit 0 Monday … bit 6 Sunday. */
  weekdays: number;
  from_min: number;
  to_min: number;
  text: string;
  attachments: Attachment[];
}
/** What the groups of a group code greet who joins with, and what WeCom has of it. */
export interface GroupGreeting {
  text: string;
  attachments: Attachment[];
  /** WeCom tells owners of groups when it is made. */
  notify: boolean;
  state: 'waiting' | 'offered' | 'refused' | 'unsure' | 'dropped';
  /** Since when owners can pick it; null: they cannot. */
  offered_s: number | null;
  told_s: number | null;
  error: ErrorBody | null;
}
export interface CodeWarning {
  id: string;
  code: Named | null;
  kind: string;
  detail: string;
  /** Of media and greetings: what WeCom said. */
  error: ErrorBody | null;
  begun_s: number;
}
export interface CodeDetail extends Code {
  remark: string | null;
  stage_id: string | null;
  tags: string[];
  members: CodeMember[];
  hours: CodeHours[];
  welcomes: CodeWelcome[];
  groups: { group: Named; members: number; dismissed: boolean; listed: boolean }[];
  full_at: number | null;
  auto_room: boolean;
  room_name: string | null;
  page_text: string | null;
  greeting: GroupGreeting | null;
  warnings: CodeWarning[];
}

export interface CodeBody {
  kind?: CodeKind;
  name: string;
  skip_verify: boolean;
  expires_s: number | null;
  remark: string | null;
  stage_id: string | null;
  tags: string[];
  members?: {
    staff_id: string;
    weight: number;
    daily_cap: number;
    total_cap: number;
    backup: boolean;
  }[];
  hours?: (Omit<CodeHours, 'staff_id'> & { staff_id: string })[];
  welcomes?: CodeWelcome[];
  groups?: string[];
  full_at?: number;
  auto_room?: boolean;
  room_name?: string | null;
  page_text?: string | null;
  greeting?: Pick<GroupGreeting, 'text' | 'attachments' | 'notify'> | null;
  key?: string;
}

export interface CodeCounts {
  friends: number;
  joined: number;
  new_customers: number;
  old_customers: number;
  buyers: number;
  friends_7d: number;
  ended_1d: number;
  ended_7d: number;
  ordered_7d: number;
  orders: number;
  amount_fen: number;
  /** WeCom's own, of links; null where it tells none. */
  click_link_customer_cnt: number | null;
  new_customer_cnt: number | null;
  added_rate: number | null;
  /** Of the page before joining a group; null where there is none. */
  page_views: number | null;
}
export type CodeBy = 'code' | 'staff' | 'hour' | 'day';
export interface CodeStatistics {
  from: string;
  to: string;
  sum: CodeCounts;
  items: (CodeCounts & {
    code: Named | null;
    staff: Named | null;
    hour: number | null;
    day: string | null;
  })[];
  not_available: { key: string; reason: string }[];
}

/** Uses of acquisition links, as WeCom told them last. */
export interface CodeQuota {
  /** Spent so far. */
  total: number | null;
  balance: number | null;
  /** The balance when it rose last. */
  peak: number | null;
  told_s: number | null;
  tried_s: number | null;
  /** Why nothing is known. */
  why: string | null;
  problem: { code: string; message: string; hint: string | null } | null;
  parts: { expire_s: number; balance: number }[];
  wrong: { kind: string; title: string; advice: string }[];
}

export const codes = {
  list: (query: Query, signal?: AbortSignal) => get<Page<Code>>('/api/codes', query, signal),
  one: (id: string, signal?: AbortSignal) => get<CodeDetail>(`/api/codes/${id}`, undefined, signal),
  add: (body: CodeBody) => post<CodeDetail>('/api/codes', body),
  patch: (id: string, body: CodeBody) => patch<CodeDetail>(`/api/codes/${id}`, body),
  remove: (id: string) => remove(`/api/codes/${id}`),
  warnings: (signal?: AbortSignal) => get<{ items: CodeWarning[] }>('/api/codes/warnings', undefined, signal),
  /** How many of WeCom's hundred greetings of groups Koi uses. */
  greetings: (signal?: AbortSignal) =>
    get<{ used: number; most: number }>('/api/codes/greetings', undefined, signal),
  quota: (signal?: AbortSignal) => get<CodeQuota>('/api/codes/quota', undefined, signal),
  askQuota: () => post<CodeQuota>('/api/codes/quota'),
  statistics: (query: Query, signal?: AbortSignal) =>
    get<CodeStatistics>('/api/codes/statistics', query, signal),
  /** The address of the drawing; a caption that is empty is left out of it, as the server reads it. */
  svg: (id: string, look: { caption?: string; logo?: boolean } = {}) => {
    const parts = new URLSearchParams();
    if (look.caption !== undefined) parts.set('caption', look.caption);
    if (look.logo !== undefined) parts.set('logo', String(look.logo));
    return `/api/codes/${id}/qr.svg${parts.size > 0 ? `?${parts.toString()}` : ''}`;
  },
};
