// Hand-over of customers and groups: wecom-api.md §9.
import { refuseTransferCodes } from '../limits.ts';
import { pair } from '../../corp/world.ts';
import { startTransfer, transferRefusal } from '../../corp/transfer.ts';
import type { Staff, Transfer } from '../../corp/types.ts';
import { type Call, contact, type Endpoint } from '../endpoint.ts';
import { refuse } from '../errors.ts';
import { any, int, list, need, shape, text } from '../field.ts';
import { DAY_MS } from '../rate.ts';
import { member, server } from '../who.ts';

const YEAR_S = 365 * 86_400;
const COOL_S = 90 * 86_400;
const user = need(text({ bytes: 64 }), 40003);
const listed = need(list(text({ bytes: 64 }), { max: 100, min: 1 }), 41035);

/** The staff member who hands over: employed, or left within a year. */
function handover(call: Call, kind: Transfer['kind'], userid: string): Staff {
  const staff = call.world.staff.get(userid.toLowerCase());
  if (!staff) refuse(60111);
  if (kind === 'onjob') return member(call, userid);
  if (staff.left_s === undefined) refuse(40097);
  if (staff.left_s < call.world.now() - YEAR_S) refuse(40003, 'left more than a year ago');
  return staff;
}

function transfer(call: Call, kind: Transfer['kind']): object {
  const { world, args } = call;
  const from = handover(call, kind, args.text('handover_userid'));
  const to = server(call, args.text('takeover_userid'));
  if (from === to) refuse(40130);
  const customer = args.texts('external_userid').map((id) => {
    const errcode = transferRefusal(world, kind, from, to, id.trim());
    if (errcode === 0) startTransfer(world, kind, from.userid, to.userid, id.trim());
    return { external_userid: id.trim(), errcode };
  });
  return { customer };
}

function result(call: Call, kind: Transfer['kind']): object {
  const { world, args } = call;
  const from = handover(call, kind, args.text('handover_userid'));
  const to = member(call, args.text('takeover_userid'));
  const mine = (t: Transfer): boolean =>
    t.kind === kind && t.handover === from.userid && t.takeover === to.userid;
  const latest = new Map(world.transfers.filter(mine).map((t) => [t.external_userid, t]));
  const { rows, next } = call.page(
    () => [...latest.keys()],
    (id) => {
      const t = latest.get(id);
      return t && { external_userid: id, status: t.status, takeover_time: t.takeover_time };
    },
  );
  return { customer: rows, next_cursor: next };
}

const both = (kind: Transfer['kind'], folder: string): Endpoint[] => [
  {
    path: `externalcontact/${folder}transfer_customer`,
    method: 'POST',
    secrets: contact,
    writes: true,
    lock: (args) => pair(args.text('handover_userid'), args.texts('external_userid').join()),
    fields: {
      handover_userid: user,
      takeover_userid: user,
      external_userid: listed,
      ...(kind === 'onjob' ? { transfer_success_msg: text({ chars: 200 }) } : {}),
    },
    reply: {
      customer: list(
        shape({ external_userid: text(), errcode: need(int({ of: refuseTransferCodes })) }),
      ),
    },
    run: (call) => transfer(call, kind),
  },
  {
    path: `externalcontact/${folder}transfer_result`,
    method: 'POST',
    secrets: contact,
    fields: { handover_userid: user, takeover_userid: user },
    page: { name: 'limit', max: 1000, usual: 1000, over: 'error' },
    reply: {
      customer: list(
        shape({
          external_userid: text(),
          status: int({ of: [1, 2, 3, 4] }),
          takeover_time: int({ text: true }),
        }),
      ),
      next_cursor: text(),
    },
    run: (call) => result(call, kind),
  },
];

/** Gives each group a new owner, or says why not. */
function transferGroups(call: Call, kind: Transfer['kind']): object {
  const { world, args } = call;
  const to = server(call, args.text('new_owner'));
  const failed_chat_list: object[] = [];
  for (const chat_id of args.texts('chat_id_list')) {
    const errcode = groupRefusal(call, kind, chat_id, to);
    const group = world.groups.get(chat_id);
    if (errcode !== 0 || !group) {
      failed_chat_list.push({ chat_id, errcode, errmsg: 'refused' });
      continue;
    }
    if (kind === 'onjob') group.moved_s.push(world.now());
    group.owner = to.userid;
    group.status = kind === 'onjob' ? 0 : 3;
    if (!group.members.has(to.userid)) {
      const joined = { id: to.userid, type: 1 as const, join_time: world.now() };
      group.members.set(to.userid, { ...joined, join_scene: 1 });
    }
  }
  return { failed_chat_list };
}

function groupRefusal(call: Call, kind: Transfer['kind'], chat_id: string, to: Staff): number {
  const { world, sim } = call;
  const group = world.groups.get(chat_id);
  if (!group) return 90501;
  if (group.owner === to.userid) return 90504;
  const left = world.staff.get(group.owner.toLowerCase())?.status === 5;
  if (kind === 'resigned' && !left) return 90500;
  if (kind === 'onjob' && left) return 90502;
  const recent = group.moved_s.filter((s) => s > world.now() - COOL_S);
  if (kind === 'onjob' && recent.length >= 2) return 90508;
  const key = `groups of ${group.owner}`;
  const rule = { key, most: 300, window_ms: DAY_MS, block_ms: DAY_MS };
  return sim.rates.take([rule], sim.clock.ms()) > 0 ? 90508 : 0;
}

const groupRow = (kind: Transfer['kind'], name: string): Endpoint => ({
  path: `externalcontact/groupchat/${name}`,
  method: 'POST',
  secrets: contact,
  writes: true,
  fields: {
    chat_id_list: need(list(text(), { min: 1, max: 100 }), 40050),
    new_owner: user,
  },
  reply: {
    failed_chat_list: list(shape({ chat_id: text(), errcode: int(), errmsg: text() })),
  },
  run: (call) => transferGroups(call, kind),
});

export const transferRows: Endpoint[] = [
  ...both('onjob', ''),
  ...both('resigned', 'resigned/'),
  groupRow('resigned', 'transfer'),
  groupRow('onjob', 'onjob_transfer'),
  {
    path: 'externalcontact/get_unassigned_list',
    method: 'ANY',
    secrets: contact,
    fields: {},
    page: { name: 'page_size', max: 1000, usual: 1000, over: 'error' },
    reply: {
      info: list(
        shape({
          handover_userid: text(),
          external_userid: text(),
          dimission_time: int({ text: true }),
        }),
      ),
      is_last: any(),
      next_cursor: text(),
    },
    run: ({ world, page }) => {
      const { rows, next } = page(
        () => [...world.unassigned.keys()],
        (key) => {
          const row = world.unassigned.get(key);
          return (
            row && {
              handover_userid: row.relation.userid,
              external_userid: row.relation.external_userid,
              dimission_time: row.dimission_time,
            }
          );
        },
      );
      return { info: rows, is_last: next === '', next_cursor: next };
    },
  },
];
