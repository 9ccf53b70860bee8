import { useEffect, useState } from 'react';

/**
 * False until the page has been painted with what is ready, and the browser has nothing better to do: for what
 * may come later.
 */
export function useIdle(ready = true): boolean {
  const [idle, setIdle] = useState(false);
  useEffect(() => {
    if (!ready) return;
    if ('requestIdleCallback' in window) {
      const id = requestIdleCallback(() => setIdle(true), { timeout: 1000 });
      return () => cancelIdleCallback(id);
    }
    const timer = setTimeout(() => setIdle(true), 100); // Safari
    return () => clearTimeout(timer);
  }, [ready]);
  return idle;
}
