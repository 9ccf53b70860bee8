import type { EventList } from '@/api/analyses';
import type { Language } from '@/api/session';

/** Kinds of events with a filter that holds for each: "view,click where amount > 9" in the address. */
export interface EventSpec {
  kinds: string[];
  where: string;
}

const behind = ' where ';

export function readSpec(text: string): EventSpec {
  const at = text.indexOf(behind);
  const kinds = (at === -1 ? text : text.slice(0, at)).split(',').map((kind) => kind.trim());
  return {
    kinds: kinds.filter((kind) => kind !== ''),
    where: at === -1 ? '' : text.slice(at + behind.length),
  };
}

export const writeSpec = ({ kinds, where }: EventSpec): string =>
  kinds.join(',') + (where.trim() === '' ? '' : behind + where.trim());

/** As the server reads it: "view where amount > 9, click where amount > 9". */
export const eventsText = ({ kinds, where }: EventSpec): string =>
  kinds.map((kind) => word(kind) + (where.trim() === '' ? '' : behind + where.trim())).join(', ');

const word = (kind: string) => (/^[a-z_][\w.]*$/i.test(kind) ? kind : `"${kind.replace(/["\\]/g, '\\$&')}"`);

/** What people call a list of events, with its condition, which the names do not say. */
export function listName(list: EventList, language: Language): string {
  const [, first, ...more] = list.text.split(behind);
  if (first === undefined) return list[language];
  const where = more.length > 0 ? first.replace(/, \S+$/, '') : first;
  return `${list[language]} [${where}]`;
}

/** The name inside `audience("…")`, if the expression is just that. */
export function savedName(expression: string): string | null {
  const match = /^audience\("((?:[^"\\]|\\.)*)"\)$/.exec(expression.trim());
  return match ? (match[1] ?? '').replace(/\\(.)/g, '$1') : null;
}
