import { useEffect, useState } from 'react';

/** False until the page has been painted and the browser has nothing better to do: for what may come later. */
export function useIdle(): boolean {
  const [idle, setIdle] = useState(false);
  useEffect(() => {
    if ('requestIdleCallback' in window) {
      const id = requestIdleCallback(() => setIdle(true), { timeout: 1000 });
      return () => cancelIdleCallback(id);
    }
    const timer = setTimeout(() => setIdle(true), 100); // Safari
    return () => clearTimeout(timer);
  }, []);
  return idle;
}
