import { Button, DatePicker, Input, Select } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useEffect, useState } from 'react';
import type { Query } from '@/api/client';
import { useI18n, useT } from '@/i18n/I18nProvider';
import { dayOf, dayStart } from '@/lib/day';
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
  const { f } = useI18n();
  const { zone } = f.place;
  const shown = (name: string, back: number) => {
    const text = value[name];
    if (!text) return null;
    return dayjs(filter.instants ? dayOf(Number(text) - back, zone) : String(text));
  };
  const sent = (day: Dayjs | null | undefined, later: number) => {
    if (!day) return undefined;
    const text = day.format('YYYY-MM-DD');
    return filter.instants ? dayStart(text, zone, later) : text;
  };
  return (
    <DatePicker.RangePicker
      aria-label={filter.label}
      allowEmpty={[true, true]}
      placeholder={[filter.label, '']}
      className="filter-days"
      value={[shown(filter.from, 0), shown(filter.to, 1)]}
      onChange={(days) => onChange({ [filter.from]: sent(days?.[0], 0), [filter.to]: sent(days?.[1], 1) })}
    />
  );
}
