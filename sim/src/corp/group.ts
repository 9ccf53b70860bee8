// Customer groups: members come and go, each change makes a new member version.
import { hex } from '../base/rng.ts';
import { greet } from './greeting.ts';
import type { Group, Member } from './types.ts';
import type { World } from './world.ts';

const version = (world: World, group: Group): string =>
  hex(32, world.seed, 'members', group.chat_id, group.changes);

export function createGroup(world: World, owner: string, name: string): Group {
  const group: Group = {
    chat_id: world.id('wr'),
    opengid: world.id('og', 28),
    name,
    notice: '',
    owner,
    admins: [],
    create_time: world.now(),
    members: new Map(),
    changes: 0,
    member_version: '',
    status: 0,
    moved_s: [],
  };
  group.members.set(owner, { id: owner, type: 1, join_time: world.now(), join_scene: 1 });
  group.member_version = version(world, group);
  world.groups.set(group.chat_id, group);
  return group;
}

export function groupEvent(world: World, group: Group, change: string): void {
  world.emit({ event: 'change_external_chat', change, fields: [['ChatId', group.chat_id]] });
}

/** A change without members: change_owner, change_name, change_notice. */
export function groupUpdated(world: World, group: Group, detail: string): void {
  world.emit({
    event: 'change_external_chat',
    change: 'update',
    fields: [
      ['ChatId', group.chat_id],
      ['UpdateDetail', detail],
    ],
  });
}

export function joinGroup(world: World, group: Group, members: Member[]): void {
  const fresh = members.filter((m) => !group.members.has(m.id));
  if (fresh.length === 0) return;
  for (const m of fresh) group.members.set(m.id, m);
  membersChanged(
    world,
    group,
    'add_member',
    fresh.map((m) => m.id),
    fresh[0]?.join_scene ?? 0,
    0,
  );
  greet(world, group, fresh);
}

/** `scene`: 0 left, 1 removed. */
export function leaveGroup(world: World, group: Group, ids: string[], scene: 0 | 1): void {
  const gone = ids.filter((id) => group.members.delete(id));
  if (gone.length > 0) membersChanged(world, group, 'del_member', gone, 0, scene);
}

function membersChanged(
  world: World,
  group: Group,
  detail: string,
  ids: string[],
  join: number,
  quit: number,
): void {
  const last = group.member_version;
  group.changes++;
  group.member_version = version(world, group);
  world.emit({
    event: 'change_external_chat',
    change: 'update',
    fields: [
      ['ChatId', group.chat_id],
      ['UpdateDetail', detail],
      ['JoinScene', join],
      ['QuitScene', quit],
      ['MemChangeCnt', ids.length],
      ['MemChangeList', { items: ids }],
      ['LastMemVer', last],
      ['CurMemVer', group.member_version],
    ],
  });
}

export function dismissGroup(world: World, group: Group): void {
  world.groups.delete(group.chat_id);
  groupEvent(world, group, 'dismiss');
}
