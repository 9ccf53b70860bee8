// What happens to customer groups and to the tag library by hand.
import { flag, int, list, need, text } from '../api/field.ts';
import { scanJoinWay } from '../corp/acquire.ts';
import {
  createGroup,
  dismissGroup,
  groupEvent,
  groupUpdated,
  joinGroup,
  leaveGroup,
} from '../corp/group.ts';
import { dropTemplate, pickTemplate } from '../corp/greeting.ts';
import { makeCustomer } from '../corp/seed.ts';
import { addGroup, addTag, dropGroup, dropTag, shuffled, tagEvent } from '../corp/tag.ts';
import type { Member } from '../corp/types.ts';
import { type Act, type ControlRow, done, groupOf, impossible, staffOf } from './row.ts';

const chat_id = need(text());
const scenes = [1, 2, 3] as const;

function memberRows(a: Act): Member[] {
  const scene = scenes.find((s) => s === a.args.int('join_scene', 1)) ?? 1;
  return a.args.texts('members').map((id) => {
    const staff = a.world.member(id);
    if (!staff && !a.world.customers.has(id)) impossible(`nobody is ${id}`);
    return {
      id: staff?.userid ?? id,
      type: staff ? 1 : 2,
      join_time: a.world.now(),
      join_scene: scene,
      ...(scene === 1 ? { invitor: groupOf(a).owner } : {}),
    };
  });
}

export const groupRows: ControlRow[] = [
  {
    path: 'group/create',
    method: 'POST',
    help: 'a staff member makes a customer group',
    fields: { owner: need(text()), name: text() },
    run: (a) => {
      const group = createGroup(a.world, staffOf(a, 'owner').userid, a.args.text('name'));
      groupEvent(a.world, group, 'create');
      return { chat_id: group.chat_id };
    },
  },
  {
    path: 'group/join',
    method: 'POST',
    help: 'customers and staff join a group; scene 1 invited, 2 by link, 3 by code',
    fields: { chat_id, members: need(list(text(), { min: 1 })), join_scene: int({ of: scenes }) },
    run: (a) => {
      joinGroup(a.world, groupOf(a), memberRows(a));
      return { member_version: groupOf(a).member_version };
    },
  },
  {
    path: 'group/scan',
    method: 'POST',
    help: 'a customer (or a new one) scans a group join way',
    fields: { config_id: need(text()), external_userid: text() },
    run: ({ world, args }) => {
      const way = world.joinWays.get(args.text('config_id')) ?? impossible('no such join way');
      const id = args.text('external_userid') || makeCustomer(world).external_userid;
      if (!world.customers.has(id)) impossible('no such customer');
      return { chat_id: done(scanJoinWay(world, way, id)).chat_id, external_userid: id };
    },
  },
  {
    path: 'group/leave',
    method: 'POST',
    help: 'members leave a group, or are removed',
    fields: { chat_id, members: need(list(text(), { min: 1 })), removed: flag() },
    run: (a) => {
      leaveGroup(a.world, groupOf(a), a.args.texts('members'), a.args.bool('removed') ? 1 : 0);
      return { member_version: groupOf(a).member_version };
    },
  },
  {
    path: 'group/set',
    method: 'POST',
    help: 'name, notice or owner of a group are changed in the client',
    fields: { chat_id, name: text(), notice: text(), owner: text() },
    run: (a) => {
      const g = groupOf(a);
      const { args, world } = a;
      if (args.has('name')) {
        g.name = args.text('name');
        groupUpdated(world, g, 'change_name');
      }
      if (args.has('notice')) {
        g.notice = args.text('notice');
        groupUpdated(world, g, 'change_notice');
      }
      if (args.has('owner')) {
        g.owner = staffOf(a, 'owner').userid;
        groupUpdated(world, g, 'change_owner');
      }
      return {};
    },
  },
  {
    path: 'group/pick_template',
    method: 'POST',
    help: 'the owner picks a group welcome template for the group, or none with an empty one',
    fields: { chat_id, template_id: text() },
    run: (a) => {
      const id = a.args.text('template_id');
      if (id !== '' && !a.world.templates.has(id)) impossible('no such template');
      pickTemplate(a.world, groupOf(a).chat_id, id);
      return {};
    },
  },
  {
    path: 'template/delete',
    method: 'POST',
    help: 'an administrator deletes a group welcome template, whoever made it',
    fields: { template_id: need(text()) },
    run: ({ world, args }) => {
      if (!world.templates.has(args.text('template_id'))) impossible('no such template');
      dropTemplate(world, args.text('template_id'));
      return {};
    },
  },
  {
    path: 'group/dismiss',
    method: 'POST',
    help: 'the group is dismissed',
    fields: { chat_id },
    run: (a) => {
      dismissGroup(a.world, groupOf(a));
      return {};
    },
  },
];

/** A tag or a group of tags by id. */
function tagRow(a: Act) {
  const id = a.args.text('id');
  const group = a.world.tagGroups.get(id);
  if (group) return { row: group, kind: 'tag_group' as const, group };
  const holder = a.world.tagOf.get(id) ?? impossible('no such tag');
  return {
    row: holder.tags.get(id) ?? impossible('no such tag'),
    kind: 'tag' as const,
    group: holder,
  };
}

export const tagRows: ControlRow[] = [
  {
    path: 'tag/create',
    method: 'POST',
    help: 'an administrator adds tags to a group, or makes the group',
    fields: { group_id: text(), group_name: text({ chars: 30 }), names: need(list(text())) },
    run: ({ world, args }) => {
      let group = world.tagGroups.get(args.text('group_id'));
      if (!group) {
        group = addGroup(world, args.text('group_name') || impossible('group_name'), 0, 0);
        tagEvent(world, 'create', group.id, 'tag_group');
      }
      const target = group;
      const made = args.texts('names').map((name) => addTag(world, target, { name }));
      for (const tag of made) tagEvent(world, 'create', tag.id, 'tag');
      return { group_id: target.id, tag_id: made.map((t) => t.id) };
    },
  },
  {
    path: 'tag/rename',
    method: 'POST',
    help: 'a tag or a group of tags gets another name',
    fields: { id: need(text()), name: need(text({ chars: 30 })) },
    run: (a) => {
      const { row, kind } = tagRow(a);
      row.name = a.args.text('name');
      tagEvent(a.world, 'update', row.id, kind);
      return {};
    },
  },
  {
    path: 'tag/delete',
    method: 'POST',
    help: 'a tag, or a group with its tags, is deleted; of a group one event tells',
    fields: { id: need(text()) },
    run: (a) => {
      const { row, kind, group } = tagRow(a);
      if (kind === 'tag') dropTag(a.world, row.id);
      else dropGroup(a.world, group);
      tagEvent(a.world, 'delete', row.id, kind);
      return {};
    },
  },
  {
    path: 'tag/shuffle',
    method: 'POST',
    help: 'the tags of a group (or of all) are put in another order',
    fields: { group_id: text() },
    run: ({ world, args }) => {
      const id = args.text('group_id');
      const groups = id ? [world.tagGroups.get(id)] : [...world.tagGroups.values()];
      for (const g of groups) {
        const tags = [...(g ?? impossible('no such group')).tags.values()];
        for (const [n, tag] of tags.entries()) tag.order = n + 1;
      }
      shuffled(world, id);
      return {};
    },
  },
];
