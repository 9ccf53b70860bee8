// Contact ways, groups, group join ways and group welcome templates: wecom-api.md §10 and §11.
import { membersOf } from '../../corp/directory.ts';
import { dropTemplate } from '../../corp/greeting.ts';
import type { ContactWay, Group } from '../../corp/types.ts';
import { Args } from '../args.ts';
import { type Call, contact, type Endpoint } from '../endpoint.ts';
import { refuse } from '../errors.ts';
import { any, flag, int, list, need, shape, text } from '../field.ts';
import { contactWay, joinWay, templateParts } from '../limits.ts';
import { pictureOf } from '../picture.ts';
import { followers, member, relation, server } from '../who.ts';
import { checkMedia } from './media.ts';

const config_id = need(text(), 41044);
const DAYS_90 = 90 * 86_400;
const FIRST_LISTED_S = 1_625_846_400; // 2021-07-10
const OWNERS = 1000;
const TEMPLATES = 100;

/** Users and departments of a way: one for the single type, at most 100 people otherwise. */
function checkPeople(call: Call, type: number, args: Args): void {
  const users = args.texts('user').map((u) => server(call, u.trim()).userid);
  const parties = args.ints('party');
  for (const p of parties) if (!call.world.departments.has(p)) refuse(60123);
  if (type === 1 && (users.length !== 1 || parties.length > 0)) refuse(41041);
  const people = new Set(users);
  for (const d of parties) {
    for (const s of membersOf(call.world, call.world.below(d))) people.add(s.userid);
  }
  if (people.size === 0 || people.size > 100) refuse(41041);
}

function quotaLeft(call: Call): void {
  const used = call.world.contactWays.size + call.world.joinWays.size;
  if (used >= call.sim.limits.contact_ways) refuse(41045);
}

const wayOf = (call: Call, ways: Map<string, ContactWay>): ContactWay =>
  ways.get(call.args.text('config_id')) ?? refuse(41044);

export const contactWayRows: Endpoint[] = [
  {
    path: 'externalcontact/add_contact_way',
    method: 'POST',
    secrets: contact,
    writes: true,
    fields: {
      type: need(int({ of: [1, 2] })),
      scene: need(int({ of: [1, 2] })),
      is_temp: flag(),
      is_exclusive: flag(),
      ...contactWay,
    },
    reply: { config_id: need(text()), qr_code: text() },
    run: (call) => {
      const { world, args } = call;
      checkPeople(call, args.int('type'), args);
      if (!args.bool('is_temp')) quotaLeft(call);
      const id = world.id('', 32).toLowerCase();
      const fields = { skip_verify: true, ...args.raw };
      world.contactWays.set(id, { config_id: id, create_time: world.now(), fields });
      return args.int('scene') === 2
        ? { config_id: id, qr_code: pictureOf(world, id) }
        : { config_id: id };
    },
  },
  {
    path: 'externalcontact/get_contact_way',
    method: 'POST',
    secrets: contact,
    fields: { config_id },
    reply: { contact_way: need(any()) },
    run: (call) => {
      const way = wayOf(call, call.world.contactWays);
      const own = { config_id: way.config_id, user: [], party: [], ...way.fields };
      const scene2 = way.fields['scene'] === 2;
      return {
        contact_way: scene2 ? { ...own, qr_code: pictureOf(call.world, way.config_id) } : own,
      };
    },
  },
  {
    path: 'externalcontact/list_contact_way',
    method: 'POST',
    secrets: contact,
    fields: { start_time: int(), end_time: int() },
    page: { name: 'limit', max: 1000, usual: 100, over: 'error' },
    reply: { contact_way: list(shape({ config_id: need(text()) })), next_cursor: text() },
    run: ({ world, args, page }) => {
      const from = Math.max(FIRST_LISTED_S, args.int('start_time', world.now() - DAYS_90));
      const to = args.int('end_time', world.now());
      const inside = (w: ContactWay): boolean =>
        w.create_time >= from && w.create_time <= to && w.fields['is_temp'] !== true;
      const { rows, next } = page(
        () => [...world.contactWays.values()].filter(inside).map((w) => w.config_id),
        (id) => world.contactWays.get(id) && { config_id: id },
      );
      return { contact_way: rows, next_cursor: next };
    },
  },
  {
    path: 'externalcontact/update_contact_way',
    method: 'POST',
    secrets: contact,
    writes: true,
    fields: { config_id, ...contactWay },
    reply: {},
    run: (call) => {
      const way = wayOf(call, call.world.contactWays);
      const change = call.args.without('config_id');
      if ('user' in change || 'party' in change) {
        checkPeople(call, Number(way.fields['type']), call.args);
      }
      way.fields = { ...way.fields, ...change };
      return {};
    },
  },
  {
    path: 'externalcontact/del_contact_way',
    method: 'POST',
    secrets: contact,
    writes: true,
    fields: { config_id },
    reply: {},
    run: (call) => {
      call.world.contactWays.delete(wayOf(call, call.world.contactWays).config_id);
      return {};
    },
  },
  {
    path: 'externalcontact/close_temp_chat',
    method: 'POST',
    secrets: contact,
    writes: true,
    fields: { userid: need(text(), 40003), external_userid: need(text(), 41035) },
    reply: {},
    run: (call) => {
      relation(call, call.args.text('userid'), call.args.text('external_userid'));
      return {};
    },
  },
];

