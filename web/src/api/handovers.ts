import type { Query, Page } from './client';
import { get, post } from './client';
import type { Named } from './customers';

export type HandoverRule = 'one' | 'even' | 'weights' | 'department' | 'expression';
export type HandoverItemState = 'waiting' | 'asking' | 'asked' | 'refused' | 'passed' | 'lost' | 'stopped';
export type HandoverState = 'making' | 'running' | 'done' | 'stopped';
export type HandoverCounts = Record<HandoverItemState | 'all', number>;

export interface HandoverHeir {
  staff_id: string;
  weight?: number;
  cap?: number;
  expression?: string;
}
export interface HandoverBody {
  from_staff_id: string;
  rule: HandoverRule;
  heirs?: HandoverHeir[];
  department_id?: string;
  expression?: string;
  groups: boolean;
  message?: string;
  reason: string;
  /** How many customers were confirmed. */
  customers?: number;
  dry_run?: boolean;
}
export interface HandoverPlan {
  id: string | null;
  kind: 'onjob' | 'resigned';
  customers: number;
  groups: number;
  heirs: { staff: Named | null; customers: number; groups: number; room: number | null }[];
  left_out: { code: string; customers: number; message: string }[];
}
export interface Handover {
  id: string;
  from_staff: Named | null;
  kind: 'onjob' | 'resigned';
  rule: HandoverRule;
  reason: string;
  state: HandoverState;
  /** Customers of WeCom's list whom Koi does not know. */
  unknown: number;
  error: { code: string; message: string; hint: string } | null;
  created_s: number;
  customers: HandoverCounts;
  groups: HandoverCounts;
}
export interface HandoverItem {
  id: string;
  customer: Named | null;
  group: Named | null;
  staff: Named | null;
  state: HandoverItemState;
  message: string | null;
  tries: number;
  due_s: number | null;
}
export interface LeftStaff {
  staff: Named | null;
  left_s: number | null;
  customers: number;
}

export const handovers = {
  list: (query: Query, signal?: AbortSignal) => get<Page<Handover>>('/api/handovers', query, signal),
  one: (id: string, signal?: AbortSignal) => get<Handover>(`/api/handovers/${id}`, undefined, signal),
  items: (id: string, query: Query, signal?: AbortSignal) =>
    get<Page<HandoverItem>>(`/api/handovers/${id}/items`, query, signal),
  make: (body: HandoverBody) => post<HandoverPlan>('/api/handovers', body),
  stop: (id: string) => post<Handover>(`/api/handovers/${id}/stop`, {}),
  retry: (id: string) => post<Handover>(`/api/handovers/${id}/retry`, {}),
  left: (signal?: AbortSignal) => get<{ items: LeftStaff[] }>('/api/bindings/left', undefined, signal),
};

export type FiguresBy = 'staff' | 'department' | 'day';
export interface Figures {
  chat_cnt: number | null;
  message_cnt: number | null;
  reply_percentage: number | null;
  reply_percentage_low: number | null;
  reply_percentage_high: number | null;
  avg_reply_time: number | null;
  avg_reply_time_low: number | null;
  avg_reply_time_high: number | null;
  negative_feedback_cnt: number | null;
  new_apply_cnt: number | null;
  new_contact_cnt: number | null;
  new_member_cnt: number | null;
  member_total: number | null;
  msg_total: number | null;
  friends_added: number;
  friends_ended_by_customer: number;
  friends_ended_by_staff: number;
  base_7d: number;
  kept_7d: number;
  base_30d: number;
  kept_30d: number;
}
export interface StaffFigures {
  from: string;
  to: string;
  told_s: number | null;
  sum: Figures;
  not_available: { key: string; reason: string }[];
  items: (Figures & { staff: Named | null; department: Named | null; day: string | null })[];
}

export const staffFigures = {
  read: (query: Query, signal?: AbortSignal) => get<StaffFigures>('/api/staff/figures', query, signal),
  ask: () => post('/api/wecom/statistics', {}),
};
