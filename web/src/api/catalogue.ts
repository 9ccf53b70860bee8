import type { FieldType, Named } from './customers';
import { get, type Page, patch, post, type Query, remove } from './client';
import type { OutboxRow } from './wecom';

export interface Tag extends Named {
  grain: 'basic' | 'fine';
  customers: number;
  archived: boolean;
}
export interface TagGroup extends Named {
  /** Its tags are WeCom's or are to be; WeCom has it. */
  wecom: boolean;
  told: boolean;
  tags: Tag[];
}
export interface TagCategory extends Named {
  groups: TagGroup[];
}

/** Where the library here is not as WeCom's. */
export interface TagDifference {
  kind: 'only_there' | 'only_here' | 'name' | 'group';
  winner: 'wecom' | 'koi' | 'nobody';
  level: 'group' | 'tag';
  group_id: string | null;
  tag_id: string | null;
  /** As they are called here; null: not here. */
  group: string | null;
  name: string | null;
  /** The same there. */
  there_group: string | null;
  there_name: string | null;
}
export interface TagComparison {
  asked_s: number;
  /** What WeCom has. */
  groups: number;
  tags: number;
  /** Differences by who wins; not all of them need be among the items. */
  wecom: number;
  koi: number;
  nobody: number;
  items: TagDifference[];
}
export interface TagsTaken {
  added: number;
  changed: number;
  removed: number;
}

/** How many friends of a member of staff wear any tag. */
export interface Coverage {
  staff: Named;
  customers: number;
  tagged: number;
  share: number;
}

export const tags = {
  all: (signal?: AbortSignal, query: Query = {}) =>
    get<{ categories: TagCategory[] }>('/api/tags', query, signal),
  coverage: (query: Query, signal?: AbortSignal) => get<Page<Coverage>>('/api/tags/coverage', query, signal),
  addCategory: (name: string) => post<unknown>('/api/tag-categories', { name }),
  addGroup: (category_id: string, name: string, wecom: boolean) =>
    post<unknown>('/api/tag-groups', { category_id, name, wecom }),
  addTag: (group_id: string, name: string, grain: Tag['grain']) =>
    post<unknown>('/api/tags', { group_id, name, grain }),
  rename: (level: TagLevel, id: string, body: { name?: string; grain?: Tag['grain']; archived?: boolean }) =>
    patch<unknown>(`${levelPath[level]}/${id}`, body),
  remove: (level: TagLevel, id: string) => remove(`${levelPath[level]}/${id}`),
  /** Changes of tags and groups that WeCom has not taken. */
  wishes: (signal?: AbortSignal) => get<List<OutboxRow>>('/api/tags/wishes', undefined, signal),
  share: (group_id: string) => patch<unknown>(`/api/tag-groups/${group_id}`, { wecom: true }),
  removeAtWecom: (id: string) => remove(`/api/tags/${id}?wecom=true`),
  compare: () => post<TagComparison>('/api/tags/compare'),
  takeOver: () => post<TagsTaken>('/api/tags/take-over'),
};

export type TagLevel = 'category' | 'group' | 'tag';
const levelPath: Record<TagLevel, string> = {
  category: '/api/tag-categories',
  group: '/api/tag-groups',
  tag: '/api/tags',
};

export interface Field extends Named {
  key: string;
  type: FieldType;
  class: 'plain' | 'personal' | 'sensitive';
  choices: string[] | null;
}
export interface Stage extends Named {
  position: number;
  outcome: 'open' | 'won' | 'lost';
  customers?: number;
}

type List<T> = { items: T[] };

export const fields = {
  list: (signal?: AbortSignal) => get<List<Field>>('/api/fields', undefined, signal),
  add: (body: Partial<Field>) => post<unknown>('/api/fields', body),
  patch: (id: string, body: Partial<Field>) => patch<unknown>(`/api/fields/${id}`, body),
  remove: (id: string) => remove(`/api/fields/${id}`),
};

export const stages = {
  list: (signal?: AbortSignal) => get<List<Stage>>('/api/stages', undefined, signal),
  add: (body: Partial<Stage>) => post<unknown>('/api/stages', body),
  patch: (id: string, body: Partial<Stage>) => patch<unknown>(`/api/stages/${id}`, body),
  remove: (id: string) => remove(`/api/stages/${id}`),
};

export interface Department extends Named {
  kind: 'office' | 'region' | 'store';
  /** Active ones in it, not below it. */
  staff: number;
  children?: Department[];
}
export interface Staff extends Named {
  userid: string;
  department: Named | null;
  title: string | null;
  status: 'active' | 'left';
  joined_s: number | null;
  left_s: number | null;
  customers: number;
  /** Groups they own, and customers bound to them. */
  groups: number;
  bound: number;
  /** What the last full sync was told of them, and when it began. */
  told: StaffTold;
  told_s: number | null;
  error: { code: string; message: string; hint: string } | null;
}
export const staffTold = ['told', 'waiting', 'outside', 'refused', 'unknown'] as const;
export type StaffTold = (typeof staffTold)[number];

