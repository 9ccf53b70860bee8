import { get, type Page, patch, post, type Query, remove } from './client';
import type { Named } from './customers';

export const cycleStarts = ['purchase', 'event', 'field', 'relative'] as const;
export type CycleStart = (typeof cycleStarts)[number];
export const cycleUnits = ['day', 'month'] as const;
export type CycleUnit = (typeof cycleUnits)[number];

export interface Cycle extends Named {
  starts: CycleStart;
  products: { id: string; code: string | null; name: string | null }[];
  kind: { word: string; zh: string; en: string } | null;
  field: { id: string; key: string; name: string } | null;
  /** Null: each customer's own. */
  length: number | null;
  unit: CycleUnit | null;
  enabled: boolean;
  account: string | null;
}
export interface CycleRow extends Cycle {
  /** Due within seven days; due before today; with a due date at all. */
  soon: number;
  overdue: number;
  begun: number;
}

/** Customers due from a day to another; `from` null: any time before. */
export interface DueBar {
  from: string | null;
  to: string;
  customers: number;
  expression: string;
}
export interface CycleDue extends Cycle {
  today: string;
  begun: number;
  overdue: DueBar[];
  due: DueBar[];
}

export interface CycleBody {
  name?: string;
  starts?: CycleStart;
  product_ids?: string[];
  kind?: string;
  field_id?: string;
  length?: number;
  unit?: CycleUnit;
  enabled?: boolean;
}

export interface CycleSuggestion {
  length: number | null;
  /** Whether there are enough intervals to lean on. */
  enough: boolean;
  buyers: number;
  intervals: number;
  p25_days: number | null;
  p50_days: number | null;
  p75_days: number | null;
}

export interface ProductRepurchaseRow {
  product: { id: string; code: string; name: string; category: string | null };
  buyers: number;
  ripe: number;
  again: number;
  rate: number | null;
  intervals: number;
  p25_days: number | null;
  p50_days: number | null;
  p75_days: number | null;
  cycle: { id: string; name: string; length: number; unit: CycleUnit } | null;
}
export interface ProductRepurchase extends Page<ProductRepurchaseRow> {
  within_days: number;
}

export const cycles = {
  list: (signal?: AbortSignal) => get<Page<CycleRow>>('/api/cycles', undefined, signal),
  due: (id: string, query: Query, signal?: AbortSignal) => get<CycleDue>(`/api/cycles/${id}`, query, signal),
  add: (body: CycleBody) => post<Cycle>('/api/cycles', body),
  patch: (id: string, body: CycleBody) => patch<Cycle>(`/api/cycles/${id}`, body),
  remove: (id: string) => remove(`/api/cycles/${id}`),
  suggest: (product_ids: string[], signal?: AbortSignal) =>
    post<CycleSuggestion>('/api/cycles/suggestion', { product_ids }, signal),
  products: (query: Query, signal?: AbortSignal) =>
    get<ProductRepurchase>('/api/reports/product-repurchase', query, signal),
};
