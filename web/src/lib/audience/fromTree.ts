/**
 * A tree as rows of the builder. Where the tree says more than a row can, the condition's own text is cut out of
 * the canonical text: conditions that are joined stand there in the order of the tree.
 */
import type { EventsNode, Node, WindowNode } from '@/api/tree';
import {
  type Builder,
  type Compare,
  flags,
  type Item,
  type Join,
  type Measure,
  nameAttributes,
  numberAttributes,
  type Row,
  timeAttributes,
} from './rows';
import { splitJoined, stripParens } from './split';

export function fromTree(tree: Node, text: string): Builder {
  if (tree.op === 'all') return { join: 'and', items: [] };
  const join = joinOf(tree);
  if (join === null) return { join: 'and', items: [toItem(tree, text)] };
  const parts = splitJoined(text, join);
  const nodes = tree.items ?? [];
  if (parts.length !== nodes.length)
    return { join: 'and', items: [{ row: { kind: 'text', not: false, text } }] };
  return { join, items: nodes.map((node, i) => toItem(node, parts[i] ?? '')) };
}

const joinOf = (node: Node): Join | null => (node.op === 'and' || node.op === 'or' ? node.op : null);

function toItem(node: Node, text: string): Item {
  const join = joinOf(node);
  if (join === null) return { row: toRow(node, text) };
  const inside = stripParens(text);
  const parts = splitJoined(inside, join);
  const nodes = node.items ?? [];
  if (parts.length !== nodes.length) return { row: { kind: 'text', not: false, text: inside } };
  return { join, rows: nodes.map((one, i) => toRow(one, stripParens(parts[i] ?? ''))) };
}

function toRow(node: Node, text: string): Row {
  if (node.op === 'not' && node.items?.[0]) {
    const inner = simpleRow(node.items[0]);
    if (inner) return { ...inner, not: true };
    return { kind: 'text', not: true, text: stripParens(text.replace(/^not\s+/, '')) };
  }
  if (node.op === 'never') {
    const row = simpleRow({ ...node, op: 'ever' });
    if (row) return { ...row, not: true };
  }
  return simpleRow(node) ?? { kind: 'text', not: false, text };
}

/** The row for a condition, or null when no kind of row says it. */
function simpleRow(node: Node): Row | null {
  const names = (node.values ?? []).map(({ text }) => text ?? '');
  switch (node.op) {
    case 'tag':
      return { kind: 'tag', not: false, names };
    case 'group':
      return names.length > 0 ? { kind: 'group', not: false, names } : null;
    case 'audience':
      return { kind: 'audience', not: false, name: node.name ?? '' };
    case 'flag': {
      const what = flags.find((flag) => flag === node.what);
      return what ? { kind: 'flag', not: false, what } : null;
    }
    case 'ever':
      return eventOf(node, (event, window) => ({ kind: 'ever', not: false, event, window }));
    case 'seq':
      return sequenceRow(node);
    case 'sample':
      return { kind: 'sample', not: false, name: node.name ?? '', percent: percentOf(node) };
    case 'test':
      return node.measure ? measureRow(node) : attributeRow(node, names);
    default:
      return null;
  }
}

function attributeRow(node: Node, names: string[]): Row | null {
  const { what, compare } = node;
  const oneOf = compare === '=' || compare === 'in';
  const nameWhat = nameAttributes.find((one) => one === what);
  if (what === 'staff' && compare === 'team') return { kind: 'team', not: false, names };
  if (nameWhat && oneOf) return { kind: 'name', not: false, what: nameWhat, names };
  if (nameWhat && compare === '!=') return { kind: 'name', not: true, what: nameWhat, names };
  if (what === 'tier' && oneOf) return { kind: 'tier', not: false, model: node.name ?? '', names };
  if (what === 'nickname' && compare === 'contains')
    return { kind: 'contains', not: false, value: names[0] ?? '' };
  if (what === 'gender' && compare === '=') {
    const value = node.values?.[0]?.word;
    return value === 'male' || value === 'female' ? { kind: 'gender', not: false, value } : null;
  }
  const numberWhat = numberAttributes.find((one) => one === what);
  const op = compareOf(compare);
  if (numberWhat && op) return { kind: 'number', not: false, what: numberWhat, op, value: numberOf(node) };
  const timeWhat = timeAttributes.find((one) => one === what);
  const window = compare === 'within' && node.in ? windowText(node.in) : null;
  if (what === 'due' && window !== null) return { kind: 'due', not: false, name: node.name ?? '', window };
  return timeWhat && window !== null ? { kind: 'time', not: false, what: timeWhat, window } : null;
}

const measureNames: Record<string, Measure> = {
  count: 'count',
  days: 'days',
  sum: 'sum',
  avg: 'avg',
  days_since_last: 'days_since last',
};

function measureRow(node: Node): Row | null {
  const op = compareOf(node.compare);
  if (op === null) return null;
  const value = numberOf(node);
  if (node.measure === 'spend') {
    const window = node.window ? windowText(node.window) : '';
    return node.events?.where || window === null ? null : { kind: 'spend', not: false, window, op, value };
  }
  const measure = measureNames[node.measure ?? ''];
  if (!measure) return null;
  return eventOf(node, (event, window) => ({
    kind: 'measure',
    not: false,
    measure,
    event,
    window,
    op,
    value,
  }));
}

/** The steps by name, when none of them is narrowed by a "where". */
function sequenceRow({ steps = [], within = '', window }: Node): Row | null {
  const names = steps.flatMap((step) => eventName(step) ?? []);
  const text = window ? windowText(window) : '';
  if (names.length !== steps.length || text === null || !/^\d+[hdw]$/.test(within)) return null;
  return { kind: 'seq', not: false, steps: names, within, window: text };
}

function eventOf(node: Node, make: (event: string, window: string) => Row): Row | null {
  const event = eventName(node.events ?? {});
  const window = node.window ? windowText(node.window) : '';
  return event === null || window === null ? null : make(event, window);
}

/** "order" or "order.kept"; null for events that a "where" narrows, or whose name needs quotes. */
function eventName({ kind, kept, where }: EventsNode): string | null {
  if (!kind || where || !/^[a-z_]\w*$/i.test(kind)) return null;
  return kept ? `${kind}.kept` : kind;
}

const compares: readonly Compare[] = ['=', '!=', '>=', '<=', '>', '<'];
const compareOf = (text: string | undefined): Compare | null => compares.find((one) => one === text) ?? null;
const percentOf = (node: Node) => Number(node.values?.[0]?.percent ?? 0);
const numberOf = (node: Node) => Number(node.values?.[0]?.number ?? 0);

/** A window as its canonical text; null for one with a time of day, which the rows do not show. */
export function windowText(window: WindowNode): string | null {
  const { kind, length = '', unit = '', from = '', to = '' } = window;
  if (from.includes(':') || to.includes(':')) return null;
  const texts: Record<string, string> = {
    ever: '',
    last: `last ${length}`,
    next: `next ${length}`,
    older: `before ${length}`,
    today: 'today',
    yesterday: 'yesterday',
    this: `this ${unit}`,
    previous: `last ${unit}`,
    following: `next ${unit}`,
    between: `between ${from} and ${to}`,
    since: `since ${from}`,
    before: `before ${to}`,
  };
  return texts[kind] ?? null;
}
