// Customers with staff: added, half-added, confirmed, remarked, deleted from either side.
import type { CallbackEvent, Customer, Link, Relation, Staff } from './types.ts';
import { pair, type World } from './world.ts';

const WELCOME_MS = 20_000;

type EventField = CallbackEvent['fields'][number];

export function contactEvent(world: World, change: string, ...fields: EventField[]): void {
  world.emit({ event: 'change_external_contact', change, fields });
}

export const pairFields = (r: Relation): EventField[] => [
  ['UserID', r.userid],
  ['ExternalUserID', r.external_userid],
];

export interface AddOptions {
  state?: string;
  add_way?: number;
  half?: boolean; // skip-verify: the staff member has yet to confirm
  apply?: boolean; // the staff member must agree first
  by_staff?: boolean; // the staff member asked
  link?: Link;
  welcome?: boolean; // false: an administrator's welcome is configured, no code is given
}

/** The customer and the staff member become friends (or half, or the customer applies). */
export function addRelation(world: World, staff: Staff, who: Customer, o: AddOptions): Relation {
  const old = world.relation(staff.userid, who.external_userid);
  const relation: Relation = {
    userid: staff.userid,
    external_userid: who.external_userid,
    status: o.half ? 'half' : 'friend',
    customer_deleted: false,
    createtime: world.now(),
    add_way: o.add_way ?? 1,
    state: o.state ?? '',
    oper_userid: o.by_staff ? staff.userid : who.external_userid,
    remark: old?.remark ?? who.name,
    description: old?.description ?? '',
    remark_company: old?.remark_company ?? '',
    remark_mobiles: old?.remark_mobiles ?? [],
    tags: old?.tags ?? [],
    personal_tags: old?.personal_tags ?? [],
    chats: 0,
    last_chat_s: 0,
  };
  if (o.link) relation.link_id = o.link.link_id;
  world.behaviorOf(staff.userid).new_apply_cnt += o.by_staff ? 1 : 0;
  if (o.apply) {
    world.requests.set(pair(staff.userid, who.external_userid), relation);
    return relation;
  }
  world.put(relation);
  if (!o.half) world.behaviorOf(staff.userid).new_contact_cnt++;
  const code = o.welcome === false || who.type === 2 ? undefined : issueWelcome(world, relation);
  announce(world, relation, o.half ? 'add_half_external_contact' : 'add_external_contact', code);
  return relation;
}

/** The staff member confirms a half-added customer, or agrees to one who applied. */
export function confirmRelation(world: World, userid: string, external: string): Relation | string {
  const key = pair(userid, external);
  const asked = world.requests.get(key);
  const relation = asked ?? world.relation(userid, external);
  if (!relation || (!asked && relation.status !== 'half')) return 'nothing to confirm';
  if (!asked && relation.customer_deleted) return 'they have deleted the staff member';
  world.requests.delete(key);
  relation.status = 'friend';
  if (asked) relation.createtime = world.now();
  world.put(relation);
  world.behaviorOf(relation.userid).new_contact_cnt++;
  // The half event's code was the only one; who applied gets theirs now.
  const chatty = world.customers.get(external)?.type === 1;
  announce(
    world,
    relation,
    'add_external_contact',
    asked && chatty ? issueWelcome(world, relation) : undefined,
  );
  return relation;
}

function announce(world: World, relation: Relation, change: string, code?: string): void {
  const fields = pairFields(relation);
  if (relation.state) fields.push(['State', relation.state]);
  if (code) fields.push(['WelcomeCode', code]);
  contactEvent(world, change, ...fields);
}

function issueWelcome(world: World, relation: Relation): string {
  const code = world.id('CALLBACK_', 52);
  const { userid, external_userid } = relation;
  const issued_ms = world.clock.ms();
  world.welcomes.set(code, { code, userid, external_userid, issued_ms, closed: false });
  return code;
}

/** What send_welcome_msg answers for a code: 0, 41050 or 41051. */
export function useWelcome(world: World, code: string, sent: Record<string, unknown>): number {
  const row = world.welcomes.get(code);
  if (!row || world.clock.ms() - row.issued_ms > WELCOME_MS) return 41050;
  const chatted = world.relation(row.userid, row.external_userid)?.last_chat_s ?? 0;
  if (row.closed || chatted > 0) return 41051;
  row.closed = true;
  row.sent = sent;
  world.journal.add('api', 'welcome', { userid: row.userid, external_userid: row.external_userid });
  return 0;
}

/** The customer deletes the staff member: the row stays, marked. */
export function customerDeletes(world: World, relation: Relation): void {
  relation.customer_deleted = true;
  world.behaviorOf(relation.userid).negative_feedback_cnt++;
  contactEvent(world, 'del_follow_user', ...pairFields(relation));
}

/** The staff member deletes the customer: the relation is gone. */
export function staffDeletes(world: World, relation: Relation): void {
  world.drop(relation);
  contactEvent(world, 'del_external_contact', ...pairFields(relation));
}

/** The staff member changed something in the client. */
export function edited(world: World, relation: Relation): void {
  const fields = pairFields(relation);
  if (relation.state) fields.push(['State', relation.state]);
  contactEvent(world, 'edit_external_contact', ...fields);
}

/** Messages between the two; the first ends the chance of a welcome. */
export function chat(world: World, r: Relation, from: 'customer' | 'staff', n: number): void {
  const day = world.behaviorOf(r.userid);
  if (from === 'staff') {
    day.message_cnt += n;
    if (r.last_chat_s < world.now() - 86_400) day.chat_cnt++;
    if (r.chats > 0) day.replies++;
  }
  const before = r.chats;
  if (from === 'customer') r.chats += n;
  r.last_chat_s = world.now();
  const link = r.link_id === undefined ? undefined : world.links.get(r.link_id);
  if (!link || from !== 'customer') return;
  if (before === 0 && world.customers.get(r.external_userid)?.type === 1) {
    world.emit({
      event: 'customer_acquisition',
      change: 'customer_start_chat',
      fields: [...pairFields(r), ['LinkId', link.link_id]],
    });
  }
  for (const mark of [3, 5, 10]) {
    if (before >= mark || r.chats < mark) continue;
    const key = world.id('CHATKEY', 40);
    world.chatKeys.set(key, { relation: r, at_ms: world.clock.ms() });
    world.emit({
      event: 'customer_acquisition',
      change: 'message_from_customer',
      fields: [
        ['LinkId', link.link_id],
        ['ChatKey', key],
      ],
    });
  }
}
