import { useEffect, useRef, useState } from 'react';
import { isOver, type Job, watchJob } from '@/api/jobs';

/**
 * A job as it is now, and the way to watch it again when it goes on after its end; `over` is called
 * once at each end, not for one that was over before.
 */
export function useJob(
  id: string | null,
  first?: Job,
  over?: (job: Job) => void,
): { job: Job | null; again: () => void } {
  const [job, setJob] = useState<Job | null>(first ?? null);
  const [watches, setWatches] = useState(1);
  const latest = useRef(over);
  useEffect(() => {
    latest.current = over;
  });
  useEffect(() => {
    if (id === null) {
      setJob(null);
      return;
    }
    return watchJob(id, (now) => {
      setJob(now);
      if (isOver(now)) latest.current?.(now);
    });
  }, [id, watches]);
  return { job: job?.id === id ? job : null, again: () => setWatches((n) => n + 1) };
}
