// Moments: wecom-api.md §13. A post is a job first, then tasks that staff publish.
import { membersOf, sees } from '../../corp/directory.ts';
import { momentRange, momentStatus } from '../../corp/message.ts';
import type { Moment } from '../../corp/types.ts';
import { type Call, contact, type Endpoint } from '../endpoint.ts';
import { refuse } from '../errors.ts';
import { any, int, list, need, shape, text } from '../field.ts';
import { content } from '../limits.ts';
import { DAY_MS, MINUTE_MS } from '../rate.ts';
import { checkMedia } from './media.ts';

const DAY_S = 86_400;
const moment_id = need(text(), 40058);

const attachment = shape({
  msgtype: need(text({ of: ['image', 'video', 'link'], code: 41065 })),
  image: shape({ media_id: need(text(), 40007) }),
  video: shape({ media_id: need(text(), 40007) }),
  link: shape({ title: text({ chars: 64 }), url: need(text()), media_id: need(text(), 40007) }),
});

/** Nine images, or one video, or one link. */
function checkAttachments(call: Call): void {
  const rows = call.args.shapes('attachments');
  const kinds = new Set(rows.map((r) => r.text('msgtype')));
  if (kinds.size > 1 || (rows.length > 1 && !kinds.has('image'))) refuse(41064);
  checkMedia(call, rows, 'moment');
}

function addMoment(call: Call): object {
  const { world, args, app } = call;
  if (!args.has('text') && !args.has('attachments')) refuse(40063, 'text');
  checkAttachments(call);
  const range = args.shape('visible_range');
  const senders = range.shape('sender_list');
  const tags = range.shape('external_contact_list').texts('tag_list');
  const users = senders.texts('user_list');
  const departments = senders.ints('department_list');
  const everyone = users.length + departments.length === 0;
  const below = departments.flatMap((d) => [...world.below(d)]);
  const asked = new Set([
    ...users.map((u) => u.toLowerCase()),
    ...membersOf(world, below).map((s) => s.userid.toLowerCase()),
  ]);
  const moment: Moment = {
    jobid: world.id('job', 40),
    moment_id: world.id('mom', 32),
    agentid: app.agentid,
    create_time: world.now(),
    text: args.raw['text'],
    attachments: args.shapes('attachments').map((a) => ({ msgtype: '', ...a.raw })),
    tag_list: tags.filter((t) => world.tagOf.has(t)),
    visible: tags.length > 0 ? 0 : 1,
    tasks: new Map(),
    comments: [],
    cancelled: false,
    invalid: {
      users: users.filter((u) => !world.member(u)),
      departments: departments.filter((d) => !world.departments.has(d)),
      tags: tags.filter((t) => !world.tagOf.has(t)),
    },
  };
  for (const s of world.staff.values()) {
    const can = s.status === 1 && s.contact_right && sees(world, app, s);
    if (!can || !(everyone || asked.has(s.userid.toLowerCase()))) continue;
    const customers = momentRange(world, moment, s.userid);
    if (customers.length > 0) moment.tasks.set(s.userid, { publish_status: 0, customers });
  }
  world.moments.set(moment.jobid, moment);
  return { jobid: moment.jobid };
}

function momentOf(call: Call): Moment {
  const id = call.args.text('moment_id');
  const found = [...call.world.moments.values()].find((m) => m.moment_id === id);
  if (!found || momentStatus(call.world, found) !== 3) refuse(41110);
  return found;
}

function jobResult(call: Call): object {
  const { world, args } = call;
  const m = world.moments.get(args.text('jobid'));
  if (!m || world.now() > m.create_time + DAY_S) refuse(40058, 'jobid');
  const status = momentStatus(world, m);
  if (status !== 3) return { status, type: 'add_moment_task' };
  return {
    status,
    type: 'add_moment_task',
    result: {
      errcode: m.tasks.size === 0 ? 41048 : 0,
      errmsg: m.tasks.size === 0 ? 'no one to send to' : 'ok',
      moment_id: m.moment_id,
      invalid_sender_list: { user_list: m.invalid.users, department_list: m.invalid.departments },
      invalid_external_contact_list: { tag_list: m.invalid.tags },
    },
  };
}

/** A post as the list shows it: attachments by their kinds. */
function listed(m: Moment): object {
  const parts = (kind: string): unknown[] =>
    m.attachments.filter((a) => a.msgtype === kind).map((a) => a[kind]);
  return {
    moment_id: m.moment_id,
    create_time: m.create_time,
    create_type: 0,
    visible_type: m.visible,
    ...(m.text ? { text: m.text } : {}),
    ...(parts('image').length > 0 ? { image: parts('image') } : {}),
    ...(parts('video').length > 0 ? { video: parts('video')[0] } : {}),
    ...(parts('link').length > 0 ? { link: parts('link')[0] } : {}),
  };
}

