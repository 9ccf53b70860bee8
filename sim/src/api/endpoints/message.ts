// Welcomes, mass messages and app messages: wecom-api.md §12 and §15.
import { useWelcome } from '../../corp/relation.ts';
import { membersOf, sees } from '../../corp/directory.ts';
import type { MassMessage, MassTask, Relation, SendRow } from '../../corp/types.ts';
import { apps, type Call, contact, type Endpoint } from '../endpoint.ts';
import { refuse } from '../errors.ts';
import { any, flag, int, list, need, shape, text } from '../field.ts';
import { anyAttachments, attachments, content } from '../limits.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../rate.ts';
import { followers, server } from '../who.ts';
import { checkMedia } from './media.ts';

const MONTH_S = 31 * 86_400;
const DAY_S = 86_400;
const msgid = need(text(), 41046);

/** Who is to send what to whom; empty when nobody can be reached. */
function tasksOf(call: Call): { tasks: Map<string, MassTask>; fail_list: string[] } {
  const { args } = call;
  const tasks = new Map<string, MassTask>();
  const fail_list: string[] = [];
  const add = (userid: string, row: SendRow): void => {
    const task = tasks.get(userid) ?? { userid, status: 0 as const, rows: [] };
    task.rows.push(row);
    tasks.set(userid, task);
  };
  if (args.text('chat_type', 'single') === 'group') {
    for (const g of groupTargets(call)) add(g.owner, { to: g.chat_id, status: 0 });
    return { tasks, fail_list };
  }
  const named = args.texts('external_userid');
  const sender = args.has('sender') ? server(call, args.text('sender')).userid : undefined;
  const candidates = sender === undefined ? followers(call).map((s) => s.userid) : [sender];
  const allowed = new Set(candidates.map((u) => u.toLowerCase()));
  const targets = named.length > 0 ? named : tagged(call, candidates);
  for (const id of targets) {
    const rows = [...(call.world.byCustomer.get(id.trim())?.values() ?? [])].filter(
      (r) => allowed.has(r.userid.toLowerCase()) && r.status === 'friend' && !r.customer_deleted,
    );
    const last = rows.reduce<Relation | undefined>(
      (best, r) => (!best || r.last_chat_s > best.last_chat_s ? r : best),
      undefined,
    );
    if (last) add(last.userid, { to: id.trim(), status: 0 });
    else if (named.length > 0) fail_list.push(id.trim());
  }
  return { tasks, fail_list };
}

/** Customers of these staff with one tag out of every list of the filter. */
function tagged(call: Call, staff: string[]): string[] {
  const lists = call.args
    .shape('tag_filter')
    .shapes('group_list')
    .map((g) => g.texts('tag_list'));
  const found = new Set<string>();
  for (const userid of staff) {
    for (const r of call.world.relationsOf(userid).values()) {
      if (lists.every((one) => one.some((t) => r.tags.includes(t)))) found.add(r.external_userid);
    }
  }
  return [...found];
}

function groupTargets(call: Call) {
  const { args, world } = call;
  if (!args.has('sender')) refuse(40063, 'sender');
  if (args.has('external_userid')) refuse(40058, 'external_userid');
  const sender = server(call, args.text('sender')).userid;
  const named = args.texts('chat_id_list');
  const groups = [...world.groups.values()].filter((g) => g.owner === sender);
  return named.length === 0 ? groups : groups.filter((g) => named.includes(g.chat_id));
}

function addMessage(call: Call): object {
  const { world, args, app } = call;
  if (!args.has('text') && !args.has('attachments')) refuse(40063, 'text');
  if (args.texts('chat_id_list').length > 0 && args.text('chat_type') !== 'group') {
    refuse(40058, 'chat_id_list');
  }
  checkMedia(call, args.shapes('attachments'), 'message');
  const { tasks, fail_list } = tasksOf(call);
  if (tasks.size === 0) refuse(41048);
  const message: MassMessage = {
    msgid: world.id('msg', 32),
    agentid: app.agentid,
    chat_type: args.text('chat_type') === 'group' ? 'group' : 'single',
    create_time: world.now(),
    text: args.raw['text'],
    attachments: args.raw['attachments'],
    tasks,
    reminded_s: [],
    cancelled: false,
  };
  world.messages.set(message.msgid, message);
  return { fail_list, msgid: message.msgid };
}

function messageOf(call: Call): MassMessage {
  return call.world.messages.get(call.args.text('msgid')) ?? refuse(41047);
}

