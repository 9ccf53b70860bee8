import { DatePicker, InputNumber, Select } from 'antd';
import dayjs from 'dayjs';
import { useT } from '@/i18n/I18nProvider';
import {
  betweenDays,
  type FixedWindow,
  fixedWindows,
  lastDays,
  nextDays,
  type WindowText,
} from '@/lib/audience/text';

type Kind = 'ever' | 'last' | 'next' | 'between' | 'other' | FixedWindow;

interface Props {
  value: WindowText;
  onChange: (window: WindowText) => void;
  /** Days to come can be asked for: birthdays. */
  ahead?: boolean;
  /** "Ever" can be asked for: events. */
  ever?: boolean;
  size?: 'small' | 'middle';
}

function kindOf(window: WindowText): Kind {
  if (window === '') return 'ever';
  if (lastDays(window) !== null) return 'last';
  if (nextDays(window) !== null) return 'next';
  if (betweenDays(window)) return 'between';
  return fixedWindows.find((one) => one === window) ?? 'other';
}

const starts: Partial<Record<Kind, string>> = { ever: '', last: 'last 30d', next: 'next 7d' };

/** A span of time, by what one says of it. */
export function WindowInput({ value, onChange, ahead = false, ever = false, size = 'small' }: Props) {
  const t = useT();
  const kind = kindOf(value);
  const kinds: Kind[] = [
    ...(ever ? (['ever'] as const) : []),
    'last',
    ...(ahead ? (['next'] as const) : []),
    ...fixedWindows,
    'between',
    ...(kind === 'other' ? (['other'] as const) : []),
  ];
  const choose = (next: Kind) => {
    const today = dayjs().format('YYYY-MM-DD');
    if (next === 'between')
      onChange(`between ${dayjs().subtract(30, 'day').format('YYYY-MM-DD')} and ${today}`);
    else onChange(starts[next] ?? next);
  };
  const span = betweenDays(value);
  return (
    <>
      <Select<Kind>
        size={size}
        className="builder-window"
        aria-label={t('builder.when')}
        popupMatchSelectWidth={false}
        value={kind}
        onChange={choose}
        options={kinds.map((one) => ({ value: one, label: one === 'other' ? value : t(`window.${one}`) }))}
      />
      {(kind === 'last' || kind === 'next') && (
        <InputNumber
          size={size}
          min={1}
          max={3650}
          aria-label={t('unit.days')}
          suffix={t('unit.days')}
          value={lastDays(value) ?? nextDays(value)}
          onChange={(days) => onChange(`${kind} ${days ?? 1}d`)}
        />
      )}
      {span && (
        <DatePicker.RangePicker
          size={size}
          allowClear={false}
          value={[dayjs(span[0]), dayjs(span[1])]}
          onChange={(days) =>
            days?.[0] &&
            days[1] &&
            onChange(`between ${days[0].format('YYYY-MM-DD')} and ${days[1].format('YYYY-MM-DD')}`)
          }
        />
      )}
    </>
  );
}
