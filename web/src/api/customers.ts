import { get, type Page, patch, post, put, type Query, remove, send } from './client';
import type { CustomerClv } from './clv';
import type { Job } from './jobs';
import type { Order } from './orders';

export interface Named {
  id: string;
  name: string;
}

export interface WornTag extends Named {
  group: string;
}

export interface Customer {
  id: string;
  nickname: string | null;
  gender: 'male' | 'female' | null;
  age: number | null;
  province: string | null;
  city: string | null;
  phone: string | null;
  source: Named | null;
  stage: Named | null;
  added_s: number | null;
  first_s: number;
  staff: Named[];
  tags: WornTag[];
  orders: number;
  spend_fen: number;
  last_order_s: number | null;
  tiers: { model: string; tier: string; color: string }[];
}

export type FieldType = 'text' | 'number' | 'day' | 'choice' | 'yes_no';
export type FieldValue = string | number | boolean | null;

export interface Relation {
  id: string;
  staff: Named;
  added_s: number;
  deleted_s: number | null;
  deleted_by: 'customer' | 'staff' | null;
  remark: string | null;
  tags: WornTag[];
}

export interface CustomerDetail extends Customer {
  birth_day: string | null;
  name: string | null;
  address: string | null;
  no_marketing: boolean;
  /** Only those that are filled; personal ones without their value. */
  fields: { key: string; name: string; type: FieldType; masked: boolean; value: FieldValue }[];
  identities: { id: string; kind: string; issuer: string; value: string | null; created_s: number }[];
  relations: Relation[];
  groups: { id: string; name: string; joined_s: number; left_s: number | null }[];
  rfm: { r: number; f: number; m: number } | null;
  clv: CustomerClv | null;
  /** Converted referrals, and where that puts them among those with any: 0 to 100. */
  influence: { score: number; converted: number; period_days: number };
  merged_from: string[];
}

export interface CustomerPatch {
  nickname?: string | null;
  gender?: 'male' | 'female' | null;
  birth_day?: string | null;
  province?: string | null;
  city?: string | null;
  stage_id?: string | null;
  no_marketing?: boolean;
  name?: string | null;
  address?: string | null;
}

export interface TimelineEvent {
  seq: string;
  at_s: number;
  kind: string;
  kind_name: string;
  channel: Named | string | null;
  staff: Named | string | null;
  object: { kind: string; id: string; name: string | null } | null;
  amount_fen: number | null;
  props: Record<string, unknown> | null;
  retracted: boolean;
}

export interface Note {
  id: string;
  text: string;
  at_s: number;
  account: Named | null;
  /** When its writer wants to see it again, and said that it is done. */
  remind_s: number | null;
  done_s: number | null;
}

export interface Merge {
  id: string;
  kept: { id: string; nickname: string | null };
  merged: { id: string; nickname: string | null };
  reason: 'unionid' | 'accepted' | 'manual' | 'import';
  at_s: number;
  account: Named | null;
  undone_s: number | null;
}

export interface MergeProposal {
  id: string;
  one: Customer | null;
  other: Customer | null;
  reason: 'phone' | 'card' | 'conflict';
  state: 'open' | 'accepted' | 'rejected';
  created_s: number;
}

/** What bound or brought a customer. */
export interface BindingTouch {
  by: 'friend' | 'group' | 'transfer';
  staff: Named | null;
  source: Named | null;
  group: Named | null;
}

export interface CustomerBinding {
  binding:
    | (BindingTouch & {
        since_s: number;
        until_s: number | null;
        protected: boolean;
        ended_s: number | null;
      })
    | null;
  brought: (BindingTouch & { at_s: number }) | null;
  history: {
    id: string;
    at_s: number;
    cause: 'touch' | 'end' | 'transfer' | 'merge' | 'unmerge';
    from_staff: Named | null;
    staff: Named | null;
    reason: string | null;
  }[];
}

const at = (id: string) => `/api/customers/${id}`;

export const customers = {
  list: (query: Query, signal?: AbortSignal) => get<Page<Customer>>('/api/customers', query, signal),
  detail: (id: string, signal?: AbortSignal) =>
    send<CustomerDetail>('GET', at(id), { ...(signal && { signal }) }),
  patch: (id: string, body: CustomerPatch, etag: string) => patch<unknown>(at(id), body, etag),
  binding: (id: string, signal?: AbortSignal) => get<CustomerBinding>(`${at(id)}/binding`, undefined, signal),
  setField: (id: string, key: string, value: FieldValue) =>
    put<unknown>(`${at(id)}/fields/${key}`, { value }),
  timeline: (id: string, query: Query, signal?: AbortSignal) =>
    get<Page<TimelineEvent>>(`${at(id)}/timeline`, query, signal),
  orders: (id: string, signal?: AbortSignal) => get<Page<Order>>(`${at(id)}/orders`, undefined, signal),
  notes: (id: string, signal?: AbortSignal) => get<Page<Note>>(`${at(id)}/notes`, undefined, signal),
  addNote: (id: string, text: string, remind_at: number | null) =>
    post<Note>(`${at(id)}/notes`, { text, remind_at }),
  unmask: (id: string, field: 'phone' | 'name' | 'address', reason: string) =>
    post<{ value: string | null }>(`${at(id)}/unmask`, { field, reason }),
  putTag: (id: string, tagId: string) => put<unknown>(`${at(id)}/tags/${tagId}`),
  dropTag: (id: string, tagId: string) => remove(`${at(id)}/tags/${tagId}`),
  erase: (id: string, confirm: string) => post<unknown>(`${at(id)}/erase`, { confirm }),
};

/** Whom a bulk tagging means: chosen rows, or everyone the list's filter matches. */
export type Whom = { customer_ids: string[] } | { filter: Query };

export const bulkTag = (tagId: string, whom: Whom, off: boolean) =>
  post<{ job?: Job; tagged?: number; skipped?: number }>(`/api/tags/${tagId}/customers`, {
    ...whom,
    remove: off,
  });

export const merges = {
  list: (query: Query, signal?: AbortSignal) => get<Page<Merge>>('/api/merges', query, signal),
  make: (kept_id: string, merged_id: string) => post<unknown>('/api/merges', { kept_id, merged_id }),
  undo: (id: string) => post<unknown>(`/api/merges/${id}/undo`),
  proposals: (query: Query, signal?: AbortSignal) =>
    get<Page<MergeProposal>>('/api/merge-proposals', query, signal),
  decide: (id: string, decision: 'accept' | 'reject') =>
    post<unknown>(`/api/merge-proposals/${id}`, { decision }),
};
