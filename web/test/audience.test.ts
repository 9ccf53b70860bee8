import { describe, expect, it } from 'vitest';
import type { Node } from '@/api/tree';
import { contextAt } from '@/lib/audience/complete';
import { fromTree } from '@/lib/audience/fromTree';
import { type Builder, builderText, type Row, rowText } from '@/lib/audience/rows';
import { splitJoined, stripParens } from '@/lib/audience/split';

const row = (row: Row): Builder => ({ join: 'and', items: [{ row }] });
const text = (...names: string[]) => names.map((name) => ({ text: name }));
const number = (value: number) => [{ number: String(value) }];
const order = { kind: 'order' };
const last = (length: string) => ({ kind: 'last', length });

/** Canonical text and its tree, as the server gives them, for every kind of row. */
const cases: [string, Node][] = [
  ['tag("VIP")', { op: 'tag', values: text('VIP') }],
  ['not tag("a", "b")', { op: 'not', items: [{ op: 'tag', values: text('a', 'b') }] }],
  ['tag("say \\"hi\\" \\\\")', { op: 'tag', values: text('say "hi" \\') }],
  ['city = "杭州"', { op: 'test', what: 'city', compare: '=', values: text('杭州') }],
  ['city in ("杭州", "宁波")', { op: 'test', what: 'city', compare: 'in', values: text('杭州', '宁波') }],
  ['staff in team("城西店")', { op: 'test', what: 'staff', compare: 'team', values: text('城西店') }],
  ['tier("分层") = "核心"', { op: 'test', what: 'tier', name: '分层', compare: '=', values: text('核心') }],
  ['gender = female', { op: 'test', what: 'gender', compare: '=', values: [{ word: 'female' }] }],
  ['nickname contains "鱼"', { op: 'test', what: 'nickname', compare: 'contains', values: text('鱼') }],
  ['rfm.r >= 4', { op: 'test', what: 'rfm.r', compare: '>=', values: number(4) }],
  ['added in last 30d', { op: 'test', what: 'added', compare: 'within', in: last('30d') }],
  [
    'birthday in next 7d',
    { op: 'test', what: 'birthday', compare: 'within', in: { kind: 'next', length: '7d' } },
  ],
  [
    'added between 2026-01-01 and 2026-02-01',
    {
      op: 'test',
      what: 'added',
      compare: 'within',
      in: { kind: 'between', from: '2026-01-01', to: '2026-02-01' },
    },
  ],
  [
    'due("面霜") in next 7d',
    { op: 'test', what: 'due', name: '面霜', compare: 'within', in: { kind: 'next', length: '7d' } },
  ],
  [
    'not due("面霜") between 2026-01-01 and 2026-02-01',
    {
      op: 'not',
      items: [
        {
          op: 'test',
          what: 'due',
          name: '面霜',
          compare: 'within',
          in: { kind: 'between', from: '2026-01-01', to: '2026-02-01' },
        },
      ],
    },
  ],
  ['friend', { op: 'flag', what: 'friend' }],
  ['group("福利")', { op: 'group', values: text('福利') }],
  ['audience("好客")', { op: 'audience', name: '好客' }],
  ['ever(order, this month)', { op: 'ever', events: order, window: { kind: 'this', unit: 'month' } }],
  ['ever(order.kept)', { op: 'ever', events: { kind: 'order', kept: true } }],
  [
    'count(order, last 90d) >= 2',
    { op: 'test', measure: 'count', compare: '>=', events: order, window: last('90d'), values: number(2) },
  ],
  [
    'sum(order.amount, last 90d) >= 500.5',
    { op: 'test', measure: 'sum', compare: '>=', events: order, window: last('90d'), values: number(500.5) },
  ],
  [
    'days_since(last order) > 30',
    { op: 'test', measure: 'days_since_last', compare: '>', events: order, values: number(30) },
  ],
  [
    'seq(view -> click -> order.kept, within 7d, last 90d)',
    {
      op: 'seq',
      steps: [{ kind: 'view' }, { kind: 'click' }, { kind: 'order', kept: true }],
      within: '7d',
      window: last('90d'),
    },
  ],
  [
    'not seq(view -> order, within 12h)',
    { op: 'not', items: [{ op: 'seq', steps: [{ kind: 'view' }, order], within: '12h' }] },
  ],
  ['sample("双11-A", 12.5%)', { op: 'sample', name: '双11-A', values: [{ percent: '12.5' }] }],
  [
    'spend(last period) >= 1',
    { op: 'test', measure: 'spend', compare: '>=', window: last('period'), values: number(1) },
  ],
];