export const messageRows: Endpoint[] = [
  {
    path: 'externalcontact/send_welcome_msg',
    method: 'POST',
    secrets: contact,
    writes: true,
    fields: {
      welcome_code: need(text(), 41049),
      text: content(4000),
      attachments: attachments(9),
    },
    reply: {},
    run: (call) => {
      const { world, args } = call;
      const { welcome_code, ...sent } = args.raw;
      if (Object.keys(sent).length === 0) refuse(40063, 'text');
      checkMedia(call, args.shapes('attachments'), 'message');
      const code = useWelcome(world, String(welcome_code), sent);
      if (code !== 0) refuse(code);
      return {};
    },
  },
  {
    path: 'externalcontact/add_msg_template',
    method: 'POST',
    secrets: contact,
    writes: true,
    fields: {
      chat_type: text({ of: ['single', 'group'] }),
      external_userid: list(text(), { max: 10_000 }),
      chat_id_list: list(text(), { max: 2000 }),
      tag_filter: shape({ group_list: list(shape({ tag_list: list(text(), { max: 100 }) })) }),
      sender: text({ bytes: 64 }),
      allow_select: flag(),
      text: content(4000),
      attachments: attachments(9),
    },
    reply: { fail_list: list(text()), msgid: text() },
    run: addMessage,
  },
  {
    path: 'externalcontact/get_groupmsg_list_v2',
    method: 'POST',
    secrets: contact,
    fields: {
      chat_type: need(text({ of: ['single', 'group'] })),
      start_time: need(int()),
      end_time: need(int()),
      creator: text(),
      filter_type: int({ of: [0, 1, 2] }),
    },
    page: { name: 'limit', max: 100, usual: 50, over: 'usual' },
    reply: {
      next_cursor: text(),
      group_msg_list: list(
        shape({
          msgid: need(text()),
          creator: text(),
          create_time: need(int({ text: true })),
          create_type: int({ of: [0, 1] }),
          text: any(),
          attachments: anyAttachments,
        }),
      ),
    },
    run: ({ world, args, page }) => {
      const from = args.int('start_time');
      const to = args.int('end_time');
      if (to < from || to - from > MONTH_S) refuse(40058, 'end_time');
      const inside = (m: MassMessage): boolean =>
        m.chat_type === args.text('chat_type') &&
        m.create_time >= from &&
        m.create_time <= to &&
        args.int('filter_type', 2) !== 1 &&
        !args.has('creator');
      const { rows, next } = page(
        () => [...world.messages.values()].filter(inside).map((m) => m.msgid),
        (id) => {
          const m = world.messages.get(id);
          return (
            m && {
              msgid: id,
              create_time: m.create_time,
              create_type: 0,
              ...(m.text ? { text: m.text } : {}),
              ...(m.attachments ? { attachments: m.attachments } : {}),
            }
          );
        },
      );
      return { group_msg_list: rows, next_cursor: next };
    },
  },
  {
    path: 'externalcontact/get_groupmsg_task',
    method: 'POST',
    secrets: contact,
    fields: { msgid },
    page: { name: 'limit', max: 1000, usual: 500, over: 'usual' },
    reply: {
      next_cursor: text(),
      task_list: list(shape({ userid: text(), status: int(), send_time: int({ text: true }) })),
    },
    run: (call) => {
      const m = messageOf(call);
      const { rows, next } = call.page(
        () => [...m.tasks.keys()],
        (userid) => {
          const t = m.tasks.get(userid);
          const sent = t?.send_time === undefined ? {} : { send_time: t.send_time };
          return t && { userid, status: t.status, ...sent };
        },
      );
      return { task_list: rows, next_cursor: next };
    },
  },
  {
    path: 'externalcontact/get_groupmsg_send_result',
    method: 'POST',
    secrets: contact,
    fields: { msgid, userid: need(text(), 40003) },
    page: { name: 'limit', max: 1000, usual: 500, over: 'usual' },
    reply: {
      next_cursor: text(),
      send_list: list(
        shape({
          external_userid: text(),
          chat_id: text(),
          userid: text(),
          status: int({ of: [0, 1, 2, 3] }),
          send_time: int({ text: true }),
        }),
      ),
    },
    run: sendResult,
  },
  {
    path: 'externalcontact/remind_groupmsg_send',
    method: 'POST',
    secrets: contact,
    writes: true,
    fields: { msgid },
    reply: {},
    run: (call) => {
      const m = messageOf(call);
      const now = call.world.now();
      if (m.cancelled) refuse(41093);
      if (m.reminded_s.filter((s) => s > now - DAY_S).length >= 3) refuse(41094);
      m.reminded_s.push(now);
      return {};
    },
  },
  {
    path: 'externalcontact/cancel_groupmsg_send',
    method: 'POST',
    secrets: contact,
    writes: true,
    fields: { msgid },
    reply: {},
    run: (call) => {
      const m = messageOf(call);
      if (m.cancelled) refuse(41093);
      m.cancelled = true;
      return {};
    },
  },
];

function sendResult(call: Call): object {
  const m = messageOf(call);
  const userid = call.args.text('userid');
  const task = [...m.tasks.values()].find((t) => t.userid.toLowerCase() === userid.toLowerCase());
  const all = new Map((task?.rows ?? []).map((r) => [r.to, r]));
  const shown = [...all.values()].filter((r) => m.chat_type === 'single' || r.status === 1);
  const { rows, next } = call.page(
    () => shown.map((r) => r.to),
    (to) => {
      const r = all.get(to);
      if (!r || !task) return undefined;
      const who = m.chat_type === 'group' ? { chat_id: to } : { external_userid: to };
      const sent = r.send_time === undefined ? {} : { send_time: r.send_time };
      return { ...who, userid: task.userid, status: r.status, ...sent };
    },
  );
  return { send_list: rows, next_cursor: next };
}

