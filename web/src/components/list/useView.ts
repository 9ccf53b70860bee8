import { useCallback, useEffect, useState } from 'react';
import { type View, views } from '@/api/session';

const known = new Map<string, View>();

/** Columns and density of a list as its reader left them; kept on the server, so also on another machine. */
export function useView(name: string): [View, (change: View) => void] {
  const [view, setView] = useState<View>(() => known.get(name) ?? {});
  useEffect(() => {
    let current = true;
    const seen = known.get(name);
    if (seen !== undefined) {
      setView(seen);
      return;
    }
    views.get(name).then(
      ({ value }) => {
        known.set(name, value ?? {});
        if (current) setView(value ?? {});
      },
      () => known.set(name, {}), // none remembered yet
    );
    return () => {
      current = false;
    };
  }, [name]);
  const change = useCallback(
    (changes: View) => {
      const next = { ...known.get(name), ...changes };
      known.set(name, next);
      setView(next);
      views.put(name, next).catch(() => {}); // a lost preference is not worth a message
    },
    [name],
  );
  return [view, change];
}
