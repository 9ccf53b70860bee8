import { get, type Page, patch, type Query } from './client';
import type { Named } from './customers';

/** A customer who matters ended a friendship or left a group. */
export interface ChurnAlert {
  id: string;
  kind: 'friend_delete' | 'group_leave';
  customer: Named;
  staff: Named | null;
  group: Named | null;
  at_s: number;
  seen_s: number;
  why: 'spend' | 'tier' | 'audience';
  /** The tier's or the audience's name. */
  matched: string;
  spend_fen: number;
  added_s: number | null;
  last_order_s: number | null;
  /** Friendships they still have with others. */
  friends: number;
  assigned: Named | null;
  handled_s: number | null;
  note: string | null;
  account: string | null;
}

/** Losses of a member of staff or a code: the last 7 days beside the 56 before them. */
export interface ChurnRate {
  of: Named;
  friends: number;
  lost: number;
  expected: number | null;
  rate: number | null;
  usual_rate: number | null;
  chance: number;
  unusual: boolean;
}

export const churn = {
  list: (query: Query, signal?: AbortSignal) => get<Page<ChurnAlert>>('/api/churn', query, signal),
  change: (id: string, body: { assigned_id: string | null; handled: boolean; note: string }) =>
    patch<ChurnAlert>(`/api/churn/${id}`, body),
  rates: (query: Query, signal?: AbortSignal) => get<Page<ChurnRate>>('/api/churn/rates', query, signal),
};
