import type { ReactNode } from 'react';

/** The name in a row by which the keyboard opens it. */
export function RowLink({ onClick, children }: { onClick: () => void; children: ReactNode }) {
  return (
    <button type="button" className="row-link" onClick={onClick}>
      {children}
    </button>
  );
}
