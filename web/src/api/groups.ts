import type { Group } from './catalogue';
import { get, type Page, patch, type Query } from './client';
import type { Customer, Named } from './customers';

export type Plan = 'keep' | 'revive' | 'give_up';
export type Verdict = 'new' | 'revive' | 'take_out' | 'give_up' | 'keep';
export type Level = Group['level'];

/** All groups together, each customer and order once. */
export interface GroupTotals {
  days: number;
  /** When these were counted, of some that were kept; null: now. */
  as_of_s: number | null;
  groups: number;
  people: number;
  active: number;
  activity: number | null;
  orders: number;
  buyers: number;
  amount_fen: number;
  all_amount_fen: number;
  sales_share: number | null;
}

/** A group with what is proposed, and the figures of 30 days that the proposal hangs on. */
export interface ReviewedGroup extends Named {
  owner: Named | null;
  kind: Group['kind'];
  level: Level;
  verdict: Verdict;
  quiet: boolean;
  falling: boolean;
  people: number;
  active: number;
  activity: number | null;
  activity_before: number | null;
  messages: number | null;
  message_days: number | null;
  valuable: number;
  valuable_alone: number;
}
export interface GroupReview extends Page<ReviewedGroup> {
  counts: Record<Verdict | 'planned', number>;
  rule: { quiet_percent: number; revive_valuable: number; fall_least: number };
  days: number;
  as_of_s: number | null;
}

export type ValuableMember = Customer & { alone: boolean };
export interface ValuableMembers extends Page<ValuableMember> {
  /** How many more are outside of the data scope. */
  hidden: number;
}

export type SiftedCustomer = Customer & {
  /** Null: not asked, or not known. */
  fresh: boolean | null;
  groups: (Named & { level: Level; owner: Named | null })[];
  inviter: Named | null;
  into: (Named & { owner: Named | null; people: number }) | null;
};
export interface GroupSift extends Page<SiftedCustomer> {
  expression: string;
  qualify: number;
  inside: number;
  invite: number;
  fresh: number | null;
  fresh_problem: string | null;
  no_longer: number;
  full_at: number;
}

export interface GroupChange {
  kind?: Group['kind'];
  level?: Level;
  plan?: Plan | null;
  note?: string;
}

export const groups = {
  totals: (days: number, signal?: AbortSignal) => get<GroupTotals>('/api/groups/totals', { days }, signal),
  review: (query: Query, signal?: AbortSignal) => get<GroupReview>('/api/groups/review', query, signal),
  valuable: (id: string, signal?: AbortSignal) =>
    get<ValuableMembers>(`/api/groups/${id}/valuable`, undefined, signal),
  sift: (query: Query, signal?: AbortSignal) => get<GroupSift>('/api/groups/sift', query, signal),
  change: (id: string, body: GroupChange) => patch<Group>(`/api/groups/${id}`, body),
};
