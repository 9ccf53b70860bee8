import { codesEn } from '@/i18n/codes.en';
import { codesZh } from '@/i18n/codes.zh';
import { addWords, type Key } from '@/i18n/text';
import type { CodeHours, CodeWelcome } from '@/api/codes';

addWords({ zh: codesZh, en: codesEn });

export const kinds = ['staff', 'group', 'link'] as const;
export const customers = ['any', 'new', 'old', 'buyer'] as const;
export const weekdays = [1, 2, 3, 4, 5, 6, 7] as const;

const warnings = [
  'nobody',
  'groups_full',
  'full',
  'refused',
  'unsure',
  'link_unavailable',
  'link_deleted',
  'balance_low',
  'balance_exhausted',
  'quota_expires',
  'media',
  'media_welcome',
  'greeting',
  'greeting_unsure',
  'greeting_left',
] as const;

export const greetingTones = {
  waiting: 'info',
  offered: 'success',
  refused: 'error',
  unsure: 'warning',
  dropped: 'warning',
} as const;

/** The most bytes that WeCom takes of what a group greets with, and how many it is told. */
export const greetingMost = 3000;
export const greetingBytes = (text: string): number =>
  new TextEncoder().encode(text.replaceAll('{name}', '%NICKNAME%')).length;

/** The sentence of a warning; one that this console does not know yet is told as a refusal. */
export function warningKey(kind: string): Key {
  return `code_warning.${warnings.find((one) => one === kind) ?? 'refused'}`;
}

/** Whose hours: everyone's, but for members of staff who have hours of their own. */
export const EVERYONE = '0';

/** Rows of the same hours on several weekdays, as people write them. */
export interface Shift {
  staff_id: string;
  days: number[];
  from: string;
  to: string;
}

const clock = (minutes: number) =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

/** Whether it is a time of day, as people write them here. */
export const isClock = (text: string | undefined) => /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/.test(text ?? '');

/** "09:30" in minutes of the day; "24:00" is its end. */
export function minutesOf(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return hours * 60 + minutes;
}

/** Hours as people write them: those of one length together, everyone's first. */
export function shiftsOf(hours: CodeHours[]): Shift[] {
  const found = new Map<string, Shift>();
  for (const { staff_id, weekday, from_min, to_min } of hours) {
    const from = clock(from_min);
    const to = clock(to_min);
    const whose = staff_id ?? EVERYONE;
    const shift = found.get(`${whose} ${from} ${to}`) ?? { staff_id: whose, days: [], from, to };
    shift.days.push(weekday);
    found.set(`${whose} ${from} ${to}`, shift);
  }
  const all = [...found.values()];
  return [
    ...all.filter(({ staff_id }) => staff_id === EVERYONE),
    ...all.filter(({ staff_id }) => staff_id !== EVERYONE),
  ];
}

/** And back, without those of who is no member any more. */
export function hoursOf(shifts: Shift[], members: Set<string>) {
  return shifts
    .filter(({ staff_id }) => staff_id === EVERYONE || members.has(staff_id))
    .flatMap(({ staff_id, days, from, to }) =>
      days.map((weekday) => ({
        staff_id,
        weekday,
        from_min: minutesOf(from),
        to_min: minutesOf(to),
      })),
    );
}

/** A greeting as people write it. */
export type Greeting = Omit<CodeWelcome, 'from_min' | 'to_min'> & { from: string; to: string };

export const greetingOf = ({ from_min, to_min, ...rest }: CodeWelcome): Greeting => ({
  ...rest,
  from: clock(from_min),
  to: clock(to_min),
});

export const welcomeOf = ({ from, to, ...rest }: Greeting): CodeWelcome => ({
  ...rest,
  from_min: minutesOf(from),
  to_min: minutesOf(to),
});
