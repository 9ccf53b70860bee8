/** Dates, money and numbers as the reader's language and the corp's zone and currency want them. */
export interface Place {
  zone: string;
  currency: string;
}

export interface Format {
  place: Place;
  number(value: number | null | undefined, digits?: number): string;
  money(fen: number | null | undefined): string;
  /** Money without fen, for axes and figures. */
  moneyShort(fen: number | null | undefined): string;
  percent(share: number | null | undefined, digits?: number): string;
  date(seconds: number | null | undefined): string;
  time(seconds: number | null | undefined): string;
  /** "2026-11-21", which has no zone. */
  day(day: string | null | undefined): string;
  month(day: string | null | undefined): string;
  bytes(bytes: number | null | undefined): string;
  /** A length of time in its two largest units. */
  duration(seconds: number | null | undefined): string;
}

export const nothing = '—';

export function makeFormat(locale: string, place: Place): Format {
  const numbers = new Map<number, Intl.NumberFormat>();
  const numberFormat = (digits: number) => {
    const known = numbers.get(digits) ?? new Intl.NumberFormat(locale, { maximumFractionDigits: digits });
    numbers.set(digits, known);
    return known;
  };
  const currency = { style: 'currency', currency: place.currency, currencyDisplay: 'narrowSymbol' } as const;
  const money = new Intl.NumberFormat(locale, currency);
  const moneyShort = new Intl.NumberFormat(locale, {
    ...currency,
    notation: 'compact',
    maximumFractionDigits: 1,
  });
  // A month in letters: 11/12 is two days to two English readers.
  const monthAs = locale.startsWith('en') ? 'short' : '2-digit';
  const day = { year: 'numeric', month: monthAs, day: '2-digit' } as const;
  const date = new Intl.DateTimeFormat(locale, { ...day, timeZone: place.zone });
  const time = new Intl.DateTimeFormat(locale, {
    ...day,
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
    timeZone: place.zone,
  });
  const plainDay = new Intl.DateTimeFormat(locale, { ...day, timeZone: 'UTC' });
  const month = new Intl.DateTimeFormat(locale, { year: 'numeric', month: monthAs, timeZone: 'UTC' });

  const known = <V>(value: V | null | undefined, show: (value: V) => string) =>
    value === null || value === undefined ? nothing : show(value);
  return {
    place,
    number: (value, digits = 2) => known(value, (v) => numberFormat(digits).format(v)),
    money: (fen) => known(fen, (v) => money.format(v / 100)),
    moneyShort: (fen) => known(fen, (v) => moneyShort.format(v / 100)),
    percent: (share, digits = 1) => known(share, (v) => `${numberFormat(digits).format(v * 100)}%`),
    date: (seconds) => known(seconds, (v) => date.format(v * 1000)),
    time: (seconds) => known(seconds, (v) => time.format(v * 1000)),
    day: (text) => known(text, (v) => plainDay.format(Date.parse(v))),
    month: (text) => known(text, (v) => month.format(Date.parse(v))),
    bytes: (bytes) => known(bytes, (v) => showBytes(v, locale)),
    duration: (seconds) => known(seconds, (v) => showDuration(v, locale)),
  };
}

function showBytes(bytes: number, locale: string): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];
  const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const style = {
    style: 'unit',
    unit: units[step] ?? 'byte',
    unitDisplay: 'short',
    maximumFractionDigits: 1,
  } as const;
  return new Intl.NumberFormat(locale, style).format(bytes / 1000 ** step);
}

const lengths = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

function showDuration(seconds: number, locale: string): string {
  let rest = Math.max(0, Math.round(seconds));
  const first = Math.max(
    0,
    lengths.findIndex(([, length]) => rest >= length),
  );
  const parts = lengths.slice(rest === 0 ? 3 : first).slice(0, 2);
  return parts
    .map(([unit, length]) => {
      const count = Math.floor(rest / length);
      rest -= count * length;
      return count === 0 && parts.length > 1
        ? ''
        : new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short' }).format(count);
    })
    .filter((part) => part !== '')
    .join(' ');
}
