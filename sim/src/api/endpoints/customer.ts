// Customers, their relations and corp tags: wecom-api.md §7 and §8.
import { pair } from '../../corp/world.ts';
import {
  addGroup,
  addTag,
  dropGroup,
  dropTag,
  LIBRARY_TAGS,
  TAGS_ON_CUSTOMER,
} from '../../corp/tag.ts';
import type { Customer, Relation, Tag, TagGroup } from '../../corp/types.ts';
import { type Call, contact, type Endpoint } from '../endpoint.ts';
import { refuse } from '../errors.ts';
import { any, type Fields, int, list, need, shape, text } from '../field.ts';
import { followers, member, relation } from '../who.ts';

const userid = need(text({ bytes: 64 }), 40003);
const external = need(text({ bytes: 64 }), 41035);
const FOLLOWERS = 500;

const customerFields = shape({
  external_userid: need(text()),
  name: text(),
  position: text(),
  avatar: text(),
  corp_name: text(),
  corp_full_name: text(),
  type: int({ of: [1, 2] }),
  gender: int({ of: [0, 1, 2] }),
  unionid: text(),
  external_profile: any(),
});
const followFields: Fields = {
  userid: need(text()),
  remark: text(),
  description: text(),
  createtime: need(int()),
  remark_corp_name: text(),
  remark_mobiles: list(text()),
  oper_userid: text(),
  add_way: int(),
  state: text(),
};

function customerRow(c: Customer) {
  const row = { ...c } as Partial<Customer>;
  delete row.openid;
  return row;
}

function followRow(r: Relation) {
  return {
    userid: r.userid,
    remark: r.remark,
    description: r.description,
    createtime: r.createtime,
    ...(r.remark_company ? { remark_corp_name: r.remark_company } : {}),
    remark_mobiles: r.remark_mobiles,
    oper_userid: r.oper_userid,
    add_way: r.add_way,
    ...(r.state ? { state: r.state } : {}),
  };
}

function tagsWithNames(call: Call, r: Relation) {
  const corp = r.tags.flatMap((id) => {
    const group = call.world.tagOf.get(id);
    const tag = group?.tags.get(id);
    if (!group || !tag) return [];
    return [{ group_name: group.name, tag_name: tag.name, tag_id: id, type: 1 }];
  });
  return [...corp, ...r.personal_tags.map((tag_name) => ({ group_name: '', tag_name, type: 2 }))];
}

