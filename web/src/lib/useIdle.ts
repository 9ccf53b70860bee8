import { useEffect, useState } from 'react';

/**
 * False until the page has been painted with what is ready, `rest` ms have passed, and the browser has nothing
 * better to do: for what may come later.
 */
export function useIdle(ready = true, rest = 0): boolean {
  const [idle, setIdle] = useState(false);
  useEffect(() => {
    if (!ready) return;
    let id = 0;
    const able = 'requestIdleCallback' in window; // not Safari
    const begin = () => {
      if (able) id = requestIdleCallback(() => setIdle(true), { timeout: 1000 });
      else setIdle(true);
    };
    const wait = able ? rest : rest + 100;
    const timer = wait > 0 ? setTimeout(begin, wait) : undefined;
    if (timer === undefined) begin();
    return () => {
      clearTimeout(timer);
      if (able) cancelIdleCallback(id);
    };
  }, [ready, rest]);
  return idle;
}
