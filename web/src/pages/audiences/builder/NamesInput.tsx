import { Select } from 'antd';
import { useState } from 'react';
import { audiences } from '@/api/audiences';
import { useT } from '@/i18n/I18nProvider';
import { useResource, useRested } from '@/lib/useResource';

interface Props {
  what: string;
  model?: string;
  most?: number;
  placeholder?: string;
  value: string[];
  onChange: (names: string[]) => void;
}

/** Names of things the server knows, found while one types. */
export function NamesInput({ what, model, most, placeholder, value, onChange }: Props) {
  const t = useT();
  const [q, setQ] = useState('');
  const [opened, setOpened] = useState(false);
  const rested = useRested(q, 200);
  const found = useResource(opened ? `${what} ${model ?? ''} ${rested}` : null, (signal) =>
    audiences.suggest(what, rested, model ?? null, signal),
  );
  const names = (found.data?.items ?? []).map((item) => (typeof item === 'string' ? item : item.name));
  const label = placeholder ?? t('builder.choose');
  return (
    <Select<string[]>
      mode="multiple"
      size="small"
      className="builder-names"
      aria-label={label}
      placeholder={label}
      showSearch={{ filterOption: false, onSearch: setQ }}
      {...(most && { maxCount: most })}
      loading={found.loading}
      value={value}
      onChange={onChange}
      onOpenChange={(open) => open && setOpened(true)}
      options={names.map((name) => ({ value: name, label: name }))}
    />
  );
}
