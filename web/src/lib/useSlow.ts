import { useEffect, useState } from 'react';

/** True once something has been under way for `ms`: what is quick needs no sign that it is busy. */
export function useSlow(busy: boolean, ms: number): boolean {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    if (!busy) return;
    const timer = setTimeout(() => setSlow(true), ms);
    return () => {
      clearTimeout(timer);
      setSlow(false);
    };
  }, [busy, ms]);
  return slow && busy;
}