export const customerRows: Endpoint[] = [
  {
    path: 'externalcontact/get_follow_user_list',
    method: 'GET',
    secrets: contact,
    fields: {},
    reply: { follow_user: list(text()) },
    run: (call) => ({ follow_user: followers(call).map((s) => s.userid) }),
  },
  {
    path: 'externalcontact/list',
    method: 'GET',
    secrets: contact,
    fields: { userid },
    reply: { external_userid: list(text()) },
    run: (call) => {
      const staff = member(call, call.args.text('userid'));
      if (!staff.contact_right) refuse(84074);
      const rows = [...call.world.relationsOf(staff.userid).values()];
      const friends = rows.filter((r) => r.status === 'friend');
      if (friends.length === 0) refuse(84061);
      return { external_userid: friends.map((r) => r.external_userid) };
    },
  },
  {
    path: 'externalcontact/get',
    method: 'GET',
    secrets: contact,
    fields: { external_userid: external, cursor: text() },
    reply: {
      external_contact: customerFields,
      follow_user: list(
        shape({
          ...followFields,
          tags: list(shape({ group_name: text(), tag_name: text(), tag_id: text(), type: int() })),
        }),
      ),
      next_cursor: text(),
    },
    run: (call) => {
      const { world, args } = call;
      const customer = world.customers.get(args.text('external_userid'));
      if (!customer) refuse(40096);
      const visible = new Set(followers(call).map((s) => s.userid));
      const all = [...(world.byCustomer.get(customer.external_userid)?.values() ?? [])];
      const rows = all.filter((r) => r.status === 'friend' && visible.has(r.userid));
      if (rows.length === 0) refuse(84061);
      const from = Number(args.text('cursor', '0').replace('follow', '') || '0');
      if (!Number.isInteger(from)) refuse(50100);
      const more = from + FOLLOWERS < rows.length;
      return {
        external_contact: customerRow(customer),
        follow_user: rows
          .slice(from, from + FOLLOWERS)
          .map((r) => ({ ...followRow(r), tags: tagsWithNames(call, r) })),
        next_cursor: more ? `follow${from + FOLLOWERS}` : '',
      };
    },
  },
  {
    path: 'externalcontact/batch/get_by_user',
    method: 'POST',
    secrets: contact,
    fields: {
      userid_list: need(list(text({ bytes: 64 }), { max: 100, min: 1, code: 40032 }), 40031),
    },
    page: { name: 'limit', max: 100, usual: 50, over: 'clamp' },
    reply: {
      external_contact_list: list(
        shape({
          external_contact: customerFields,
          follow_info: shape({ ...followFields, tag_id: list(text()) }),
        }),
      ),
      next_cursor: text(),
      fail_info: shape({ unlicensed_userid_list: list(text()) }),
    },
    run: (call) => {
      const { world } = call;
      const staff = call.args.texts('userid_list').map((u) => member(call, u.trim()));
      const friends = (): string[] =>
        staff.flatMap((s) =>
          [...world.relationsOf(s.userid).values()]
            .filter((r) => r.status === 'friend')
            .map((r) => pair(r.userid, r.external_userid)),
        );
      const { rows, next } = call.page(friends, (key) => {
        const [user = '', id = ''] = key.split('|');
        const r = world.relation(user, id);
        const customer = world.customers.get(id);
        if (!r || !customer) return undefined;
        return {
          external_contact: customerRow(customer),
          follow_info: { ...followRow(r), tag_id: r.tags },
        };
      });
      return { external_contact_list: rows, next_cursor: next };
    },
  },
  {
    path: 'externalcontact/remark',
    method: 'POST',
    secrets: contact,
    writes: true,
    fields: {
      userid,
      external_userid: external,
      remark: text({ chars: 20 }),
      description: text({ chars: 150 }),
      remark_company: text({ chars: 20 }),
      remark_mobiles: list(text()),
      remark_pic_mediaid: text(),
    },
    reply: {},
    run: (call) => {
      const { args, world } = call;
      const r = relation(call, args.text('userid'), args.text('external_userid'));
      const named = ['remark', 'description', 'remark_company', 'remark_mobiles'];
      if (![...named, 'remark_pic_mediaid'].some((f) => args.has(f))) refuse(40063);
      if (args.has('remark_pic_mediaid') && !world.media.has(args.text('remark_pic_mediaid'))) {
        refuse(40007);
      }
      if (args.has('remark')) r.remark = args.text('remark');
      if (args.has('description')) r.description = args.text('description');
      const wechat = world.customers.get(r.external_userid)?.type === 1;
      if (args.has('remark_company') && wechat) r.remark_company = args.text('remark_company');
      const mobiles = args.texts('remark_mobiles');
      if (mobiles.length > 0) r.remark_mobiles = mobiles.filter((m) => m !== '');
      return {};
    },
  },
  {
    path: 'externalcontact/contact_list',
    method: 'POST',
    secrets: contact,
    fields: {},
    page: { name: 'limit', max: 1000, usual: 1000, over: 'error', life_s: 4 * 3600 },
    reply: {
      info_list: list(
        shape({
          is_customer: any(),
          tmp_openid: text(),
          external_userid: text(),
          name: text(),
          follow_userid: text(),
          chat_id: text(),
          chat_name: text(),
          add_time: int(),
        }),
      ),
      next_cursor: text(),
    },
    run: (call) => {
      const { world } = call;
      const keys = (): string[] =>
        followers(call).flatMap((s) =>
          [...world.relationsOf(s.userid).values()].map((r) => pair(r.userid, r.external_userid)),
        );
      const { rows, next } = call.page(keys, (key) => {
        const [user = '', id = ''] = key.split('|');
        const r = world.relation(user, id);
        const customer = world.customers.get(id);
        if (!r || !customer) return undefined;
        return {
          is_customer: true,
          tmp_openid: `${customer.external_userid}tmp`,
          external_userid: customer.external_userid,
          name: `${[...customer.name][0] ?? ''}**`,
          follow_userid: r.userid,
          add_time: r.createtime,
        };
      });
      return { info_list: rows, next_cursor: next };
    },
  },
];

const tagFields: Fields = {
  id: text(),
  name: text(),
  create_time: int(),
  order: int(),
  deleted: any(),
};
const groupFields = shape({
  group_id: need(text()),
  group_name: text(),
  create_time: int(),
  order: int(),
  deleted: any(),
  strategy_id: int(),
  tag: list(shape(tagFields)),
});
const order = int({ min: 0, max: 4_294_967_295 });

const tagRow = (t: Tag) => ({ id: t.id, name: t.name, create_time: t.create_time, order: t.order });
const groupRow = (g: TagGroup, tags: Iterable<Tag> = g.tags.values()) => ({
  group_id: g.id,
  group_name: g.name,
  create_time: g.create_time,
  order: g.order,
  tag: [...tags].map(tagRow),
});

/** A group this app may change: apps change only what they made. */
function own(call: Call, group: TagGroup): TagGroup {
  if (call.app.kind === 'app' && group.by_agent !== call.app.agentid) refuse(60011, 'tag');
  return group;
}

