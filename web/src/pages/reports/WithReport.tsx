import type { ReactNode } from 'react';
import type { Query } from '@/api/client';
import { ErrorNotice } from '@/components/ErrorNotice';
import { Waiting } from '@/components/Waiting';
import { useResource } from '@/lib/useResource';

interface Props<T> {
  name: string;
  query: Query;
  load: (query: Query, signal: AbortSignal) => Promise<T>;
  children: (data: T) => ReactNode;
}

/** Loads a report and shows it, or what went wrong. */
export function WithReport<T>({ name, query, load, children }: Props<T>) {
  const found = useResource(`${name} ${JSON.stringify(query)}`, (signal) => load(query, signal));
  if (found.error !== undefined) return <ErrorNotice error={found.error} retry={found.reload} />;
  return found.data === undefined ? <Waiting /> : <>{children(found.data)}</>;
}
