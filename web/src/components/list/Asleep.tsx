import { CalendarOutlined, DownOutlined } from '@ant-design/icons';
import { type ReactNode, useState } from 'react';

interface Props {
  label: string;
  className: string;
  popup: 'listbox' | 'dialog';
  /** With a value there is something to show: the control is there from the beginning. */
  awake: boolean;
  /** The control itself; `how` says whether it takes the focus, and whether it opens as well. */
  children: (how: { autoFocus: boolean; defaultOpen: boolean }) => ReactNode;
}

/**
 * A control that looks like itself until it is focused or pressed, and is made then. A list has ten of them, and
 * making ten of antd's takes longer than drawing its rows.
 */
export function Asleep({ label, className, popup, awake, children }: Props) {
  const [woken, setWoken] = useState<'focused' | 'pressed' | null>(null);
  if (awake || woken !== null) {
    return children({ autoFocus: woken !== null, defaultOpen: woken === 'pressed' });
  }
  return (
    <button
      type="button"
      role="combobox"
      aria-haspopup={popup}
      aria-expanded={false}
      aria-label={label}
      className={`${className} filter-asleep`}
      onMouseDown={(event) => event.preventDefault()}
      onFocus={() => setWoken('focused')}
      onClick={() => setWoken('pressed')}
    >
      {label}
      {popup === 'listbox' ? <DownOutlined /> : <CalendarOutlined />}
    </button>
  );
}
