import { type Analysis, type Answers, ask, type Asked } from '@/api/analyses';
import { type Resource, useResource, useRested } from '@/lib/useResource';

/** Asks once the question rests; null asks nothing. */
export function useAnswer<A extends Analysis>(name: A, body: Asked | null): Resource<Answers[A]> {
  const key = useRested(body === null ? null : JSON.stringify(body), 250);
  return useResource(key && `${name} ${key}`, (signal) =>
    ask(name, JSON.parse(key ?? '{}') as Asked, signal),
  );
}
