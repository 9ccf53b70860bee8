// Statistics and acquisition links: wecom-api.md §16 and §17.
import { dayStart } from '../../base/clock.ts';
import { byText } from '../../base/canonical.ts';
import { membersOf } from '../../corp/directory.ts';
import type { Behavior, Group, Link } from '../../corp/types.ts';
import { apps, type Call, contact, type Endpoint } from '../endpoint.ts';
import { refuse } from '../errors.ts';
import { any, flag, int, list, need, shape, text } from '../field.ts';
import { followers, member, server } from '../who.ts';

const DAY_S = 86_400;
const link_id = need(text(), 40058);
const PEOPLE = 500;

const people = shape({
  user_list: list(text({ bytes: 64 })),
  department_list: list(int()),
});
const priority = shape({
  priority_type: need(int({ of: [1, 2] })),
  priority_userid_list: list(text(), { max: 1000 }),
});
const linkFields = {
  range: people,
  skip_verify: flag(),
  priority_option: priority,
  mark_source: flag(),
};

/** A link this app made. */
function linkOf(call: Call): Link {
  const link = call.world.links.get(call.args.text('link_id'));
  if (!link || link.agentid !== call.app.agentid) refuse(40058, 'link_id');
  return link;
}

function rangeOf(call: Call): Link['range'] {
  const range = call.args.shape('range');
  const user_list = range.texts('user_list').map((u) => server(call, u.trim()).userid);
  const department_list = range.ints('department_list');
  for (const d of department_list) if (!call.world.departments.has(d)) refuse(60123);
  const all = new Set(user_list);
  for (const d of department_list) {
    for (const s of membersOf(call.world, call.world.below(d))) all.add(s.userid);
  }
  if (all.size === 0 || all.size > PEOPLE) refuse(40058, 'range');
  return { user_list, department_list };
}

/** Puts what the call names into the link. */
function apply(call: Call, link: Link): void {
  const { args } = call;
  if (args.has('link_name')) link.link_name = args.text('link_name');
  if (args.has('range')) link.range = rangeOf(call);
  if (args.has('skip_verify')) link.skip_verify = args.bool('skip_verify');
  if (args.has('mark_source')) link.mark_source = args.bool('mark_source');
  if (args.has('priority_option')) link.priority_option = args.shape('priority_option').raw;
}

function createLink(call: Call): object {
  const { world, app, sim } = call;
  const own = [...world.links.values()].filter((l) => l.agentid === app.agentid);
  if (own.length >= sim.limits.links) refuse(41095);
  const range = rangeOf(call);
  const id = world.id('ca', 18);
  const link: Link = {
    link_id: id,
    agentid: app.agentid,
    create_time: world.now(),
    url: `https://work.weixin.qq.com/ca/${id}`,
    link_name: call.args.text('link_name'),
    skip_verify: true,
    range,
    customers: new Map(),
    clicks: [],
  };
  apply(call, link);
  world.links.set(id, link);
  const { link_id: made, link_name, url, create_time } = link;
  return { link: { link_id: made, link_name, url, create_time } };
}

const folder = 'externalcontact/customer_acquisition';

