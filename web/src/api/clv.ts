import { get, type Page, post, type Query } from './client';
import type { Customer } from './customers';
import type { Job } from './jobs';

export type BuyingModel = 'bg_nbd' | 'pareto_nbd';

export interface ClvParameter {
  name: string;
  value: number;
  /** Standard error and the range that holds the true value 95 times of 100; null where there is none. */
  se: number | null;
  low: number | null;
  high: number | null;
  suspect: boolean;
}

export interface ClvPart {
  model: BuyingModel | 'gamma_gamma';
  parameters: ClvParameter[];
  log_likelihood: number | null;
  customers: number | null;
  rows: number | null;
  converged: boolean;
  /** Purchases of one just won in 52 weeks. */
  year?: number;
  /** Of an amount, over everybody; and how number and amount of purchases go together. */
  mean?: number;
  correlation?: number;
}

export interface ClvWarning {
  about: 'buying' | 'spending';
  code: string;
  severity: 'grave' | 'runs_away' | 'note';
  message: string;
  message_en: string;
  todo: string;
  todo_en: string;
}

export interface ClvFit {
  id: string;
  at_s: number;
  /** When it is fitted again by itself; null: never. */
  next_s: number | null;
  customers: number | null;
  model: BuyingModel;
  weeks: number;
  discount_percent: number;
  since: string | null;
  until: string;
  accepted: boolean;
  applied: boolean;
  buying: ClvPart;
  spending: ClvPart;
  warnings: ClvWarning[];
}

export interface ClvSums {
  customers: number;
  /** Who bought on a second day. */
  repeaters: number;
  /** The sum of P(alive): how many are expected to be buyers still. */
  alive: number;
  purchases: number;
  clv_fen: number;
}

export interface Clv {
  fit: ClvFit | null;
  counts: { repeats: number; or_more: boolean; expected: number; actual: number }[];
  /** Customers by the mean amount of their repeat purchases. */
  amounts: { from_fen: number; to_fen: number | null; expected: number; actual: number }[];
  points: { day: string; expected: number; actual: number }[];
  scores: (ClvSums & { fit_id: string; at_s: number; weeks: number; until: string }) | null;
  bands: (ClvSums & { from_fen: number; to_fen: number | null; expression: string })[];
  alive_bands: (ClvSums & { from_percent: number; to_percent: number })[];
}

export interface CustomerClv {
  alive: number;
  purchases: number;
  value_fen: number;
  clv_fen: number;
  repeats: number;
  first_day: string;
  last_day: string;
  weeks: number;
}

export interface ClvFitBody {
  model: BuyingModel;
  weeks: number;
  discount_percent: number;
  since?: string;
  until?: string;
  accept?: boolean;
}

export const clv = {
  get: (signal?: AbortSignal) => get<Clv>('/api/clv', undefined, signal),
  fit: (body: ClvFitBody) => post<{ job: Job }>('/api/clv/fit', body),
  customers: (query: Query, signal?: AbortSignal) =>
    get<Page<Customer & { clv: CustomerClv }>>('/api/clv/customers', query, signal),
};
