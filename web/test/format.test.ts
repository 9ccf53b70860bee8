import { describe, expect, it } from 'vitest';
import { makeFormat } from '@/i18n/format';

const zh = makeFormat('zh-CN', { zone: 'Asia/Shanghai', currency: 'CNY' });
const en = makeFormat('en-GB', { zone: 'Asia/Shanghai', currency: 'CNY' });

describe('formats', () => {
  it('show money from fen, with the currency of the corp', () => {
    expect(zh.money(123456)).toBe('¥1,234.56');
    expect(en.money(-50)).toBe('-¥0.50');
    expect(makeFormat('en-GB', { zone: 'UTC', currency: 'EUR' }).money(100)).toBe('€1.00');
    expect(zh.moneyShort(123456789)).toBe('¥123.5万');
  });

  it('show times in the zone of the corp, days in none', () => {
    expect(zh.time(1_795_300_000)).toBe('2026/11/22 06:26');
    expect(zh.date(1_795_300_000)).toBe('2026/11/22');
    expect(en.day('2026-11-21')).toBe('21 Nov 2026');
    expect(makeFormat('zh-CN', { zone: 'America/New_York', currency: 'CNY' }).day('2026-01-01')).toBe(
      '2026/01/01',
    );
  });

  it('show what is not known as a dash', () => {
    expect([zh.money(null), zh.number(undefined), zh.date(null), zh.percent(null)]).toEqual([
      '—',
      '—',
      '—',
      '—',
    ]);
  });

  it('show shares, sizes and lengths of time', () => {
    expect(en.percent(0.3974)).toBe('39.7%');
    expect(en.bytes(52_000_000)).toBe('52 MB');
    expect(en.bytes(0)).toBe('0 byte');
    expect(en.duration(3_725)).toBe('1 hr 2 mins');
    expect(en.duration(59)).toBe('59 secs');
    expect(en.duration(0)).toBe('0 secs');
    expect(zh.duration(86_400)).toBe('1天');
  });
});