/** A group whose owner the app can see. */
function groupOf(call: Call): Group {
  const group = call.world.groups.get(call.args.text('chat_id'));
  if (!group) refuse(40050);
  const owner = call.world.staff.get(group.owner.toLowerCase());
  if (owner?.status !== 5) member(call, group.owner);
  return group;
}

function groupDetail(call: Call): object {
  const g = groupOf(call);
  const { world } = call;
  const named = call.args.int('need_name') === 1;
  const member_list = [...g.members.values()].map((m) => {
    const customer = world.customers.get(m.id);
    const name = customer?.name ?? world.staff.get(m.id.toLowerCase())?.name ?? '';
    return {
      userid: m.id,
      type: m.type,
      ...(customer?.unionid ? { unionid: customer.unionid } : {}),
      join_time: m.join_time,
      join_scene: m.join_scene,
      ...(m.invitor ? { invitor: { userid: m.invitor } } : {}),
      group_nickname: '',
      ...(named ? { name } : {}),
      ...(m.state ? { state: m.state } : {}),
    };
  });
  return {
    group_chat: {
      chat_id: g.chat_id,
      name: g.name,
      owner: g.owner,
      create_time: g.create_time,
      notice: g.notice,
      member_list,
      admin_list: g.admins.map((userid) => ({ userid })),
      member_version: g.member_version,
    },
  };
}

const memberFields = shape({
  userid: need(text()),
  type: need(int({ of: [1, 2] })),
  unionid: text(),
  join_time: int(),
  join_scene: int(),
  invitor: shape({ userid: text() }),
  group_nickname: text(),
  name: text(),
  state: text(),
});

export const groupRows: Endpoint[] = [
  {
    path: 'externalcontact/groupchat/list',
    method: 'POST',
    secrets: contact,
    fields: {
      status_filter: int({ of: [0, 1, 2, 3] }),
      owner_filter: shape({ userid_list: list(text(), { max: 100, code: 40032 }) }),
    },
    page: { name: 'limit', max: 1000, usual: 1000, over: 'error', need: true },
    reply: {
      group_chat_list: list(shape({ chat_id: text(), status: int() })),
      next_cursor: text(),
    },
    run: (call) => {
      const { world, args } = call;
      const asked = args.shape('owner_filter').texts('userid_list');
      const visible = asked.length > 0 ? asked : followers(call).map((s) => s.userid);
      if (visible.length > OWNERS) refuse(81017);
      const owners = new Set(visible.map((u) => u.trim().toLowerCase()));
      const status = args.int('status_filter');
      const left = (g: Group): boolean =>
        asked.length === 0 && world.staff.get(g.owner.toLowerCase())?.status === 5;
      const inside = (g: Group): boolean =>
        (owners.has(g.owner.toLowerCase()) || left(g)) && (status === 0 || g.status === status);
      const { rows, next } = call.page(
        () => [...world.groups.values()].filter(inside).map((g) => g.chat_id),
        (chat_id) => {
          const g = world.groups.get(chat_id);
          return g && { chat_id, status: g.status };
        },
      );
      return { group_chat_list: rows, next_cursor: next };
    },
  },
  {
    path: 'externalcontact/groupchat/get',
    method: 'POST',
    secrets: contact,
    fields: { chat_id: need(text(), 40050), need_name: int({ of: [0, 1] }) },
    reply: {
      group_chat: shape({
        chat_id: need(text()),
        name: text(), // empty for a group without a name
        owner: need(text()),
        create_time: int(),
        notice: text(),
        member_list: list(memberFields),
        admin_list: list(shape({ userid: text() })),
        member_version: need(text()),
      }),
    },
    run: groupDetail,
  },
  {
    path: 'externalcontact/groupchat/add_join_way',
    method: 'POST',
    secrets: contact,
    writes: true,
    fields: joinWay,
    reply: { config_id: need(text()) },
    run: (call) => {
      quotaLeft(call);
      const id = call.world.id('', 32).toLowerCase();
      const fields = joinFields(call);
      call.world.joinWays.set(id, { config_id: id, create_time: call.world.now(), fields });
      return { config_id: id };
    },
  },
  {
    path: 'externalcontact/groupchat/get_join_way',
    method: 'POST',
    secrets: contact,
    fields: { config_id },
    reply: { join_way: need(any()) },
    run: (call) => {
      const way = wayOf(call, call.world.joinWays);
      const id = way.config_id;
      return {
        join_way: { config_id: id, qr_code: pictureOf(call.world, id), ...way.fields },
      };
    },
  },
  {
    path: 'externalcontact/groupchat/update_join_way',
    method: 'POST',
    secrets: contact,
    writes: true,
    fields: { config_id, ...joinWay },
    reply: {},
    run: (call) => {
      const way = wayOf(call, call.world.joinWays);
      way.fields = joinFields(call);
      return {};
    },
  },
  {
    path: 'externalcontact/groupchat/del_join_way',
    method: 'POST',
    secrets: contact,
    writes: true,
    fields: { config_id },
    reply: {},
    run: (call) => {
      call.world.joinWays.delete(wayOf(call, call.world.joinWays).config_id);
      return {};
    },
  },
];