function listMoments(call: Call): object {
  const { world, args } = call;
  const from = args.int('start_time');
  const to = args.int('end_time');
  if (to < from || to - from > 30 * DAY_S) refuse(40058, 'end_time');
  const inside = (m: Moment): boolean =>
    m.create_time >= from &&
    m.create_time <= to &&
    !m.cancelled &&
    momentStatus(world, m) === 3 &&
    args.int('filter_type', 2) !== 1 &&
    !args.has('creator');
  const { rows, next } = call.page(
    () => [...world.moments.values()].filter(inside).map((m) => m.jobid),
    (jobid) => {
      const m = world.moments.get(jobid);
      return m && listed(m);
    },
  );
  return { moment_list: rows, next_cursor: next };
}

const people = list(shape({ external_userid: text(), userid: text(), create_time: int() }));

export const momentRows: Endpoint[] = [
  {
    path: 'externalcontact/add_moment_task',
    method: 'POST',
    secrets: contact,
    writes: true,
    fields: {
      text: content(4000, 2000),
      attachments: list(attachment, { max: 9, code: 41064 }),
      visible_range: shape({
        sender_list: shape({
          user_list: list(text(), { max: 100_000 }),
          department_list: list(int()),
        }),
        external_contact_list: shape({ tag_list: list(text()) }),
      }),
    },
    reply: { jobid: need(text({ bytes: 64 })) },
    rates: () => [
      { key: 'own minute', most: 10, window_ms: MINUTE_MS },
      { key: 'own month', most: 100_000, window_ms: 30 * DAY_MS, code: 41210 },
    ],
    run: addMoment,
  },
  {
    path: 'externalcontact/get_moment_task_result',
    method: 'GET',
    secrets: contact,
    fields: { jobid: need(text({ bytes: 64 })) },
    reply: { status: need(int({ of: [1, 2, 3] })), type: text(), result: any() },
    run: jobResult,
  },
  {
    path: 'externalcontact/cancel_moment_task',
    method: 'POST',
    secrets: contact,
    writes: true,
    fields: { moment_id },
    reply: {},
    run: (call) => {
      momentOf(call).cancelled = true;
      return {};
    },
  },
  {
    path: 'externalcontact/get_moment_list',
    method: 'POST',
    secrets: contact,
    fields: {
      start_time: need(int()),
      end_time: need(int()),
      creator: text(),
      filter_type: int({ of: [0, 1, 2] }),
    },
    page: { name: 'limit', max: 20, usual: 20, over: 'usual' },
    reply: { moment_list: list(any()), next_cursor: text() },
    run: listMoments,
  },
  {
    path: 'externalcontact/get_moment_task',
    method: 'POST',
    secrets: contact,
    fields: { moment_id },
    page: { name: 'limit', max: 1000, usual: 500, over: 'usual' },
    reply: {
      task_list: list(shape({ userid: text(), publish_status: int({ of: [0, 1] }) })),
      next_cursor: text(),
    },
    run: (call) => {
      const m = momentOf(call);
      const { rows, next } = call.page(
        () => [...m.tasks.keys()],
        (userid) => {
          const t = m.tasks.get(userid);
          return t && { userid, publish_status: t.publish_status };
        },
      );
      return { task_list: rows, next_cursor: next };
    },
  },
  ...[
    { name: 'get_moment_customer_list', max: 1000, usual: 500 },
    { name: 'get_moment_send_result', max: 5000, usual: 3000 },
  ].map(({ name, max, usual }): Endpoint => ({
    path: `externalcontact/${name}`,
    method: 'POST',
    secrets: contact,
    fields: { moment_id, userid: need(text(), 40003) },
    page: { name: 'limit', max, usual, over: 'usual' },
    reply: {
      customer_list: list(shape({ userid: text(), external_userid: text() })),
      next_cursor: text(),
    },
    run: (call) => {
      const userid = call.args.text('userid');
      const task = momentOf(call).tasks.get(userid);
      const seen = name === 'get_moment_send_result';
      const published = task?.publish_status === 1 ? task.customers : [];
      const { rows, next } = call.page(
        () => [...(seen ? published : (task?.customers ?? []))],
        (external_userid) => (seen ? { external_userid } : { userid, external_userid }),
      );
      return { customer_list: rows, next_cursor: next };
    },
  })),
  {
    path: 'externalcontact/get_moment_comments',
    method: 'POST',
    secrets: contact,
    fields: { moment_id, userid: need(text(), 40003) },
    reply: { comment_list: people, like_list: people },
    run: (call) => {
      const m = momentOf(call);
      const rows = (kind: string): object[] =>
        m.comments
          .filter((c) => c.kind === kind && c.userid === call.args.text('userid'))
          .map((c) => ({ external_userid: c.external_userid, create_time: c.at_s }));
      return { comment_list: rows('comment'), like_list: rows('like') };
    },
  },
];
