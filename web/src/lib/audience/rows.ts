/**
 * What the builder can show as rows, and each row as text of the audience language. Conditions it cannot show
 * are kept as they are, as text.
 */
import { isOneOf, list, quote, within, type WindowText } from './text';

export type Join = 'and' | 'or';
export type Compare = '=' | '!=' | '>=' | '<=' | '>' | '<';

export const nameAttributes = ['city', 'province', 'source', 'stage', 'staff'] as const;
export const numberAttributes = ['age', 'rfm.r', 'rfm.f', 'rfm.m'] as const;
export const timeAttributes = ['added', 'first', 'birthday'] as const;
export const flags = ['friend', 'no_marketing'] as const;
export const measures = ['count', 'days', 'sum', 'avg', 'days_since last'] as const;

export type NameAttribute = (typeof nameAttributes)[number];
export type NumberAttribute = (typeof numberAttributes)[number];
export type TimeAttribute = (typeof timeAttributes)[number];
export type Flag = (typeof flags)[number];
export type Measure = (typeof measures)[number];

interface Common {
  not: boolean;
}
export type Row =
  | (Common & { kind: 'tag'; names: string[] })
  | (Common & { kind: 'team'; names: string[] })
  | (Common & { kind: 'group'; names: string[] })
  | (Common & { kind: 'audience'; name: string })
  | (Common & { kind: 'tier'; model: string; names: string[] })
  | (Common & { kind: 'name'; what: NameAttribute; names: string[] })
  | (Common & { kind: 'gender'; value: 'male' | 'female' })
  | (Common & { kind: 'contains'; value: string })
  | (Common & { kind: 'number'; what: NumberAttribute; op: Compare; value: number })
  | (Common & { kind: 'time'; what: TimeAttribute; window: WindowText })
  | (Common & { kind: 'due'; name: string; window: WindowText })
  | (Common & { kind: 'flag'; what: Flag })
  | (Common & { kind: 'ever'; event: string; window: WindowText })
  | (Common & {
      kind: 'measure';
      measure: Measure;
      event: string;
      window: WindowText;
      op: Compare;
      value: number;
    })
  | (Common & { kind: 'seq'; steps: string[]; within: string; window: WindowText })
  | (Common & { kind: 'sample'; name: string; percent: number })
  | (Common & { kind: 'spend'; window: WindowText; op: Compare; value: number })
  | (Common & { kind: 'text'; text: string });

/** A row, or rows in a box of their own; boxes do not nest further. */
export type Item = { row: Row } | { join: Join; rows: Row[] };
export interface Builder {
  join: Join;
  items: Item[];
}

export const isBox = (item: Item): item is { join: Join; rows: Row[] } => 'rows' in item;

/** The row as text; null while something is still to be chosen. */
export function rowText(row: Row): string | null {
  const text = plainText(row);
  if (text === null || !row.not) return text;
  return row.kind === 'text' ? `not (${text})` : `not ${text}`;
}

function plainText(row: Row): string | null {
  switch (row.kind) {
    case 'tag':
    case 'group':
      return row.names.length > 0 ? row.kind + list(row.names) : null;
    case 'team':
      return row.names.length > 0 ? `staff in team${list(row.names)}` : null;
    case 'audience':
      return row.name ? `audience(${quote(row.name)})` : null;
    case 'tier':
      return row.model && row.names.length > 0 ? isOneOf(`tier(${quote(row.model)})`, row.names) : null;
    case 'name':
      return row.names.length > 0 ? isOneOf(row.what, row.names) : null;
    case 'gender':
      return `gender = ${row.value}`;
    case 'contains':
      return row.value ? `nickname contains ${quote(row.value)}` : null;
    case 'number':
      return `${row.what} ${row.op} ${row.value}`;
    case 'time':
      return row.window ? `${row.what} ${within(row.window)}` : null;
    case 'due':
      return row.name && row.window ? `due(${quote(row.name)}) ${within(row.window)}` : null;
    case 'flag':
      return row.what;
    case 'text':
      return row.text.trim() || null;
    case 'seq':
      return sequenceText(row);
    case 'sample':
      return row.name ? `sample(${quote(row.name)}, ${row.percent}%)` : null;
    case 'ever':
    case 'measure':
    case 'spend':
      return eventText(row);
  }
}

/** As long as the language takes. */
export const mostSteps = 8;

function sequenceText({ steps, within: length, window }: Extract<Row, { kind: 'seq' }>): string | null {
  if (steps.length < 2 || steps.includes('')) return null;
  return `seq(${steps.join(' -> ')}, within ${length}${window ? `, ${window}` : ''})`;
}

type EventRow = Extract<Row, { kind: 'ever' | 'measure' | 'spend' }>;

function eventText(row: EventRow): string | null {
  if (row.kind === 'spend') return `spend(${row.window}) ${row.op} ${row.value}`;
  if (!row.event) return null;
  const window = row.window ? `, ${row.window}` : '';
  if (row.kind === 'ever') return `ever(${row.event}${window})`;
  const money = row.measure === 'sum' || row.measure === 'avg' ? '.amount' : '';
  const open = row.measure === 'days_since last' ? 'days_since(last ' : `${row.measure}(`;
  return `${open}${row.event}${money}${window}) ${row.op} ${row.value}`;
}

/** The whole builder as text; "all" when nothing is said. Text rows with an "or" of their own keep to themselves. */
export function builderText({ join, items }: Builder): string {
  const parts = items
    .map((item) => (isBox(item) ? boxText(item.join, item.rows) : oneText(item.row, items.length > 1)))
    .filter((text) => text !== null);
  return parts.length === 0 ? 'all' : parts.join(` ${join} `);
}

function boxText(join: Join, rows: Row[]): string | null {
  const parts = rows.map((row) => oneText(row, rows.length > 1)).filter((text) => text !== null);
  if (parts.length === 0) return null;
  return parts.length === 1 ? (parts[0] ?? null) : `(${parts.join(` ${join} `)})`;
}

function oneText(row: Row, among: boolean): string | null {
  const text = rowText(row);
  return text !== null && among && row.kind === 'text' && !row.not ? `(${text})` : text;
}