/** Who left and still has customers. */
export interface LeftBehind {
  staff: Named;
  left_s: number | null;
  customers: number;
}
export interface Transfer {
  staff_id: string;
  customer_ids?: string[];
  from_staff_id?: string;
  reason: string;
  dry_run?: boolean;
}
export interface Transferred {
  matched: number;
  already: number;
  moved: number;
  /** Not handed over yet: call again. */
  left: number;
}
export interface Group extends Named {
  owner: Named | null;
  kind: 'feed' | 'interest' | 'service';
  level: 'welfare' | 'vip' | 'diamond';
  members: number;
  /** Members who are friends of any of the staff. */
  friends: number;
  joined_7d: number;
  left_7d: number;
  joined_30d: number;
  left_30d: number;
  /** Of who joined in the 90 days that ended 7 (30) days ago, the share who stayed so long; null: nobody joined. */
  stay_7d: number | null;
  stay_7d_of: number;
  stay_30d: number | null;
  stay_30d_of: number;
  created_s: number;
  dismissed_s: number | null;
  plan: 'keep' | 'revive' | 'give_up' | null;
  plan_note: string | null;
  plan_s: number | null;
  plan_by: string | null;
  /** Null: not asked for, or the group is dismissed. */
  figures: GroupFigures | null;
  /** Why there are none just now. */
  figures_problem: string | null;
}
/** docs/GROUPS.md defines each. */
export interface GroupFigures {
  days: number;
  measure: 'sales_share' | 'activity' | 'repurchase';
  measure_value: number | null;
  people: number;
  active: number;
  activity: number | null;
  activity_before: number | null;
  messages: number | null;
  writers_a_day: number | null;
  message_days: number | null;
  messages_not_available: 'no_owner' | 'several_groups' | 'owner_changed' | 'young' | 'not_told' | null;
  orders: number;
  buyers: number;
  repeaters: number;
  amount_fen: number;
  sales_share: number | null;
  bought_share: number | null;
  repurchase: number | null;
}
export interface GroupDetail extends Group {
  notice: string | null;
  days: { day: string; joined: number; left: number; members: number }[];
}
export interface GroupMember {
  /** Null: a customer outside of the reader's data scope. */
  customer: Named | null;
  joined_s: number;
  left_s: number | null;
  scene: 'invited' | 'link' | 'code' | null;
  inviter: Named | null;
  friend: boolean;
}

export const people = {
  departments: (signal?: AbortSignal) => get<List<Department>>('/api/departments', undefined, signal),
  staff: (query: Query, signal?: AbortSignal) => get<Page<Staff>>('/api/staff', query, signal),
  one: (id: string, signal?: AbortSignal) => get<Staff>(`/api/staff/${id}`, undefined, signal),
  left: (signal?: AbortSignal) => get<List<LeftBehind>>('/api/bindings/left', undefined, signal),
  transfer: (body: Transfer) => post<Transferred>('/api/bindings/transfer', body),
  groups: (query: Query, signal?: AbortSignal) => get<Page<Group>>('/api/groups', query, signal),
  group: (id: string, days: number, signal?: AbortSignal) =>
    get<GroupDetail>(`/api/groups/${id}`, { days }, signal),
  groupMembers: (id: string, query: Query, signal?: AbortSignal) =>
    get<Page<GroupMember>>(`/api/groups/${id}/members`, query, signal),
};

export interface Source extends Named {
  kind: string;
  customers: number;
  /** Null for accounts that do not see everything. */
  cost_fen: number | null;
  archived?: boolean;
}
export interface Cost {
  id: string;
  source: Named;
  kind: 'fixed' | 'traffic' | 'goods' | 'incentive';
  from_day: string;
  to_day: string;
  amount_fen: number;
  note: string | null;
}
export interface CostBody {
  source_id: string;
  kind: Cost['kind'];
  from_day: string;
  to_day: string;
  amount_fen: number;
  note: string | null;
}

export const sources = {
  list: (query: Query = {}, signal?: AbortSignal) => get<Page<Source>>('/api/sources', query, signal),
  add: (body: { name: string; kind: string }) => post<unknown>('/api/sources', body),
  patch: (id: string, body: { name?: string; kind?: string }) => patch<unknown>(`/api/sources/${id}`, body),
  remove: (id: string) => remove(`/api/sources/${id}`),
};

export const costs = {
  list: (query: Query, signal?: AbortSignal) => get<Page<Cost>>('/api/costs', query, signal),
  add: (body: CostBody) => post<unknown>('/api/costs', body),
  patch: (id: string, body: CostBody) => patch<unknown>(`/api/costs/${id}`, body),
  remove: (id: string) => remove(`/api/costs/${id}`),
};

export interface Product {
  id: string;
  code: string;
  name: string;
  category: string | null;
  /** List price. */
  price_fen: number | null;
  /** What one piece costs, in millionths of the currency unit. */
  cost_micro: number | null;
}

export const products = {
  list: (query: Query, signal?: AbortSignal) => get<Page<Product>>('/api/products', query, signal),
  patch: (id: string, body: Partial<Pick<Product, 'price_fen' | 'cost_micro'>>) =>
    patch<Product>(`/api/products/${id}`, body),
};

export const lookups = {
  channels: (signal?: AbortSignal) => get<List<Named>>('/api/channels', undefined, signal),
  eventKinds: (signal?: AbortSignal) =>
    get<List<{ id: string; name: string; zh: string; en: string }>>('/api/event-kinds', undefined, signal),
  cities: (q: string, signal?: AbortSignal) =>
    get<List<{ name: string; customers: number }>>('/api/cities', { q }, signal),
};
