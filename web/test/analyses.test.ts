import { describe, expect, it } from 'vitest';
import { eventsText, listName, readSpec, savedName, writeSpec } from '@/lib/analyses/events';
import { windowBefore } from '@/lib/analyses/window';
import { xlsx } from '@/lib/xlsx';

describe('events in the address', () => {
  it.each([
    ['view', 'view'],
    ['view,click', 'view, click'],
    ['view,click where amount > 9', 'view where amount > 9, click where amount > 9'],
    ['order.kept', 'order.kept'],
    ['扫码"1', '"扫码\\"1"'],
  ])('%s is %s', (written, text) => {
    const spec = readSpec(written);
    expect(writeSpec(spec)).toBe(written);
    expect(eventsText(spec)).toBe(text);
  });

  it('are named with their condition', () => {
    const named = (text: string) => listName({ text, zh: '行为', en: 'events' }, 'en');
    expect(named('view, click')).toBe('events');
    expect(named('order where city in ("a", "b")')).toBe('events [city in ("a", "b")]');
    expect(named('view where amount > 9, click where amount > 9')).toBe('events [amount > 9]');
  });

  it('know a saved audience by its name alone', () => {
    expect(savedName('audience("a \\"b\\"")')).toBe('a "b"');
    expect(savedName('audience("a") and friend')).toBe(null);
    expect(savedName('')).toBe(null);
  });
});

describe('the period before', () => {
  const now = Date.parse('2026-03-15T04:30:00Z') / 1000; // 12:30 in Shanghai
  const before = (window: string) => windowBefore(window, now, 'Asia/Shanghai');

  it('of days that roll ends where they begin', () => {
    expect(before('last 7d')).toBe('between "2026-03-01 12:30:01" and "2026-03-08 12:30:00"');
  });

  it.each([
    ['today', 'between 2026-03-14 and 2026-03-14'],
    ['yesterday', 'between 2026-03-13 and 2026-03-13'],
    ['this week', 'between 2026-03-02 and 2026-03-08'],
    ['last week', 'between 2026-02-23 and 2026-03-01'],
    ['this month', 'between 2026-02-14 and 2026-02-28'],
    ['last month', 'between 2026-01-04 and 2026-01-31'],
    ['last year', 'between 2024-01-02 and 2024-12-31'],
    ['between 2026-01-11 and 2026-01-20', 'between 2026-01-01 and 2026-01-10'],
  ])('of %s is %s', (window, text) => expect(before(window)).toBe(text));

  it('is not known without a beginning', () => {
    expect(before('')).toBe(null);
    expect(before('since 2026-01-01')).toBe(null);
  });
});

describe('a spreadsheet', () => {
  it('holds texts as texts and numbers as numbers', async () => {
    const columns = [
      { title: '步骤', kind: 'text' },
      { title: 'Share', kind: 'percent' },
    ] as const;
    const blob = xlsx(
      [...columns],
      [
        ['=1+1 <a> & b\u0001', 0.25],
        ['x', null],
      ],
    );
    const text = new TextDecoder().decode(await blob.arrayBuffer());
    expect(text.startsWith('PK')).toBe(true);
    expect(text).toContain('<t xml:space="preserve">=1+1 &lt;a&gt; &amp; b</t>');
    expect(text).toContain('<c r="B2" s="1"><v>0.25</v></c>');
    expect(text).not.toContain('<f>');
  });
});