const linkRows: Endpoint[] = [
  {
    path: `${folder}/list_link`,
    method: 'POST',
    secrets: apps,
    fields: {},
    page: { name: 'limit', max: 100, usual: 100, over: 'error' },
    reply: { link_id_list: list(text()), next_cursor: text() },
    run: ({ world, app, page }) => {
      const own = (): string[] =>
        [...world.links.values()].filter((l) => l.agentid === app.agentid).map((l) => l.link_id);
      const { rows, next } = page(own, (id) => world.links.get(id)?.link_id);
      return { link_id_list: rows, next_cursor: next };
    },
  },
  {
    path: `${folder}/get`,
    method: 'POST',
    secrets: apps,
    fields: { link_id },
    reply: { link: need(any()), range: people, priority_option: any() },
    run: (call) => {
      const l = linkOf(call);
      const { link_name, url, create_time, skip_verify, mark_source } = l;
      return {
        link: { link_name, url, create_time, skip_verify, mark_source: mark_source ?? false },
        range: l.range,
        ...(l.priority_option ? { priority_option: l.priority_option } : {}),
      };
    },
  },
  {
    path: `${folder}/create_link`,
    method: 'POST',
    secrets: apps,
    writes: true,
    fields: { link_name: need(text({ chars: 30 })), ...linkFields, range: need(people) },
    reply: { link: need(any()) },
    run: createLink,
  },
  {
    path: `${folder}/update_link`,
    method: 'POST',
    secrets: apps,
    writes: true,
    fields: { link_id, link_name: text({ chars: 30 }), ...linkFields },
    reply: {},
    run: (call) => {
      apply(call, linkOf(call));
      return {};
    },
  },
  {
    path: `${folder}/delete_link`,
    method: 'POST',
    secrets: apps,
    writes: true,
    fields: { link_id },
    reply: {},
    run: (call) => {
      call.world.links.delete(linkOf(call).link_id);
      return {};
    },
  },
  {
    path: `${folder}/customer`,
    method: 'POST',
    secrets: apps,
    fields: { link_id },
    page: { name: 'limit', max: 1000, usual: 50, over: 'error' },
    reply: {
      customer_list: list(
        shape({
          external_userid: text(),
          userid: text(),
          chat_status: int({ of: [0, 1, 2] }),
          state: text(),
        }),
      ),
      next_cursor: text(),
    },
    run: (call) => {
      const link = linkOf(call);
      const { rows, next } = call.page(
        () => [...link.customers.keys()],
        (key) => {
          const c = link.customers.get(key);
          const r = c && call.world.relation(c.userid, c.external_userid);
          return c && { ...c, chat_status: r ? (r.chats > 0 ? 1 : 0) : 2 };
        },
      );
      return { customer_list: rows, next_cursor: next };
    },
  },
  {
    path: `${folder}_quota`,
    method: 'GET',
    secrets: apps,
    fields: {},
    reply: {
      total: int(),
      balance: int(),
      quota_list: list(shape({ expire_date: int(), balance: int() })),
    },
    run: ({ world }) => {
      const live = world.quota.filter((q) => q.expire_date > world.now());
      return {
        // what was spent since ever (document 97400), not what was bought
        total: world.quota.reduce((n, q) => n + q.total - q.balance, 0),
        balance: live.reduce((n, q) => n + q.balance, 0),
        quota_list: live.map(({ expire_date, balance }) => ({ expire_date, balance })),
      };
    },
  },
  {
    path: `${folder}/statistic`,
    method: 'POST',
    secrets: apps,
    fields: { link_id, start_time: need(int()), end_time: need(int()) },
    reply: { click_link_customer_cnt: int(), new_customer_cnt: int() },
    run: (call) => {
      const link = linkOf(call);
      const [from, to] = days(call, 'start_time', 'end_time');
      const inside = (s: number): boolean => s >= from && s < to + DAY_S;
      const added = [...link.customers.values()].filter((c) => {
        const r = call.world.relation(c.userid, c.external_userid);
        return r !== undefined && inside(r.createtime);
      });
      return {
        click_link_customer_cnt: link.clicks.filter(inside).length,
        new_customer_cnt: added.length,
      };
    },
  },
  {
    path: `${folder}/get_chat_info`,
    method: 'POST',
    secrets: apps,
    fields: { chat_key: need(text(), 41201) },
    reply: { userid: text(), external_userid: text(), chat_info: any() },
    run: ({ world, args }) => {
      const row = world.chatKeys.get(args.text('chat_key'));
      if (!row || world.clock.ms() > row.at_ms + 30 * 60_000) refuse(41201);
      const { userid, external_userid, chats, link_id: id, state } = row.relation;
      return {
        userid,
        external_userid,
        chat_info: { recv_msg_cnt: chats, link_id: id ?? '', state },
      };
    },
  },
];

/** A closed range of days: at most 30 of them, within the last 180. */
function days(call: Call, start: string, end: string): [number, number] {
  const from = dayStart(call.args.int(start));
  const to = dayStart(call.args.int(end, call.args.int(start)));
  if (to < from || to - from >= 30 * DAY_S) refuse(40058, end);
  if (from < call.world.now() - 181 * DAY_S) refuse(40058, start);
  return [from, to];
}

function behaviorRow(rows: Behavior[], stat_time: number): object {
  const sum = (f: keyof Behavior): number => rows.reduce((n, r) => n + r[f], 0);
  const chats = sum('chat_cnt');
  const replied = Math.min(100, Math.round((100 * sum('replies')) / Math.max(1, chats)));
  return {
    stat_time,
    chat_cnt: chats,
    message_cnt: sum('message_cnt'),
    ...(chats > 0 ? { reply_percentage: replied, avg_reply_time: 5 } : {}),
    negative_feedback_cnt: sum('negative_feedback_cnt'),
    new_apply_cnt: sum('new_apply_cnt'),
    new_contact_cnt: sum('new_contact_cnt'),
  };
}