const url = text({ bytes: 2048 });
const payloads = {
  text: shape({ content: need(text({ bytes: 2048, code: 45002 }), 44001) }),
  image: shape({ media_id: need(text()) }),
  voice: shape({ media_id: need(text()) }),
  file: shape({ media_id: need(text()) }),
  video: shape({ media_id: need(text()), title: text(), description: text() }),
  textcard: shape({
    title: need(text({ chars: 128 })),
    description: need(text({ chars: 512 })),
    url: need(url),
    btntxt: text({ chars: 4 }),
  }),
  news: shape({ articles: need(list(any(), { min: 1, max: 8 })) }),
  markdown: shape({ content: need(text({ bytes: 2048, code: 45002 }), 44001) }),
  miniprogram_notice: any(),
  template_card: any(),
};

const ids = (joined: string): string[] => joined.split('|').filter((id) => id !== '');

/** Puts the message before those who can have it; a member's surplus is dropped in silence. */
function sendAppMessage(call: Call): object {
  const { world, args, app, sim } = call;
  if (args.int('agentid') !== app.agentid) refuse(301002);
  const type = args.text('msgtype');
  if (!args.has(type)) refuse(40063, type);
  checkMedia(call, [args], 'message');
  const users = ids(args.text('touser'));
  const parties = ids(args.text('toparty'));
  if (users.length > 1000) refuse(40032);
  if (parties.length > 100) refuse(40066);
  const visible = [...world.staff.values()].filter((s) => s.status !== 5 && sees(world, app, s));
  const byId = new Map(visible.map((s) => [s.userid.toLowerCase(), s]));
  const all = args.text('touser') === '@all';
  const invalid = all ? [] : users.filter((u) => !byId.has(u.toLowerCase()));
  const badParties = parties.filter((p) => !world.departments.has(Number(p)));
  const to = new Map(all ? byId : []);
  for (const u of users) {
    const staff = byId.get(u.toLowerCase());
    if (staff) to.set(staff.userid.toLowerCase(), staff);
  }
  const below = parties.flatMap((p) => [...world.below(Number(p))]);
  for (const s of membersOf(world, below)) {
    if (byId.has(s.userid.toLowerCase())) to.set(s.userid.toLowerCase(), s);
  }
  if (to.size === 0) refuse(81013);
  const daily = { key: `message ${app.agentid} day`, window_ms: DAY_MS, block_ms: DAY_MS };
  const dropped: string[] = [];
  for (const s of to.values()) {
    const cap = { ...daily, most: sim.limits.app_messages_per_day };
    if (sim.rates.take([cap], sim.clock.ms()) > 0) refuse(45009, 'messages of this day');
    const key = `message ${app.agentid} ${s.userid}`;
    const rules = [
      { key: `${key} m`, most: 30, window_ms: MINUTE_MS, block_ms: MINUTE_MS },
      { key: `${key} h`, most: 1000, window_ms: HOUR_MS, block_ms: HOUR_MS },
    ];
    if (sim.rates.take(rules, sim.clock.ms()) > 0) dropped.push(s.userid);
  }
  const msg = world.id('msg', 64);
  const shown = [...to.values()].map((s) => s.userid).filter((u) => !dropped.includes(u));
  world.appMessages.push({ msgid: msg, at_s: world.now(), to: shown, dropped, message: args.raw });
  return {
    ...(invalid.length > 0 ? { invaliduser: invalid.join('|').toLowerCase() } : {}),
    ...(badParties.length > 0 ? { invalidparty: badParties.join('|') } : {}),
    msgid: msg,
  };
}

export const appMessageRows: Endpoint[] = [
  {
    path: 'message/send',
    method: 'POST',
    secrets: apps,
    writes: true,
    fields: {
      touser: text(),
      toparty: text(),
      totag: text(),
      msgtype: need(text({ of: Object.keys(payloads), code: 40008 }), 40008),
      agentid: need(int(), 40056),
      safe: int({ of: [0, 1, 2] }),
      enable_id_trans: int({ of: [0, 1] }),
      enable_duplicate_check: int({ of: [0, 1] }),
      duplicate_check_interval: int({ min: 1, max: 14_400 }),
      ...payloads,
    },
    reply: {
      invaliduser: text(),
      invalidparty: text(),
      invalidtag: text(),
      unlicenseduser: text(),
      msgid: text(),
      response_code: text(),
    },
    run: sendAppMessage,
  },
  {
    path: 'message/recall',
    method: 'POST',
    secrets: apps,
    writes: true,
    fields: { msgid },
    reply: {},
    run: ({ world, args }) => {
      const row = world.appMessages.find((m) => m['msgid'] === args.text('msgid'));
      if (!row || Number(row['at_s']) < world.now() - DAY_S) refuse(41047);
      row['recalled'] = true;
      return {};
    },
  },
];