describe('rows and trees', () => {
  it.each(cases)('%s becomes a row and the same text again', (canonical, tree) => {
    const builder = fromTree(tree, canonical);
    expect(builder.items).toHaveLength(1);
    expect(builder.items[0]).not.toMatchObject({ row: { kind: 'text' } });
    expect(builderText(builder)).toBe(canonical);
  });

  it('reads "never" as "did not"', () => {
    const tree: Node = { op: 'never', events: { kind: 'coupon_claim' }, window: last('7d') };
    expect(builderText(fromTree(tree, 'never(coupon_claim, last 7d)'))).toBe(
      'not ever(coupon_claim, last 7d)',
    );
  });

  it('joins rows and boxes', () => {
    const parts = cases.slice(0, 3);
    const box: Node = { op: 'or', items: parts.map(([, tree]) => tree) };
    const boxText = parts.map(([one]) => one).join(' or ');
    const tree: Node = { op: 'and', items: [{ op: 'flag', what: 'friend' }, box] };
    const canonical = `friend and (${boxText})`;
    const builder = fromTree(tree, canonical);
    expect(builder.items[1]).toMatchObject({ join: 'or' });
    expect(builderText(builder)).toBe(canonical);
  });

  it('keeps what rows cannot say as text, in its place', () => {
    const seq = 'seq(view -> order where amount > 100, within 7d)';
    const where: Node = { op: 'test', what: 'amount', compare: '>', values: number(100) };
    const steps = [{ kind: 'view' }, { ...order, where }];
    const tree: Node = {
      op: 'and',
      items: [
        { op: 'seq', steps, within: '7d' },
        { op: 'flag', what: 'friend' },
      ],
    };
    const builder = fromTree(tree, `${seq} and friend`);
    expect(builder.items[0]).toEqual({ row: { kind: 'text', not: false, text: seq } });
    expect(builderText(builder)).toBe(`(${seq}) and friend`);
  });

  it('leaves out rows that are not finished', () => {
    expect(rowText({ kind: 'tag', not: false, names: [] })).toBeNull();
    expect(builderText(row({ kind: 'tier', not: false, model: 'x', names: [] }))).toBe('all');
    expect(builderText({ join: 'and', items: [{ join: 'or', rows: [] }] })).toBe('all');
  });
});

describe('splitting', () => {
  it('does not cut inside quotes, parentheses or between … and …', () => {
    expect(
      splitJoined('tag("a and b") and added between 2026-01-01 and 2026-02-01 and (x and y)', 'and'),
    ).toEqual(['tag("a and b")', 'added between 2026-01-01 and 2026-02-01', '(x and y)']);
    expect(splitJoined('tag("\\" or ") or friend', 'or')).toEqual(['tag("\\" or ")', 'friend']);
  });

  it('takes off only parentheses that enclose everything', () => {
    expect(stripParens('(a or (b))')).toBe('a or (b)');
    expect(stripParens('(a) or (b)')).toBe('(a) or (b)');
    expect(stripParens('(tag(")"))')).toBe('tag(")")');
  });
});

describe('completion', () => {
  it('knows what a quote names', () => {
    expect(contextAt('friend and tag("V')).toMatchObject({ kind: 'name', what: 'tag', prefix: 'V' });
    expect(contextAt('tag("a", "')).toMatchObject({ kind: 'name', what: 'tag', prefix: '' });
    expect(contextAt('staff in team("城')).toMatchObject({ what: 'team', prefix: '城' });
    expect(contextAt('city in ("杭州", "宁')).toMatchObject({ what: 'city', prefix: '宁' });
    expect(contextAt('city = "')).toMatchObject({ what: 'city' });
    expect(contextAt('tier("分')).toMatchObject({ what: 'tier_model' });
    expect(contextAt('tier("分层") = "核')).toMatchObject({ what: 'tier', model: '分层', prefix: '核' });
  });

  it('offers words elsewhere, nothing in numbers', () => {
    expect(contextAt('friend and cou')).toEqual({ kind: 'word', prefix: 'cou', start: 11 });
    expect(contextAt('age >= 1')).toBeNull();
    expect(contextAt('tag("VIP") ')).toBeNull();
  });
});
