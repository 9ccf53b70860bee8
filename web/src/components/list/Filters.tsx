import { Button, DatePicker, Input, Select } from 'antd';
import dayjs from 'dayjs';
import { useEffect, useState } from 'react';
import type { Query } from '@/api/client';
import { useT } from '@/i18n/I18nProvider';
import { RemoteSelect } from './RemoteSelect';
import type { DaysFilter, Filter, TextFilter } from './types';

interface Props {
  filters: Filter[];
  value: Query;
  onChange: (changes: Query) => void;
  onClear: () => void;
}

export function Filters({ filters, value, onChange, onClear }: Props) {
  const t = useT();
  return (
    <form
      role="search"
      aria-label={t('list.filters')}
      className="filters"
      onSubmit={(event) => event.preventDefault()}
    >
      {filters.map((filter) => (
        <OneFilter key={filter.key} filter={filter} value={value} onChange={onChange} />
      ))}
      {Object.keys(value).length > 0 && (
        <Button type="link" onClick={onClear}>
          {t('list.clear')}
        </Button>
      )}
    </form>
  );
}

function OneFilter({
  filter,
  value,
  onChange,
}: {
  filter: Filter;
  value: Query;
  onChange: (changes: Query) => void;
}) {
  const chosen = value[filter.key];
  const text = chosen === undefined || chosen === null ? undefined : String(chosen);
  switch (filter.kind) {
    case 'text':
      return <TextInput filter={filter} value={text ?? ''} onChange={onChange} />;
    case 'days':
      return <DaysInput filter={filter} value={value} onChange={onChange} />;
    case 'choice':
      return (
        <Select
          allowClear
          className="filter-select"
          placeholder={filter.label}
          aria-label={filter.label}
          options={filter.options}
          value={text}
          onChange={(next?: string) => onChange({ [filter.key]: next })}
        />
      );
    case 'remote':
      return (
        <RemoteSelect
          className="filter-select"
          label={filter.label}
          load={filter.load}
          value={text}
          onChange={(next) => onChange({ [filter.key]: next })}
        />
      );
  }
}

function TextInput({
  filter,
  value,
  onChange,
}: {
  filter: TextFilter;
  value: string;
  onChange: (changes: Query) => void;
}) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  return (
    <Input.Search
      allowClear
      className="filter-text"
      placeholder={filter.label}
      aria-label={filter.label}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onSearch={(next) => onChange({ [filter.key]: next.trim() })}
    />
  );
}

function DaysInput({
  filter,
  value,
  onChange,
}: {
  filter: DaysFilter;
  value: Query;
  onChange: (changes: Query) => void;
}) {
  const day = (name: string) => (value[name] ? dayjs(String(value[name])) : null);
  return (
    <DatePicker.RangePicker
      aria-label={filter.label}
      allowEmpty={[true, true]}
      placeholder={[filter.label, '']}
      className="filter-days"
      value={[day(filter.from), day(filter.to)]}
      onChange={(days) =>
        onChange({
          [filter.from]: days?.[0]?.format('YYYY-MM-DD'),
          [filter.to]: days?.[1]?.format('YYYY-MM-DD'),
        })
      }
    />
  );
}
