/** Pieces of the audience language's canonical text (docs/AUDIENCE.md), enough to write what the builder shows. */

export function quote(name: string): string {
  return `"${name.replace(/["\\]/g, '\\$&')}"`;
}

export const list = (names: string[]) => `(${names.map(quote).join(', ')})`;

/** One name with "=", several with "in". */
export const isOneOf = (left: string, names: string[]) =>
  names.length === 1 ? `${left} = ${quote(names[0] ?? '')}` : `${left} in ${list(names)}`;

/** A window of time in its canonical text: "last 90d", "this month", "between 2026-01-01 and 2026-02-01"; "" is ever. */
export type WindowText = string;

export const fixedWindows = [
  'today',
  'yesterday',
  'this week',
  'last week',
  'this month',
  'last month',
  'this year',
  'last year',
] as const;
export type FixedWindow = (typeof fixedWindows)[number];

export function lastDays(window: WindowText): number | null {
  const match = /^last (\d+)d$/.exec(window);
  return match ? Number(match[1]) : null;
}

export function nextDays(window: WindowText): number | null {
  const match = /^next (\d+)d$/.exec(window);
  return match ? Number(match[1]) : null;
}

export function betweenDays(window: WindowText): [string, string] | null {
  const match = /^between (\d{4}-\d\d-\d\d) and (\d{4}-\d\d-\d\d)$/.exec(window);
  return match ? [match[1] ?? '', match[2] ?? ''] : null;
}

/** "in last 90d" but "between … and …": how a window stands behind a time. */
export const within = (window: WindowText) =>
  /^(between|since|before) /.test(window) ? window : `in ${window}`;
