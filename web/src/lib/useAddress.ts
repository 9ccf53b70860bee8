import { useCallback } from 'react';
import { useSearchParams } from 'wouter';

export type AddressChange = Record<string, string | null | undefined>;

/** What the address asks for, and changing it: an empty value goes, and a list begins anew unless its page is told. */
export function useAddress(): [URLSearchParams, (changes: AddressChange) => void] {
  const [address, setAddress] = useSearchParams();
  const change = useCallback(
    (changes: AddressChange) =>
      setAddress((old) => {
        const next = new URLSearchParams(old);
        next.delete('page');
        for (const [key, value] of Object.entries(changes)) {
          if (value) next.set(key, value);
          else next.delete(key);
        }
        return next;
      }),
    [setAddress],
  );
  return [address, change];
}
