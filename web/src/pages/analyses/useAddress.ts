import { useCallback } from 'react';
import { useSearchParams } from 'wouter';

export type Changes = Record<string, string | string[] | null>;

/** The question lives in the address, so that it can be sent and reloaded; changing it does not fill the history. */
export function useAddress(): [URLSearchParams, (changes: Changes) => void] {
  const [address, setAddress] = useSearchParams();
  const change = useCallback(
    (changes: Changes) =>
      setAddress(
        (old) => {
          const next = new URLSearchParams(old);
          for (const [name, value] of Object.entries(changes)) {
            next.delete(name);
            for (const one of Array.isArray(value) ? value : [value])
              if (one !== null) next.append(name, one);
          }
          return next;
        },
        { replace: true },
      ),
    [setAddress],
  );
  return [address, change];
}

/** One of a few words of the address, the first unless told. */
export function choiceOf<W extends string>(
  address: URLSearchParams,
  name: string,
  words: readonly [W, ...W[]],
): W {
  const said = address.get(name);
  return words.find((word) => word === said) ?? words[0];
}

/** A whole number of the address within bounds. */
export function numberOf(address: URLSearchParams, name: string, usual: number, least: number, most: number) {
  const said = Number(address.get(name) ?? Number.NaN);
  return Number.isInteger(said) && said >= least && said <= most ? said : usual;
}
