import { Select } from 'antd';
import { useI18n } from '@/i18n/I18nProvider';
import { type Measure, measures, type Row } from '@/lib/audience/rows';
import { EventInput } from './EventInput';
import { NumberInput } from './RowEditor';
import { WindowInput } from './WindowInput';

type EventRow = Extract<Row, { kind: 'ever' | 'measure' | 'spend' }>;

/** What they did, when, how often or for how much. */
export function EventRowEditor({ row, onChange }: { row: EventRow; onChange: (row: Row) => void }) {
  const { t } = useI18n();
  return (
    <>
      <WindowInput ever value={row.window} onChange={(window) => onChange({ ...row, window })} />
      {row.kind !== 'spend' && (
        <EventInput value={row.event} onChange={(event) => onChange({ ...row, event })} />
      )}
      {row.kind === 'measure' && (
        <Select<Measure>
          size="small"
          aria-label={t('row.measure')}
          popupMatchSelectWidth={false}
          value={row.measure}
          onChange={(measure) => onChange({ ...row, measure })}
          options={measures.map((value) => ({
            value,
            label: t(value === 'days_since last' ? 'measure.days_since' : `measure.${value}`),
          }))}
        />
      )}
      {row.kind !== 'ever' && (
        <NumberInput
          value={row}
          onChange={(change) => onChange({ ...row, ...change })}
          suffix={suffixOf(row, t)}
        />
      )}
    </>
  );
}

function suffixOf(row: EventRow, t: ReturnType<typeof useI18n>['t']): string {
  if (row.kind === 'spend') return t('unit.yuan');
  if (row.kind !== 'measure' || row.measure === 'count') return t('unit.times');
  return row.measure === 'sum' || row.measure === 'avg' ? t('unit.yuan') : t('unit.days');
}
