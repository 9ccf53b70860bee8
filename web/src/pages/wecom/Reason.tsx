import type { InboxRow } from '@/api/wecom';

/** Why something failed, and the way out. */
export function Reason({ error }: { error: InboxRow['error'] }) {
  if (error === null) return '—';
  return (
    <div className="wecom-reason">
      {error.message}
      {error.hint && <div className="soft">{error.hint}</div>}
    </div>
  );
}
