import { type RefObject, useEffect, useState } from 'react';

/** How far below the window something already counts as near it. */
const AHEAD = '100px';

/** False until the element comes near the window for the first time: for what nobody sees yet. */
export function useNear(place: RefObject<Element | null>): boolean {
  const [near, setNear] = useState(false);
  useEffect(() => {
    if (place.current === null || near) return;
    const watch = new IntersectionObserver(
      (seen) => seen.some(({ isIntersecting }) => isIntersecting) && setNear(true),
      { rootMargin: AHEAD },
    );
    watch.observe(place.current);
    const all = () => setNear(true); // paper shows everything
    addEventListener('beforeprint', all);
    return () => {
      watch.disconnect();
      removeEventListener('beforeprint', all);
    };
  }, [place, near]);
  return near;
}
