import { describe, expect, it } from 'vitest';
import type { OutboxRow, WecomStatus } from '@/api/wecom';
import { zh as commonZh } from '@/i18n/zh';
import { makeT } from '@/i18n/text';
import { eventKey, fixOf, isPrivate, randomText, wishText } from '@/pages/wecom/words';

const t = makeT(commonZh, 'zh-CN');

describe('an event', () => {
  it('is said in plain words by the longest name that fits', () => {
    expect(eventKey('change_external_contact/add_external_contact')).toBe('event_kind.friend_new');
    expect(eventKey('change_external_contact/add_half_external_contact')).toBe('event_kind.friend_half');
    expect(eventKey('change_external_contact/edit_external_contact')).toBe('event_kind.friend_changed');
    expect(eventKey('change_contact/create_party')).toBe('event_kind.department');
    expect(eventKey('customer_acquisition/balance_low')).toBe('event_kind.quota');
    expect(eventKey('never/heard/of')).toBe('event_kind.unknown');
  });
});

describe('a wish', () => {
  const row: OutboxRow = {
    id: '1',
    kind: 'mark_tag',
    key: 'relation:1',
    customer: { id: '2', name: '小**鱼' },
    staff: { id: '3', name: '安娜' },
    tag: { id: '4', name: '金卡' },
    group: null,
    greeted: null,
    on: true,
    state: 'dead',
    attempts: 1,
    made_s: 0,
    due_s: null,
    ended_s: 1,
    error: null,
  };
  it('is a sentence with names, as far as they are known', () => {
    expect(wishText(row, t)).toBe('给小**鱼打上标签“金卡”（安娜的好友）');
    expect(wishText({ ...row, on: false }, t)).toContain('取下小**鱼的标签');
    expect(wishText({ ...row, on: null, customer: null }, t)).toContain('改动一位客户的标签');
    expect(wishText({ ...row, kind: 'tag_delete', tag: null }, t)).toBe('删除标签“（已不存在）”');
    const greeted = { id: '5', name: '福利' };
    expect(wishText({ ...row, kind: 'group_greeting_add', tag: null, greeted }, t)).toBe(
      '新建“福利”的入群欢迎语',
    );
    expect(wishText({ ...row, kind: 'new_kind' }, t)).toContain('new_kind');
  });
});

describe('the callback', () => {
  const status = (change: Partial<WecomStatus>): WecomStatus => ({
    checked_s: null,
    received_s: null,
    refused_s: null,
    inbox_dead: 0,
    outbox_dead: 0,
    outbox_unsure: 0,
    welcomes_missed: 0,
    ...change,
  });
  it('says what is to be mended first', () => {
    expect(fixOf(status({}))).toBe('check');
    expect(fixOf(status({ refused_s: 5 }))).toBe('refused');
    expect(fixOf(status({ checked_s: 6, refused_s: 5 }))).toBe('received');
    expect(fixOf(status({ checked_s: 6, received_s: 7, refused_s: 8 }))).toBe('refused');
    expect(fixOf(status({ received_s: 7 }))).toBeNull();
  });
  it('cannot be reached at addresses that the internet does not know', () => {
    for (const near of [
      'http://koi.example.com',
      'https://127.0.0.1',
      'https://10.2.3.4',
      'https://koi',
      'https://172.20.1.1',
      'https://[::1]',
    ])
      // prettier-ignore
      expect(isPrivate(near), near).toBe(true);
    for (const far of ['https://koi.example.com', 'https://172.15.1.1', 'https://8.8.8.8'])
      expect(isPrivate(far), far).toBe(false);
  });
  it('has a key of letters and digits, each time another, all of them used', () => {
    const many = Array.from({ length: 200 }, () => randomText(43));
    for (const one of many) expect(one).toMatch(/^[A-Za-z0-9]{43}$/);
    expect(new Set(many).size).toBe(200);
    expect(new Set(many.join('')).size).toBe(62);
  });
});
