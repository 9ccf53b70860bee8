import type { Named } from './customers';
import { get, type Page, type Query } from './client';

export interface Order {
  id: string;
  number: string;
  channel: Named | null;
  nature: 'sale' | 'cancellation' | 'adjustment';
  state: 'created' | 'paid' | 'shipped' | 'completed' | 'closed';
  customer: { id: string; nickname: string | null } | null;
  staff: Named | null;
  at_s: number;
  paid_s: number | null;
  total_fen: number;
  sale_fen: number;
  paid_fen: number | null;
  refunded_fen: number;
  province: string | null;
  lines: number;
}

export interface OrderItem {
  line: number;
  product: { id: string; code: string; name: string } | null;
  at_s: number;
  quantity: number;
  unit_price_micro: number;
  amount_fen: number;
  nature: 'sale' | 'cancel' | 'adjust' | 'other';
}

export interface OrderDetail extends Order {
  items: OrderItem[];
  refunds: { number: string; at_s: number; amount_fen: number }[];
}

export const orders = {
  list: (query: Query, signal?: AbortSignal) => get<Page<Order>>('/api/orders', query, signal),
  detail: (id: string, signal?: AbortSignal) => get<OrderDetail>(`/api/orders/${id}`, undefined, signal),
};
