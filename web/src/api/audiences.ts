import type { Customer } from './customers';
import type { Job } from './jobs';
import type { Node } from './tree';
import { get, type Page, patch, post, type Query, remove } from './client';

export type Subject = 'customer' | 'group';

export interface Checked {
  expression: string;
  sentence_zh: string;
  sentence_en: string;
  tree: Node;
}

export interface Counted {
  count: number;
  of: number;
  took_us: number;
  sample: Customer[];
}

export interface Audience {
  id: string;
  name: string;
  subject: Subject;
  expression: string;
  sentence_zh?: string | null;
  sentence_en?: string | null;
  note: string | null;
  version: number;
  live: boolean;
  size: number | null;
  sized_s?: number | null;
  /** Why the text cannot be read any more (a tag was renamed, say). */
  problem?: string | null;
  created_s: number;
  updated_s?: number;
}

export interface AudienceVersion {
  version: number;
  expression: string;
  at_s: number;
  account: string | { id: string; name: string } | null;
}

/** Somebody entered or left a live audience. */
export interface AudienceMove {
  id: string;
  at_s: number;
  way: 'entered' | 'left';
  customer: Customer;
}

/** A day or an hour of a live audience. */
export interface AudienceSize {
  at_s: number;
  day: string;
  size: number;
  entered: number;
  left: number;
  /** Merged into another member, or erased. */
  gone: number;
  /** Of those who entered or left: too many at once to be listed. */
  unlisted: number;
  /** It was followed from then on, or anew, with whoever was in it. */
  began: boolean;
}

export interface AudienceBody {
  name?: string;
  expression?: string;
  note?: string | null;
  live?: boolean;
}

type Word = string | { word?: string; name?: string; zh?: string; en?: string };
export interface Words {
  attributes: Word[];
  kinds: Word[];
  functions: Word[];
}

export const audiences = {
  check: (expression: string, signal?: AbortSignal) =>
    post<Checked>('/api/audiences/check', { expression }, signal),
  print: (tree: Node, signal?: AbortSignal) => post<Checked>('/api/audiences/print', { tree }, signal),
  count: (expression: string, signal?: AbortSignal) =>
    post<Counted>('/api/audiences/count', { expression }, signal),
  words: (signal?: AbortSignal) => get<Words>('/api/audiences/words', undefined, signal),
  suggest: (what: string, q: string, model: string | null, signal?: AbortSignal) =>
    get<{ items: (string | { name: string })[] }>('/api/audiences/suggest', { what, q, model }, signal),
  list: (query: Query, signal?: AbortSignal) => get<Page<Audience>>('/api/audiences', query, signal),
  detail: (id: string, signal?: AbortSignal) => get<Audience>(`/api/audiences/${id}`, undefined, signal),
  add: (body: AudienceBody) => post<Audience>('/api/audiences', body),
  patch: (id: string, body: AudienceBody) => patch<unknown>(`/api/audiences/${id}`, body),
  remove: (id: string) => remove(`/api/audiences/${id}`),
  versions: (id: string, signal?: AbortSignal) =>
    get<{ items: AudienceVersion[] }>(`/api/audiences/${id}/versions`, undefined, signal),
  moves: (id: string, query: Query, signal?: AbortSignal) =>
    get<Page<AudienceMove>>(`/api/audiences/${id}/moves`, query, signal),
  sizes: (id: string, query: Query, signal?: AbortSignal) =>
    get<{ items: AudienceSize[] }>(`/api/audiences/${id}/sizes`, query, signal),
};

export interface Tier {
  id?: string;
  position: number;
  name: string;
  expression: string;
  sentence_zh?: string;
  sentence_en?: string;
  color: string;
  advice: string | null;
  customers?: number;
}

export type ModelKind = 'value' | 'tenure' | 'rfm' | 'fan' | 'own';

export interface TierModel {
  id: string;
  name: string;
  kind: ModelKind;
  subject: Subject;
  period_days: number;
  enabled: boolean;
  tiers: Tier[];
  /** When it runs by itself next; null: never. */
  next_run_s: number | null;
  last_run: { at_s: number; customers: number; moved: number } | null;
}

export interface TierModelBody {
  name?: string;
  kind?: ModelKind;
  subject?: Subject;
  period_days?: number;
  enabled?: boolean;
  tiers?: Tier[];
}

export interface Moves {
  /** The tiers, and one for "in none" whose id is null. */
  nodes: { tier_id: string | null; name: string; color: string }[];
  links: { source: string | null; target: string | null; customers: number }[];
  history: { at_s: number; tiers: { tier_id: string; customers: number }[] }[];
}

/** Four points each, where the score goes up by one. */
export interface RfmCuts {
  recency_s: number[];
  orders: number[];
  amount_fen: number[];
}

export interface Rfm {
  fit: { at_s: number; cuts: RfmCuts; customers: number; period_days: number } | null;
  cells: { r: number; f: number; m: number; customers: number; amount_fen: number }[];
}

const model = (id: string) => `/api/tier-models/${id}`;

export const tierModels = {
  list: (signal?: AbortSignal) => get<{ items: TierModel[] }>('/api/tier-models', undefined, signal),
  templates: (signal?: AbortSignal) =>
    get<{ items: TierModelBody[] }>('/api/tier-models/templates', undefined, signal),
  add: (body: TierModelBody) => post<{ id: string }>('/api/tier-models', body),
  patch: (id: string, body: TierModelBody) => patch<unknown>(model(id), body),
  remove: (id: string) => remove(model(id)),
  run: (id: string) => post<{ job: Job }>(`${model(id)}/run`),
  moves: (id: string, query: Query, signal?: AbortSignal) => get<Moves>(`${model(id)}/moves`, query, signal),
};

export const rfm = {
  get: (signal?: AbortSignal) => get<Rfm>('/api/rfm', undefined, signal),
  run: (period_days: number) => post<{ job: Job }>('/api/rfm/run', { period_days }),
};