const ownerFilter = need(
  shape({ userid_list: need(list(text(), { min: 1, max: 100, code: 40032 })) }),
);

/** Figures of groups at the end of a day. Messages in groups are not simulated: they count 0. */
function groupFigures(groups: Group[], from: number, to: number): object {
  const inside = (s: number): boolean => s >= from && s < to;
  const members = groups.flatMap((g) => [...g.members.values()]);
  return {
    new_chat_cnt: groups.filter((g) => inside(g.create_time)).length,
    chat_total: groups.filter((g) => g.create_time < to).length,
    chat_has_msg: 0,
    new_member_cnt: members.filter((m) => inside(m.join_time)).length,
    member_total: members.filter((m) => m.join_time < to).length,
    member_has_msg: 0,
    msg_total: 0,
    migrate_trainee_chat_cnt: 0,
  };
}

const groupsOf = (call: Call, owners: string[]): Group[] =>
  [...call.world.groups.values()].filter((g) => owners.includes(g.owner));

function ownersOf(call: Call): string[] {
  const asked = call.args.shape('owner_filter').texts('userid_list');
  return asked.map((u) => member(call, u.trim()).userid).sort(byText);
}

const statisticRows: Endpoint[] = [
  {
    path: 'externalcontact/get_user_behavior_data',
    method: 'POST',
    secrets: contact,
    fields: {
      userid: list(text(), { max: 100, code: 40032 }),
      partyid: list(int(), { max: 100, code: 40066 }),
      start_time: need(int()),
      end_time: need(int()),
    },
    reply: { behavior_data: list(any()) },
    run: (call) => {
      const { args, world } = call;
      const [from, to] = days(call, 'start_time', 'end_time');
      const users = new Set(args.texts('userid').map((u) => member(call, u.trim()).userid));
      for (const s of membersOf(world, args.ints('partyid'))) users.add(s.userid);
      if (users.size === 0) refuse(40063, 'userid');
      const visible = new Set(followers(call).map((s) => s.userid));
      const behavior_data: object[] = [];
      for (let day = from; day <= to; day += DAY_S) {
        const rows = [...users].flatMap((u) => {
          const row = visible.has(u) ? world.behavior.get(`${day} ${u}`) : undefined;
          return row ? [row] : [];
        });
        behavior_data.push(behaviorRow(rows, day));
      }
      return { behavior_data };
    },
  },
  {
    path: 'externalcontact/groupchat/statistic',
    method: 'POST',
    secrets: contact,
    fields: {
      day_begin_time: need(int()),
      day_end_time: int(),
      owner_filter: ownerFilter,
      order_by: int({ of: [1, 2, 3, 4] }),
      order_asc: int({ of: [0, 1] }),
      offset: int({ min: 0 }),
      limit: int({ min: 1, max: 1000 }),
    },
    reply: {
      total: int(),
      next_offset: int(),
      items: list(shape({ owner: text(), data: any() })),
    },
    run: (call) => {
      const [from, to] = days(call, 'day_begin_time', 'day_end_time');
      const owners = ownersOf(call);
      const offset = call.args.int('offset');
      const some = owners.slice(offset, offset + call.args.int('limit', 500));
      return {
        total: owners.length,
        next_offset: offset + some.length,
        items: some.map((owner) => ({
          owner,
          data: groupFigures(groupsOf(call, [owner]), from, to + DAY_S),
        })),
      };
    },
  },
  {
    path: 'externalcontact/groupchat/statistic_group_by_day',
    method: 'POST',
    secrets: contact,
    fields: {
      day_begin_time: need(int()),
      day_end_time: int(),
      owner_filter: ownerFilter,
    },
    reply: { items: list(shape({ stat_time: int(), data: any() })) },
    run: (call) => {
      const [from, to] = days(call, 'day_begin_time', 'day_end_time');
      const groups = groupsOf(call, ownersOf(call));
      const items: object[] = [];
      for (let day = from; day <= to; day += DAY_S) {
        items.push({ stat_time: day, data: groupFigures(groups, day, day + DAY_S) });
      }
      return { items };
    },
  },
];

export const acquisitionRows: Endpoint[] = [...linkRows, ...statisticRows];
