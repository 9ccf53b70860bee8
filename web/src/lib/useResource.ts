import { useCallback, useEffect, useRef, useState } from 'react';
import { isAborted } from '@/api/errors';

export interface Resource<T> {
  data: T | undefined;
  error: unknown;
  loading: boolean;
  reload: () => void;
}

/**
 * Loads something and keeps it: again when `key` changes or on reload(), older answers never overtake newer
 * ones. While the next is under way the last stays, so that a list does not flicker. A null key loads nothing.
 * `loading` is true from the very render in which the key changed: what stays is never taken for the new.
 */
export function useResource<T>(key: string | null, load: (signal: AbortSignal) => Promise<T>): Resource<T> {
  const [turn, setTurn] = useState(0);
  const asked = key === null ? null : `${turn} ${key}`;
  const [state, setState] = useState<{ data?: T; error?: unknown; answers: string | null }>({
    answers: null,
  });
  const latest = useRef(load);
  useEffect(() => {
    latest.current = load;
  });

  useEffect(() => {
    if (asked === null) {
      setState({ answers: null });
      return;
    }
    const stop = new AbortController();
    latest.current(stop.signal).then(
      (data) => !stop.signal.aborted && setState({ data, answers: asked }),
      (error: unknown) => {
        if (!stop.signal.aborted && !isAborted(error)) setState((old) => ({ ...old, error, answers: asked }));
      },
    );
    return () => stop.abort();
  }, [asked]);

  const reload = useCallback(() => setTurn((n) => n + 1), []);
  return { data: state.data, error: state.error, loading: state.answers !== asked, reload };
}

/** The value as it was when it last rested for `ms`. */
export function useRested<T>(value: T, ms: number): T {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return rested;
}
