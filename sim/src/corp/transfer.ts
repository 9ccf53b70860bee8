// Hand-over of customers, on the job and after leaving: asked for by the API, done 24 hours later
// unless the customer refuses. Two a customer in 90 days.
import { contactEvent, pairFields } from './relation.ts';
import type { Relation, Staff, Transfer } from './types.ts';
import { pair, type World } from './world.ts';

const WAIT_MS = 24 * 3600 * 1000;
const COOL_S = 90 * 86_400;
const COOL_TIMES = 2;

/** Why the customer cannot be handed over now: a code, or 0. */
export function transferRefusal(
  world: World,
  kind: Transfer['kind'],
  handover: Staff,
  takeover: Staff,
  external: string,
): number {
  if (!world.customers.has(external)) return 40096;
  const own = world.relation(handover.userid, external);
  const known =
    kind === 'onjob'
      ? own?.status === 'friend'
      : world.unassigned.has(pair(handover.userid, external));
  if (!known) return kind === 'onjob' ? 40131 : 84061;
  const past = world.transfers.filter((t) => t.external_userid === external);
  if (past.some((t) => t.status === 2)) {
    return past.some((t) => t.status === 2 && t.takeover === takeover.userid) ? 40129 : 40100;
  }
  const recent = past.filter((t) => t.status === 1 && t.start_s > world.now() - COOL_S);
  if (recent.length >= COOL_TIMES) return 40128;
  if (world.relationsOf(takeover.userid).size >= takeover.capacity) return 40099;
  return 0;
}

export function startTransfer(
  world: World,
  kind: Transfer['kind'],
  handover: string,
  takeover: string,
  external_userid: string,
): void {
  const transfer: Transfer = {
    n: world.count('transfer'),
    kind,
    handover,
    takeover,
    external_userid,
    start_s: world.now(),
    status: 2,
    takeover_time: 0,
  };
  world.transfers.push(transfer);
  world.clock.at(world.clock.ms() + WAIT_MS, () => finish(world, transfer));
}

function fail(world: World, t: Transfer, status: 3 | 4): void {
  t.status = status;
  contactEvent(
    world,
    'transfer_fail',
    ['FailReason', status === 3 ? 'customer_refused' : 'customer_limit_exceed'],
    ['UserID', t.takeover],
    ['ExternalUserID', t.external_userid],
  );
  world.journal.add('time', 'transfer_fail', { transfer: t.n, status });
}

/** The customer says no while the transfer waits; false when none waits. */
export function refuseTransfer(world: World, external: string): boolean {
  const waiting = world.transfers.find((t) => t.external_userid === external && t.status === 2);
  if (waiting) fail(world, waiting, 3);
  return waiting !== undefined;
}

function finish(world: World, t: Transfer): void {
  if (t.status !== 2) return;
  const key = pair(t.handover, t.external_userid);
  const old =
    t.kind === 'onjob'
      ? world.relation(t.handover, t.external_userid)
      : world.unassigned.get(key)?.relation;
  const takeover = world.member(t.takeover);
  // The customer or one of the two staff is gone meanwhile: nothing is left to move.
  if (!old || !takeover) return fail(world, t, 3);
  if (world.relationsOf(takeover.userid).size >= takeover.capacity) return fail(world, t, 4);
  t.status = 1;
  t.takeover_time = world.now();
  if (t.kind === 'onjob') {
    world.drop(old);
    contactEvent(world, 'del_external_contact', ...pairFields(old), [
      'Source',
      'DELETE_BY_TRANSFER',
    ]);
  }
  world.unassigned.delete(key);
  if (!world.relation(takeover.userid, t.external_userid)) {
    world.put(moved(world, old, takeover.userid));
  }
  contactEvent(
    world,
    'add_external_contact',
    ['UserID', takeover.userid],
    ['ExternalUserID', t.external_userid],
  );
  world.journal.add('time', 'transfer_done', { transfer: t.n });
}

const moved = (world: World, old: Relation, userid: string): Relation => ({
  ...old,
  userid,
  createtime: world.now(),
  add_way: 202,
  oper_userid: userid,
  state: '',
  customer_deleted: false,
  tags: [...old.tags],
  remark_mobiles: [...old.remark_mobiles],
  personal_tags: [],
  chats: 0,
  last_chat_s: 0,
});
