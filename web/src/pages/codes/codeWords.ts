import { codesEn } from '@/i18n/codes.en';
import { codesZh } from '@/i18n/codes.zh';
import { addWords, type Key } from '@/i18n/text';
import type { CodeHours } from '@/api/codes';

addWords({ zh: codesZh, en: codesEn });

export const kinds = ['staff', 'group', 'link'] as const;
export const customers = ['any', 'new', 'old', 'buyer'] as const;
export const weekdays = [1, 2, 3, 4, 5, 6, 7] as const;

const warnings = [
  'nobody',
  'groups_full',
  'refused',
  'unsure',
  'link_unavailable',
  'link_deleted',
  'balance_low',
  'balance_exhausted',
  'quota_expires',
  'media',
  'media_welcome',
] as const;

/** The sentence of a warning; one that this console does not know yet is told as a refusal. */
export function warningKey(kind: string): Key {
  return `code_warning.${warnings.find((one) => one === kind) ?? 'refused'}`;
}

/** Rows of the same hours on several weekdays, as people write them. */
export interface Shift {
  days: number[];
  from: string;
  to: string;
}

const clock = (minutes: number) =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

/** "09:30" in minutes of the day; "24:00" is its end. */
export function minutesOf(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return hours * 60 + minutes;
}

/** Hours of everyone, those of one length together. */
export function shiftsOf(hours: CodeHours[]): Shift[] {
  const found = new Map<string, Shift>();
  for (const { staff_id, weekday, from_min, to_min } of hours) {
    if (staff_id !== null) continue;
    const from = clock(from_min);
    const to = clock(to_min);
    const shift = found.get(`${from} ${to}`) ?? { days: [], from, to };
    shift.days.push(weekday);
    found.set(`${from} ${to}`, shift);
  }
  return [...found.values()];
}

/** And back, with the hours that members of staff have of their own. */
export function hoursOf(shifts: Shift[], own: CodeHours[]) {
  const all = shifts.flatMap(({ days, from, to }) =>
    days.map((weekday) => ({
      staff_id: '0',
      weekday,
      from_min: minutesOf(from),
      to_min: minutesOf(to),
    })),
  );
  const kept = own.flatMap((row) => (row.staff_id === null ? [] : [{ ...row, staff_id: row.staff_id }]));
  return [...all, ...kept];
}
