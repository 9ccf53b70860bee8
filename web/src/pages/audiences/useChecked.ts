import { useMemo } from 'react';
import { audiences, type Checked } from '@/api/audiences';
import { ApiError } from '@/api/errors';
import { useResource, useRested } from '@/lib/useResource';

export interface CheckState {
  checked: Checked | null;
  /** Why the text is wrong; null while it is right or not yet looked at. */
  problem: ApiError | null;
  /** Anything else that went wrong. */
  error: unknown;
  /** The text that `checked` or `problem` speaks of. */
  text: string;
  pending: boolean;
}

/** Lets the server read the text once it rests; one that may be left out is not read while it is empty. */
export function useChecked(text: string, optional = false): CheckState {
  const rested = useRested(text, 300);
  const found = useResource(optional && rested.trim() === '' ? null : rested, async (signal) => {
    try {
      return { text: rested, checked: await audiences.check(rested, signal), problem: null };
    } catch (error) {
      if (error instanceof ApiError && error.status === 400)
        return { text: rested, checked: null, problem: error };
      throw error;
    }
  });
  return useMemo(
    () => ({
      checked: found.data?.checked ?? null,
      problem: found.data?.problem ?? null,
      error: found.error,
      text: found.data?.text ?? '',
      pending: found.loading || rested !== text,
    }),
    [found.data, found.error, found.loading, rested, text],
  );
}
