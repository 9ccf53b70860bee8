import { useEffect } from 'react';

const minute = 60_000;

/** Calls again once a minute (or each `ms`) while the page is looked at: as often as the server looks at live audiences. */
export function useEachMinute(reload: () => void, ms = minute) {
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') reload();
    }, ms);
    return () => clearInterval(timer);
  }, [reload, ms]);
}