/** The fields of a join way as they are kept: the remark cut, rooms made unless told. */
function joinFields(call: Call): Record<string, unknown> {
  const fields = call.args.without('config_id');
  for (const id of call.args.texts('chat_id_list')) {
    if (!call.world.groups.has(id)) refuse(40050, id);
  }
  const remark = [...call.args.text('remark')].slice(0, 30).join('');
  return { auto_create_room: 1, ...fields, remark };
}

const templateAttachments = ['image', 'link', 'miniprogram', 'file', 'video'];

/** Something is said, with one attachment at most, and its media is alive at that moment; a template
 * that stands keeps what it was made with. */
function checkTemplate(call: Call): void {
  const attached = templateAttachments.filter((kind) => call.args.has(kind)).length;
  const said = call.args.shape('text').text('content') !== '';
  if (!said && attached === 0) refuse(40063, 'text');
  if (attached > 1) refuse(41064);
  checkMedia(call, [call.args], 'message');
}

function templateOf(call: Call) {
  const found = call.world.templates.get(call.args.text('template_id'));
  if (!found) refuse(40058, 'template_id');
  return found;
}

export const templateRows: Endpoint[] = [
  {
    path: 'externalcontact/group_welcome_template/add',
    method: 'POST',
    secrets: contact,
    writes: true,
    fields: { ...templateParts, agentid: int(), notify: int({ of: [0, 1] }) },
    reply: { template_id: need(text()) },
    run: (call) => {
      const { world, args, app } = call;
      checkTemplate(call);
      if (world.templates.size >= TEMPLATES) refuse(41055);
      const template_id = world.id('msg', 32);
      world.templates.set(template_id, { agentid: app.agentid, fields: args.raw });
      return { template_id };
    },
  },
  {
    path: 'externalcontact/group_welcome_template/edit',
    method: 'POST',
    secrets: contact,
    writes: true,
    fields: { template_id: need(text()), ...templateParts, agentid: int() },
    reply: {},
    run: (call) => {
      const row = templateOf(call);
      if (row.agentid !== call.app.agentid) refuse(60011);
      checkTemplate(call);
      row.fields = call.args.without('template_id');
      return {};
    },
  },
  {
    path: 'externalcontact/group_welcome_template/get',
    method: 'POST',
    secrets: contact,
    fields: { template_id: need(text()) },
    reply: templateParts,
    run: (call) => {
      return new Args(templateOf(call).fields).without('agentid', 'notify');
    },
  },
  {
    path: 'externalcontact/group_welcome_template/del',
    method: 'POST',
    secrets: contact,
    writes: true,
    fields: { template_id: need(text()), agentid: int() },
    reply: {},
    run: (call) => {
      if (templateOf(call).agentid !== call.app.agentid) refuse(60011);
      dropTemplate(call.world, call.args.text('template_id'));
      return {};
    },
  },
];
