import { useEffect } from 'react';

const minute = 60_000;

/** Calls again once a minute while the page is looked at: as often as the server looks at live audiences. */
export function useEachMinute(reload: () => void) {
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') reload();
    }, minute);
    return () => clearInterval(timer);
  }, [reload]);
}
