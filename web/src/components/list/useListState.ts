import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'wouter';
import type { Query } from '@/api/client';

/** Names in the address that are not filters of the list. */
const ownNames = new Set(['page', 'cursor', 'limit', 'sort', 'open', 'tab']);

/** The last row that has a page number; beyond it lists go on by cursor. */
export const lastNumberedRow = 10_000;

export interface ListState {
  filter: Query;
  page: number;
  cursor: string | null;
  limit: number;
  sort: string | null;
  setFilter: (changes: Query) => void;
  setPage: (page: number, limit?: number) => void;
  setCursor: (cursor: string | null) => void;
  setSort: (sort: string | null) => void;
  clear: () => void;
}

/** Filters, page and order of a list live in the address, so that it can be sent and reloaded. */
export function useListState(): ListState {
  const [query, setQuery] = useSearchParams();
  const change = useCallback(
    (changes: Query) =>
      setQuery((old) => {
        const next = new URLSearchParams(old);
        for (const [name, value] of Object.entries(changes)) {
          if (value === null || value === undefined || value === '') next.delete(name);
          else next.set(name, String(value));
        }
        return next;
      }),
    [setQuery],
  );
  return useMemo(() => {
    const filter: Query = {};
    for (const [name, value] of query) if (!ownNames.has(name)) filter[name] = value;
    return {
      filter,
      page: Math.max(1, Number(query.get('page')) || 1),
      cursor: query.get('cursor'),
      limit: Math.min(200, Number(query.get('limit')) || 50),
      sort: query.get('sort'),
      setFilter: (changes) => change({ ...changes, page: null, cursor: null }),
      setPage: (page, limit) =>
        change({
          page: page === 1 ? null : page,
          cursor: null,
          ...(limit && { limit: limit === 50 ? null : limit }),
        }),
      setCursor: (cursor) => change({ cursor, page: null }),
      setSort: (sort) => change({ sort, page: null, cursor: null }),
      clear: () =>
        change({
          ...Object.fromEntries(Object.keys(filter).map((name) => [name, null])),
          page: null,
          cursor: null,
        }),
    };
  }, [query, change]);
}

/** Opens and closes a detail drawer through the address. */
export function useOpen(): [string | null, (id: string | null) => void] {
  const [query, setQuery] = useSearchParams();
  const open = useCallback(
    (id: string | null) =>
      setQuery((old) => {
        const next = new URLSearchParams(old);
        next.delete('tab');
        if (id === null) next.delete('open');
        else next.set('open', id);
        return next;
      }),
    [setQuery],
  );
  return [query.get('open'), open];
}
