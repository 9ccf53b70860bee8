import { Button, DatePicker, Select } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import type { Query } from '@/api/client';
import { useI18n, useT } from '@/i18n/I18nProvider';
import { dayOf, dayStart } from '@/lib/day';
import { Asleep } from './Asleep';
import { RemoteSelect } from './RemoteSelect';
import { SearchInput } from './SearchInput';
import type { ChoiceFilter, DaysFilter, Filter, RemoteFilter } from './types';

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
      return (
        <SearchInput
          label={filter.label}
          value={text ?? ''}
          onSearch={(next) => onChange({ [filter.key]: next })}
        />
      );
    case 'days':
      return <DaysInput filter={filter} value={value} onChange={onChange} />;
    default:
      return <ChoiceInput filter={filter} value={text} onChange={onChange} />;
  }
}

function ChoiceInput({
  filter,
  value,
  onChange,
}: {
  filter: ChoiceFilter | RemoteFilter;
  value: string | undefined;
  onChange: (changes: Query) => void;
}) {
  const { label } = filter;
  const choose = (next?: string) => onChange({ [filter.key]: next });
  return (
    <Asleep label={label} className="filter-select" popup="listbox" awake={value !== undefined}>
      {(how) =>
        filter.kind === 'remote' ? (
          <RemoteSelect
            {...how}
            className="filter-select"
            label={label}
            load={filter.load}
            value={value}
            onChange={choose}
          />
        ) : (
          <Select
            {...how}
            allowClear
            className="filter-select"
            placeholder={label}
            aria-label={label}
            options={filter.options}
            value={value}
            onChange={choose}
          />
        )
      }
    </Asleep>
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
  const awake = Boolean(value[filter.from] ?? value[filter.to]);
  return (
    <Asleep label={filter.label} className="filter-days" popup="dialog" awake={awake}>
      {(how) => (
        <DatePicker.RangePicker
          {...how}
          aria-label={filter.label}
          allowEmpty={[true, true]}
          placeholder={[filter.label, '']}
          className="filter-days"
          value={[shown(filter.from, 0), shown(filter.to, 1)]}
          onChange={(days) =>
            onChange({ [filter.from]: sent(days?.[0], 0), [filter.to]: sent(days?.[1], 1) })
          }
        />
      )}
    </Asleep>
  );
}
