// Staff and departments: wecom-api.md §5, and ids of other subjects: §6.
import { ident } from '../../base/rng.ts';
import { membersOf, sees, visibleDepartments } from '../../corp/directory.ts';
import type { Department, Staff } from '../../corp/types.ts';
import { apps, type Call, contact, directory, type Endpoint } from '../endpoint.ts';
import { refuse } from '../errors.ts';
import { any, type Fields, int, list, need, shape, text } from '../field.ts';
import { member } from '../who.ts';

const userFields: Fields = {
  userid: need(text()),
  name: need(text()),
  department: list(int()),
  order: list(int()),
  position: text(),
  is_leader_in_dept: list(int()),
  direct_leader: list(text()),
  telephone: text(),
  alias: text(),
  open_userid: text(),
  main_department: int(),
  extattr: any(),
  status: int({ of: [1, 2, 4, 5] }),
  external_position: text(),
  external_profile: any(),
  english_name: text(),
};
const departmentFields: Fields = {
  id: need(int()),
  name: text(),
  name_en: text(),
  department_leader: list(text()),
  parentid: need(int()),
  order: int(),
};

/** A user object as an app made since 2022-06-20 sees it: no avatar, gender, phone or address. */
const userRow = (s: Staff) => ({
  userid: s.userid,
  name: s.name,
  department: s.department,
  order: s.department.map(() => 0),
  position: s.position,
  is_leader_in_dept: s.leader,
  direct_leader: [],
  telephone: '',
  alias: '',
  main_department: s.department[0] ?? 1,
  extattr: { attrs: [] },
  status: s.status,
  external_position: '',
});

const openUserid = (call: Call, s: Staff): string =>
  ident('wo', 32, call.world.seed, 'open_userid', s.userid);

/** Members of a department the app may see, that department alone. */
function inDepartment(call: Call): Staff[] {
  const id = call.args.int('department_id');
  if (!call.world.departments.has(id)) refuse(60003);
  if (!visibleDepartments(call.world, call.app).has(id)) refuse(60011);
  return membersOf(call.world, [id]).filter((s) => sees(call.world, call.app, s));
}

function departmentRow(call: Call, d: Department) {
  const leads = membersOf(call.world, [d.id]).filter((s) => s.leader[s.department.indexOf(d.id)]);
  return {
    id: d.id,
    name: d.name,
    name_en: '',
    department_leader: leads.map((s) => s.userid),
    parentid: d.parentid,
    order: d.order,
  };
}

/** The department asked for and all below it, or everything visible. */
function departments(call: Call): Department[] {
  const visible = visibleDepartments(call.world, call.app);
  let wanted = visible;
  if (call.args.has('id')) {
    const id = call.args.int('id');
    if (!call.world.departments.has(id)) refuse(60123);
    if (!visible.has(id)) refuse(60011);
    wanted = call.world.below(id);
  }
  return [...call.world.departments.values()].filter((d) => wanted.has(d.id) && visible.has(d.id));
}

export const directoryRows: Endpoint[] = [
  {
    path: 'user/get',
    method: 'GET',
    secrets: directory,
    fields: { userid: need(text({ bytes: 64 }), 40003) },
    reply: userFields,
    run: (call) => userRow(member(call, call.args.text('userid'))),
  },
  {
    path: 'user/list',
    method: 'GET',
    secrets: directory,
    fields: { department_id: need(int(), 60123) },
    reply: { userlist: list(shape(userFields)) },
    run: (call) => ({
      userlist: inDepartment(call).map((s) => ({ ...userRow(s), english_name: '' })),
    }),
  },
  {
    path: 'user/simplelist',
    method: 'GET',
    secrets: directory,
    fields: { department_id: need(int(), 60123) },
    reply: { userlist: list(shape(userFields)) },
    run: (call) => ({
      userlist: inDepartment(call).map((s) => ({
        userid: s.userid,
        name: s.name,
        department: s.department,
        open_userid: openUserid(call, s),
      })),
    }),
  },
  {
    path: 'user/list_id',
    method: 'POST',
    secrets: ['contacts'],
    fields: {},
    page: { name: 'limit', max: 10_000, usual: 10_000, over: 'error' },
    reply: {
      next_cursor: text(),
      dept_user: list(shape({ userid: need(text()), department: need(int()) })),
    },
    run: ({ world, page }) => {
      const keys = (): string[] =>
        [...world.staff.values()].flatMap((s) =>
          s.status === 5 ? [] : s.department.map((d) => `${s.userid} ${d}`),
        );
      const { rows, next } = page(keys, (key) => {
        const [userid = '', department] = key.split(' ');
        return world.member(userid) && { userid, department: Number(department) };
      });
      return { dept_user: rows, next_cursor: next };
    },
  },
  {
    path: 'department/list',
    method: 'GET',
    secrets: directory,
    fields: { id: int() },
    reply: { department: list(shape(departmentFields)) },
    run: (call) => ({ department: departments(call).map((d) => departmentRow(call, d)) }),
  },
  {
    path: 'department/simplelist',
    method: 'GET',
    secrets: directory,
    fields: { id: int() },
    reply: { department_id: list(shape(departmentFields)) },
    run: (call) => ({
      department_id: departments(call).map(({ id, parentid, order }) => ({ id, parentid, order })),
    }),
  },
  {
    path: 'department/get',
    method: 'GET',
    secrets: directory,
    fields: { id: need(int(), 60123) },
    reply: { department: shape(departmentFields) },
    run: (call) => {
      const [first] = departments(call);
      if (!first) refuse(60123);
      return { department: departmentRow(call, first) };
    },
  },
];