function addTags(call: Call): object {
  const { world, args } = call;
  const wanted = new Map(args.shapes('tag').map((t) => [t.text('name'), t.int('order')]));
  if (wanted.size === 0 || wanted.has('')) refuse(40063, 'tag');
  if (!args.has('group_id') && !args.has('group_name')) refuse(40063, 'group_name');
  let group = args.has('group_id')
    ? world.tagGroups.get(args.text('group_id'))
    : [...world.tagGroups.values()].find((g) => g.name === args.text('group_name'));
  if (args.has('group_id') && !group) refuse(40068);
  const names = new Set([...(group?.tags.values() ?? [])].map((t) => t.name));
  const fresh = [...wanted].filter(([name]) => !names.has(name));
  if (fresh.length === 0) refuse(40071);
  if (world.tagOf.size + fresh.length > LIBRARY_TAGS) refuse(40126);
  group ??= addGroup(world, args.text('group_name'), args.int('order'), call.app.agentid);
  const target = group;
  const made = fresh.map(([name, at]) => addTag(world, target, { name, order: at }));
  return { tag_group: groupRow(target, made) };
}

function editTag(call: Call): object {
  const { world, args } = call;
  const group = world.tagGroups.get(args.text('id')) ?? world.tagOf.get(args.text('id'));
  if (!group) refuse(40068);
  own(call, group);
  const row = group.id === args.text('id') ? group : group.tags.get(args.text('id'));
  if (!row) refuse(40068);
  const rivals: Iterable<Tag> = row === group ? world.tagGroups.values() : group.tags.values();
  const name = args.text('name', row.name);
  if ([...rivals].some((r) => r !== row && r.name === name)) refuse(40071);
  row.name = name;
  row.order = args.int('order', row.order);
  return {};
}

function deleteTags(call: Call): object {
  const { world, args } = call;
  const groups = args.texts('group_id').map((id) => world.tagGroups.get(id) ?? refuse(40068));
  const tags = args.texts('tag_id');
  if (groups.length + tags.length === 0) refuse(40063);
  for (const id of tags) own(call, world.tagOf.get(id) ?? refuse(40068));
  for (const g of groups) own(call, g);
  for (const id of tags) dropTag(world, id);
  for (const g of groups) dropGroup(world, g);
  return {};
}

function listTags(call: Call): object {
  const { world, args } = call;
  const groups = args.texts('group_id');
  const tags = new Set(args.texts('tag_id'));
  const all = [...world.tagGroups.values()];
  if (groups.length > 0) {
    return { tag_group: all.filter((g) => groups.includes(g.id)).map((g) => groupRow(g)) };
  }
  if (tags.size === 0) return { tag_group: all.map((g) => groupRow(g)) };
  const found = all.map((g) =>
    groupRow(
      g,
      [...g.tags.values()].filter((t) => tags.has(t.id)),
    ),
  );
  return { tag_group: found.filter((g) => g.tag.length > 0) };
}

export const tagRows: Endpoint[] = [
  {
    path: 'externalcontact/get_corp_tag_list',
    method: 'POST',
    secrets: contact,
    fields: { tag_id: list(text()), group_id: list(text()) },
    reply: { tag_group: list(groupFields) },
    run: listTags,
  },
  {
    path: 'externalcontact/add_corp_tag',
    method: 'POST',
    secrets: contact,
    writes: true,
    fields: {
      group_id: text(),
      group_name: text({ chars: 30 }),
      order,
      tag: need(list(shape({ name: need(text({ chars: 30 })), order }), { min: 1 })),
      agentid: int(),
    },
    reply: { tag_group: need(groupFields) },
    run: addTags,
  },
  {
    path: 'externalcontact/edit_corp_tag',
    method: 'POST',
    secrets: contact,
    writes: true,
    fields: { id: need(text(), 40068), name: text({ chars: 30 }), order, agentid: int() },
    reply: {},
    run: editTag,
  },
  {
    path: 'externalcontact/del_corp_tag',
    method: 'POST',
    secrets: contact,
    writes: true,
    fields: { tag_id: list(text()), group_id: list(text()), agentid: int() },
    reply: {},
    run: deleteTags,
  },
  {
    path: 'externalcontact/mark_tag',
    method: 'POST',
    secrets: contact,
    writes: true,
    lock: (args) => pair(args.text('userid'), args.text('external_userid')),
    fields: {
      userid,
      external_userid: external,
      add_tag: list(text()),
      remove_tag: list(text()),
    },
    reply: {},
    run: (call) => {
      const { world, args } = call;
      const r = relation(call, args.text('userid'), args.text('external_userid'));
      const add = args.texts('add_tag');
      const remove = args.texts('remove_tag');
      if (add.length + remove.length === 0) refuse(40063);
      for (const id of [...add, ...remove]) if (!world.tagOf.has(id)) refuse(40068, id);
      const kept = r.tags.filter((t) => !remove.includes(t));
      const tags = [...new Set([...kept, ...add])];
      if (tags.length > TAGS_ON_CUSTOMER) refuse(40144);
      r.tags = tags;
      return {};
    },
  },
];
