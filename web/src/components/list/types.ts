import type { ReactNode } from 'react';
import type { Query } from '@/api/client';

export interface Column<T> {
  key: string;
  /** The member of an item that an export takes for this column, where it is not `key`; or several; null: none. */
  member?: string | string[] | null;
  title: string;
  render: (row: T) => ReactNode;
  width?: number;
  align?: 'right';
  /** The server can sort by it: both ways, or the largest first only. */
  sort?: 'both' | 'down';
  /** Not shown until chosen. */
  optional?: boolean;
}

export interface Option {
  value: string;
  label: string;
}

interface FilterBase {
  key: string;
  label: string;
}
export interface TextFilter extends FilterBase {
  kind: 'text';
}
export interface ChoiceFilter extends FilterBase {
  kind: 'choice';
  options: Option[];
}
export interface RemoteFilter extends FilterBase {
  kind: 'remote';
  load: (q: string, signal: AbortSignal) => Promise<Option[]>;
}
export interface DaysFilter extends FilterBase {
  kind: 'days';
  /** The names in the query of the first and the last day. */
  from: string;
  to: string;
  /** The server wants instants, the end excluded, instead of days. */
  instants?: boolean;
}
export type Filter = TextFilter | ChoiceFilter | RemoteFilter | DaysFilter;

/** Rows chosen one by one, or everyone the filters match. */
export type Selection = { all: false; ids: string[] } | { all: true; filter: Query; total: number | null };
