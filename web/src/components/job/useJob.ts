import { useEffect, useRef, useState } from 'react';
import { isOver, type Job, watchJob } from '@/api/jobs';

/** A job as it is now; `over` is called once when it ends, not for one that was over before. */
export function useJob(id: string | null, first?: Job, over?: (job: Job) => void): Job | null {
  const [job, setJob] = useState<Job | null>(first ?? null);
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
  }, [id]);
  return job?.id === id ? job : null;
}
