import { type ReactNode, useId } from 'react';
import './analyses.css';
import './words';

/** A control with what it is called above it. */
export function Field({
  label,
  wide = false,
  children,
}: {
  label: string;
  wide?: boolean;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <div className={wide ? 'field field-wide' : 'field'} role="group" aria-labelledby={id}>
      <span className="field-label" id={id}>
        {label}
      </span>
      <div className="field-body">{children}</div>
    </div>
  );
}
