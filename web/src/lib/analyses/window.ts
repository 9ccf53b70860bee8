/** The period before a window, of the same length, so that two answers can be compared. */
import { betweenDays, lastDays, type WindowText } from '@/lib/audience/text';
import { dayOf } from '@/lib/day';

const dayLength = 86_400;

export const plusDays = (day: string, days: number): string =>
  new Date(Date.parse(day) + days * dayLength * 1000).toISOString().slice(0, 10);

const between = (from: string, to: string): WindowText => `between ${from} and ${to}`;

/** "2026-01-31 10:00" in the zone, as the language quotes a moment. */
function moment(seconds: number, zone: string): string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).format(seconds * 1000);
  return `"${dayOf(seconds, zone)} ${parts}"`;
}

/** The days of a window that is made of days, both included. */
function daysOf(window: WindowText, today: string): [string, string] | null {
  const fixed = betweenDays(window);
  if (fixed) return fixed;
  const [year = 0, month = 1] = today.split('-').map(Number);
  const weekday = (new Date(Date.parse(today)).getUTCDay() + 6) % 7;
  const monday = plusDays(today, -weekday);
  const first = (y: number, m: number) => new Date(Date.UTC(y, m - 1, 1)).toISOString().slice(0, 10);
  switch (window) {
    case 'today':
      return [today, today];
    case 'yesterday':
      return [plusDays(today, -1), plusDays(today, -1)];
    case 'this week':
      return [monday, today];
    case 'last week':
      return [plusDays(monday, -7), plusDays(monday, -1)];
    case 'this month':
      return [first(year, month), today];
    case 'last month':
      return [first(year, month - 1), plusDays(first(year, month), -1)];
    case 'this year':
      return [first(year, 1), today];
    case 'last year':
      return [first(year - 1, 1), plusDays(first(year, 1), -1)];
    default:
      return null;
  }
}

/** Null for a window without a beginning, or one written by hand. */
export function windowBefore(window: WindowText, now: number, zone: string): WindowText | null {
  const rolling = lastDays(window);
  if (rolling !== null) {
    const length = rolling * dayLength;
    return between(moment(now - 2 * length + 1, zone), moment(now - length, zone));
  }
  const days = daysOf(window, dayOf(now, zone));
  if (!days) return null;
  const length = (Date.parse(days[1]) - Date.parse(days[0])) / dayLength / 1000 + 1;
  return between(plusDays(days[0], -length), plusDays(days[0], -1));
}
