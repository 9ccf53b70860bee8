import type { OutboxRow, OutboxState, WecomStatus } from '@/api/wecom';
import type { Tone } from '@/components/StatusTag';
import { addWords, type Key, type T } from '@/i18n/text';
import { syncEn } from '@/i18n/sync.en';
import { syncZh } from '@/i18n/sync.zh';
import { wecomEn } from '@/i18n/wecom.en';
import { wecomZh } from '@/i18n/wecom.zh';

addWords({ zh: { ...wecomZh, ...syncZh }, en: { ...wecomEn, ...syncEn } });

/** What WeCom calls an event, from the front: the longest that fits says it. */
const events: [string, Key][] = [
  ['change_contact/create_user', 'event_kind.staff_new'],
  ['change_contact/update_user', 'event_kind.staff_changed'],
  ['change_contact/delete_user', 'event_kind.staff_gone'],
  ['change_contact/', 'event_kind.department'],
  ['change_external_chat/create', 'event_kind.group_new'],
  ['change_external_chat/dismiss', 'event_kind.group_gone'],
  ['change_external_chat/', 'event_kind.group_changed'],
  ['change_external_contact/add_external_contact', 'event_kind.friend_new'],
  ['change_external_contact/add_half_external_contact', 'event_kind.friend_half'],
  ['change_external_contact/del_external_contact', 'event_kind.friend_removed'],
  ['change_external_contact/del_follow_user', 'event_kind.friend_left'],
  ['change_external_contact/transfer', 'event_kind.transfer'],
  ['change_external_contact/', 'event_kind.friend_changed'],
  ['change_external_tag/', 'event_kind.tags'],
  ['customer_acquisition/customer_start_chat', 'event_kind.link_friend'],
  ['customer_acquisition/friend_request', 'event_kind.link_friend'],
  ['customer_acquisition/balance', 'event_kind.quota'],
  ['customer_acquisition/quota', 'event_kind.quota'],
  ['customer_acquisition/', 'event_kind.link'],
  ['message/', 'event_kind.app'],
  ['click', 'event_kind.app'],
  ['enter_agent', 'event_kind.app'],
  ['subscribe', 'event_kind.app'],
  ['unsubscribe', 'event_kind.app'],
  ['template_card_event', 'event_kind.app'],
  ['view', 'event_kind.app'],
];

/** An event in plain words, by WeCom's name for it. */
export function eventKey(kind: string): Key {
  return events.find(([start]) => kind.startsWith(start))?.[1] ?? 'event_kind.unknown';
}

export const wishTones: Record<OutboxState, Tone> = {
  waiting: 'busy',
  done: 'good',
  dropped: 'quiet',
  unsure: 'warn',
  dead: 'bad',
};

const plain = [
  'tag_add',
  'tag_edit',
  'tag_delete',
  'tag_group_edit',
  'group_greeting_add',
  'group_greeting_edit',
  'group_greeting_delete',
] as const;

/** A wish towards WeCom as a sentence. */
export function wishText(row: OutboxRow, t: T): string {
  const gone = t('wish.gone');
  const names = {
    customer: row.customer?.name ?? t('wish.somebody'),
    staff: row.staff?.name ?? gone,
    tag: row.tag?.name ?? gone,
    group: row.group?.name ?? gone,
    code: row.greeted?.name ?? gone,
  };
  if (row.kind === 'mark_tag') {
    if (row.on === null) return t('wish.mark', names);
    return t(row.on ? 'wish.mark_on' : 'wish.mark_off', names);
  }
  const known = plain.find((kind) => kind === row.kind);
  return known ? t(`wish.${known}`, names) : t('wish.other', { kind: row.kind });
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Letters and digits that nobody can guess, each as likely as the others. */
export function randomText(length: number): string {
  const fair = Math.floor(256 / letters.length) * letters.length;
  let text = '';
  while (text.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length))) {
      if (byte < fair && text.length < length) text += letters[byte % letters.length] ?? '';
    }
  }
  return text;
}

/** Whether WeCom, out in the internet, has no chance of reaching this address. */
export function isPrivate(origin: string): boolean {
  const { protocol, hostname } = new URL(origin);
  const here = /^(localhost|127\.|10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|\[)/.test(hostname);
  return protocol !== 'https:' || here || !hostname.includes('.');
}

/** What is to be mended first of a callback that does not come; null: it comes. */
export function fixOf(status: WecomStatus): 'refused' | 'check' | 'received' | null {
  const came = Math.max(status.checked_s ?? 0, status.received_s ?? 0);
  if (status.refused_s !== null && status.refused_s > came) return 'refused';
  if (came === 0) return 'check';
  return status.received_s === null ? 'received' : null;
}
