import { Select } from 'antd';
import { useState } from 'react';
import { useResource, useRested } from '@/lib/useResource';
import type { Option } from './types';

interface Props {
  label: string;
  load: (q: string, signal: AbortSignal) => Promise<Option[]>;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
  className?: string;
  id?: string;
  autoFocus?: boolean;
  /** Open from the beginning. */
  defaultOpen?: boolean;
}

/** A choice among things the server looks up while one types. */
export function RemoteSelect(props: Props) {
  const { label, load, value, onChange, className, id, autoFocus = false, defaultOpen = false } = props;
  const [q, setQ] = useState('');
  const [opened, setOpened] = useState(value !== undefined || defaultOpen);
  const rested = useRested(q, 200);
  const found = useResource(opened ? rested : null, (signal) => load(rested, signal));
  return (
    <Select
      allowClear
      showSearch={{ filterOption: false, onSearch: setQ }}
      {...(id && { id })}
      {...(className && { className })}
      autoFocus={autoFocus}
      defaultOpen={defaultOpen}
      placeholder={label}
      aria-label={label}
      loading={found.loading}
      options={found.data ?? []}
      value={value}
      onOpenChange={(open) => open && setOpened(true)}
      onChange={(next?: string) => onChange(next)}
    />
  );
}
