// How customers come: contact ways, acquisition links, group join ways, each with its staff.
import { pick } from '../base/rng.ts';
import { membersOf } from './directory.ts';
import { addRelation } from './relation.ts';
import { createGroup, groupEvent, joinGroup } from './group.ts';
import type { ContactWay, Customer, Group, Link, Relation, Staff } from './types.ts';
import type { World } from './world.ts';

const LOW_QUOTA = 20;

/** Staff whom these users and departments name, and who can be added. */
export function reachable(world: World, users: string[], departments: number[]): Staff[] {
  const found = new Map<string, Staff>();
  for (const u of users) {
    const staff = world.member(u);
    if (staff) found.set(staff.userid, staff);
  }
  const below = departments.flatMap((d) => [...world.below(d)]);
  for (const staff of membersOf(world, below)) found.set(staff.userid, staff);
  return [...found.values()].filter(
    (s) => s.status === 1 && s.contact_right && world.relationsOf(s.userid).size < s.capacity,
  );
}

/** One of the staff, at random as the platform does; a friend already is kept. */
function choose(world: World, staff: Staff[], who: Customer): Staff | undefined {
  const friend = staff.find((s) => world.relation(s.userid, who.external_userid));
  if (friend || staff.length === 0) return friend;
  return pick(staff, world.seed, 'scan', world.count('scan'));
}

const texts = (v: unknown): string[] => (Array.isArray(v) ? v.map(String) : []);
const numbers = (v: unknown): number[] => (Array.isArray(v) ? v.map(Number) : []);

/** A customer scans a contact way. Without skip_verify they apply, and the staff must agree. */
export function scanContactWay(
  world: World,
  way: ContactWay,
  who: Customer,
  half: boolean,
): Relation | string {
  const { user, party, state, skip_verify, is_exclusive } = way.fields;
  let staff = reachable(world, texts(user), numbers(party));
  if (is_exclusive === true) {
    const own = staff.filter((s) => world.relation(s.userid, who.external_userid));
    if (own.length > 0) staff = own;
  }
  const chosen = choose(world, staff, who);
  if (!chosen) return 'nobody behind this code can be added';
  return addRelation(world, chosen, who, {
    state: String(state ?? ''),
    add_way: 1,
    half,
    apply: skip_verify === false && !half,
  });
}

/** A customer opens an acquisition link. One use of the quota is spent on each new friend. */
export function openLink(
  world: World,
  link: Link,
  who: Customer,
  channel: string,
  half: boolean,
): Relation | string {
  link.clicks.push(world.now());
  const chosen = choose(
    world,
    reachable(world, link.range.user_list, link.range.department_list),
    who,
  );
  if (!chosen) {
    linkEvent(world, 'link_unavailable', link);
    return 'nobody behind this link can be added';
  }
  const old = world.relation(chosen.userid, who.external_userid);
  if (old?.status === 'friend' && !old.customer_deleted) return old; // the chat opens, no use is spent
  if (!spendQuota(world)) return 'the quota is used up';
  const state = cut(channel, 64);
  const { external_userid } = who;
  const { userid } = chosen;
  link.customers.set(`${userid}|${external_userid}`, { userid, external_userid, state });
  const apply = !link.skip_verify && !half;
  if (apply) {
    const fields: [string, string][] = [
      ['LinkId', link.link_id],
      ['State', state],
    ];
    world.emit({ event: 'customer_acquisition', change: 'friend_request', fields });
  }
  return addRelation(world, chosen, who, { state, add_way: 16, half, apply, link });
}

export function linkEvent(world: World, change: string, link: Link): void {
  const fields: [string, string][] = [['LinkId', link.link_id]];
  world.emit({ event: 'customer_acquisition', change, fields });
}

/** The channel is cut at 64 bytes, at the border of a character. */
function cut(text: string, bytes: number): string {
  let kept = '';
  for (const c of text) {
    if (Buffer.byteLength(kept + c) > bytes) break;
    kept += c;
  }
  return kept;
}

function balance(world: World): number {
  const now = world.now();
  return world.quota.reduce((n, q) => n + (q.expire_date > now ? q.balance : 0), 0);
}

const quotaEvent = (world: World, change: string): void =>
  world.emit({ event: 'customer_acquisition', change, fields: [] });

function spendQuota(world: World): boolean {
  const first = world.quota.find((q) => q.expire_date > world.now() && q.balance > 0);
  if (!first) return false;
  first.balance--;
  const left = balance(world);
  if (left === 0) quotaEvent(world, 'balance_exhausted');
  else if (left === LOW_QUOTA - 1) quotaEvent(world, 'balance_low');
  return true;
}

/** The corp has that many uses from now on, as if the others had been spent; told as such. */
export function setQuota(world: World, uses: number, expire_date: number): void {
  const before = balance(world);
  for (const q of world.quota) q.balance = 0;
  world.quota.push({ expire_date, balance: uses, total: uses });
  if (uses === 0 && before > 0) quotaEvent(world, 'balance_exhausted');
  else if (uses > 0 && before === 0) quotaEvent(world, 'balance_increased');
  else if (uses < LOW_QUOTA && before >= LOW_QUOTA) quotaEvent(world, 'balance_low');
}

/** Uses bought: they lapse at `expire_date`, of which the corp is told 14, 7, 3, 2, 1 days before. */
export function buyQuota(world: World, uses: number, expire_date: number): void {
  const before = balance(world);
  const row = { expire_date, balance: uses, total: uses };
  world.quota.push(row);
  if (before === 0) quotaEvent(world, 'balance_increased');
  for (const days of [14, 7, 3, 2, 1]) {
    const at_s = expire_date - days * 86_400;
    if (at_s <= world.now()) continue;
    world.clock.at(at_s * 1000, () => {
      if (row.balance === 0) return;
      world.emit({
        event: 'customer_acquisition',
        change: 'quota_expire_soon',
        fields: [
          ['ExpireTime', expire_date],
          ['ExpireQuotaNum', row.balance],
        ],
      });
    });
  }
}

/** A customer scans a group join way: the first of its groups with room takes them. */
export function scanJoinWay(world: World, way: ContactWay, id: string): Group | string {
  const ids = texts(way.fields['chat_id_list']);
  let group = ids
    .map((c) => world.groups.get(c))
    .find((g) => g !== undefined && g.members.size < GROUP_MEMBERS);
  if (!group && way.fields['auto_create_room'] !== 0) group = nextRoom(world, way, ids);
  if (!group) return 'every group of this code is full';
  const state = String(way.fields['state'] ?? '');
  const member = { id, type: 2 as const, join_time: world.now(), join_scene: 3 as const };
  joinGroup(world, group, [state ? { ...member, state } : member]);
  return group;
}

export const GROUP_MEMBERS = 500;

function nextRoom(world: World, way: ContactWay, ids: string[]): Group | undefined {
  const last = world.groups.get(ids.at(-1) ?? '');
  if (!last) return undefined;
  const base = String(way.fields['room_base_name'] ?? last.name);
  const number = Number(way.fields['room_base_id'] ?? 1);
  way.fields['room_base_id'] = number + 1;
  const group = createGroup(world, last.owner, `${base}${number}`);
  way.fields['chat_id_list'] = [...ids, group.chat_id];
  groupEvent(world, group, 'create');
  return group;
}
