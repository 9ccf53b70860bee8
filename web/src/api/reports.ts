import type { Product } from './catalogue';
import { get, type Page, type Query } from './client';

export interface Today {
  due: { title: string; detail?: string | null; count?: number | null; link?: string | null }[];
  moved: { title: string; now: number; before: number; change: number | null; unit?: string }[];
  wrong: { title: string; detail: string | null; link: string | null }[];
  trend: { days: string[]; friends: number[]; orders: number[]; sale_fen: number[] };
  /** There is no customer yet, and whoever asks may set Koi up. */
  empty: boolean;
}

export interface RevenueRow {
  start_day: string;
  orders: number;
  buyers: number;
  new_buyers: number;
  repeat_buyers: number;
  sale_fen: number;
  refunded_fen: number;
  spend_fen: number;
  average_fen: number | null;
}

export interface Repurchase {
  buyers: number;
  repeat_buyers: number;
  rate: number | null;
  frequency: number | null;
  interval_days: { median: number | null; mean: number | null };
  by_month: { start_day: string; buyers: number; repeat_buyers: number; rate: number | null }[];
  intervals: { days: number; count: number }[];
}

export interface Cohort {
  start_day: string;
  customers: number;
  active: number[];
}

export interface FirstPurchase {
  median_days: number | null;
  mean_days: number | null;
  buckets: { days_to: number | null; customers: number }[];
  /** Bought before they were added. */
  before: number;
  /** Have not bought yet. */
  never: number;
}

export interface ProvinceRow {
  province: string | null;
  orders: number;
  paid_orders: number;
  paid_fen: number;
  refunded_fen: number;
}

export interface ProductRow {
  product: Product;
  orders: number;
  buyers: number;
  repeat_buyers: number;
  repurchase_rate: number | null;
  quantity: number;
  sale_fen: number;
  returned_quantity: number;
  returned_fen: number;
  return_rate: number | null;
  margin_fen: number | null;
  margin: number | null;
  /** Paid ÷ list price. */
  price_ratio: number | null;
}

export interface ProductReport extends Page<ProductRow> {
  sum: { products: number; sale_fen: number; returned_fen: number; return_rate: number | null };
}

interface Part {
  customers: number;
  sale_fen: number;
  share: number | null;
}

export interface Concentration {
  customers: number;
  sale_fen: number;
  top_fifth: Part;
  deciles: (Part & { decile: number; cumulative_share: number | null; least_fen: number | null })[];
}

interface FirstBuyers {
  friends: number;
  first_buyers: number;
  first_buyer_rate: number | null;
}

export interface SourceReport {
  within_days: number;
  /** Whether the last friends have had their days. */
  complete: boolean;
  sum: FirstBuyers;
  items: SourceRow[];
}

export interface SourceRow extends FirstBuyers {
  source: string | { id: string; name: string };
  customers: number;
  buyers: number;
  conversion: number | null;
  fixed_fen: number;
  traffic_fen: number;
  cost_fen: number;
  cost_per_customer_fen: number | null;
  revenue_fen: number;
  roi: number | null;
}

export type Facts = Record<string, number | null>;

type Items<T> = { items: T[] };

export const reports = {
  today: (signal?: AbortSignal) => get<Today>('/api/today', undefined, signal),
  facts: (query: Query, signal?: AbortSignal) => get<Facts>('/api/reports/facts', query, signal),
  revenue: (query: Query, signal?: AbortSignal) =>
    get<Items<RevenueRow>>('/api/reports/revenue', query, signal),
  repurchase: (query: Query, signal?: AbortSignal) =>
    get<Repurchase>('/api/reports/repurchase', query, signal),
  cohorts: (query: Query, signal?: AbortSignal) =>
    get<{ cohorts: Cohort[] }>('/api/reports/cohorts', query, signal),
  firstPurchase: (query: Query, signal?: AbortSignal) =>
    get<FirstPurchase>('/api/reports/first-purchase', query, signal),
  provinces: (query: Query, signal?: AbortSignal) =>
    get<Items<ProvinceRow>>('/api/reports/provinces', query, signal),
  sources: (query: Query, signal?: AbortSignal) => get<SourceReport>('/api/reports/sources', query, signal),
  products: (query: Query, signal?: AbortSignal) =>
    get<ProductReport>('/api/reports/products', query, signal),
  concentration: (query: Query, signal?: AbortSignal) =>
    get<Concentration>('/api/reports/concentration', query, signal),
};