const staffOpenid = (call: Call, userid: string): string =>
  ident('o', 28, call.world.seed, 'staff openid', userid);

export const conversionRows: Endpoint[] = [
  {
    path: 'user/convert_to_openid',
    method: 'POST',
    secrets: apps,
    fields: { userid: need(text({ bytes: 64 }), 40003) },
    reply: { openid: need(text()) },
    run: (call) => ({
      openid: staffOpenid(call, member(call, call.args.text('userid')).userid),
    }),
  },
  {
    path: 'user/convert_to_userid',
    method: 'POST',
    secrets: apps,
    fields: { openid: need(text()) },
    reply: { userid: need(text()) },
    run: (call) => {
      const all = [...call.world.staff.values()];
      const found = all.find((s) => staffOpenid(call, s.userid) === call.args.text('openid'));
      if (!found) refuse(845002);
      return { userid: member(call, found.userid).userid };
    },
  },
  {
    path: 'externalcontact/convert_to_openid',
    method: 'POST',
    secrets: contact,
    fields: { external_userid: need(text({ bytes: 64 }), 41035) },
    reply: { openid: need(text()) },
    run: ({ world, args }) => {
      const openid = world.customers.get(args.text('external_userid'))?.openid;
      if (!openid) refuse(40096);
      return { openid };
    },
  },
  ...['externalcontact/unionid_to_external_userid', 'idconvert/unionid_to_external_userid'].map(
    (path): Endpoint => ({
      path,
      method: 'POST',
      secrets: contact,
      fields: {
        unionid: need(text()),
        openid: need(text()),
        ...(path.startsWith('id') ? { subject_type: int({ of: [0, 1] }) } : {}),
      },
      reply: { external_userid: text(), pending_id: text() },
      run: ({ world, args }) => {
        const unionid = args.text('unionid');
        for (const c of world.customers.values()) {
          if (c.unionid !== unionid) continue;
          const known = (world.byCustomer.get(c.external_userid)?.size ?? 0) > 0;
          if (known) return { external_userid: c.external_userid };
        }
        if (path.startsWith('external')) refuse(84061);
        return { pending_id: ident('', 40, world.seed, 'pending', unionid) };
      },
    }),
  ),
  ...['from_service', 'to_service'].map((way): Endpoint => ({
    path: `externalcontact/${way}_external_userid`,
    method: 'POST',
    secrets: contact,
    fields: {
      external_userid: need(text({ bytes: 64 }), 41035),
      ...(way === 'from_service' ? { source_agentid: need(int()) } : {}),
    },
    reply: { external_userid: need(text()) },
    run: ({ world, args }) => {
      const id = args.text('external_userid');
      const theirs = (own: string): string => ident('wm', 32, world.seed, 'provider', own);
      if (way === 'to_service') {
        if (!world.customers.has(id)) refuse(40096);
        return { external_userid: theirs(id) };
      }
      for (const own of world.customers.keys()) {
        if (theirs(own) === id) return { external_userid: own };
      }
      refuse(40096);
    },
  })),
  {
    path: 'batch/openuserid_to_userid',
    method: 'POST',
    secrets: directory,
    fields: {
      open_userid_list: need(list(text(), { max: 1000, min: 1, code: 40032 })),
      source_agentid: need(int()),
    },
    reply: {
      userid_list: list(shape({ open_userid: text(), userid: text() })),
      invalid_open_userid_list: list(text()),
    },
    run: (call) => {
      const known = new Map<string, string>();
      for (const s of call.world.staff.values()) known.set(openUserid(call, s), s.userid);
      const asked = call.args.texts('open_userid_list');
      return {
        userid_list: asked.flatMap((open_userid) => {
          const userid = known.get(open_userid);
          return userid === undefined ? [] : [{ open_userid, userid }];
        }),
        invalid_open_userid_list: asked.filter((o) => !known.has(o)),
      };
    },
  },
  {
    path: 'externalcontact/opengid_to_chatid',
    method: 'POST',
    secrets: contact,
    fields: { opengid: need(text()) },
    reply: { chat_id: need(text()) },
    run: ({ world, args }) => {
      const groups = [...world.groups.values()];
      const found = groups.find((g) => g.opengid === args.text('opengid'));
      if (!found) refuse(90511);
      return { chat_id: found.chat_id };
    },
  },
];
