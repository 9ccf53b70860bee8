// Mass messages and Moments as the staff see them: tasks that wait for a thumb.
import { month } from '../base/clock.ts';
import type { MassMessage, Moment } from './types.ts';
import type { World } from './world.ts';

/** A staff member confirms: each receiver gets it, is no friend any more, or has had too many. */
export function confirmMessage(world: World, message: MassMessage, userid: string): string {
  const task = message.tasks.get(userid);
  if (!task) return 'no task for this staff member';
  if (message.cancelled) return 'the message was cancelled';
  if (task.status === 2) return 'already sent';
  task.status = 2;
  task.send_time = world.now();
  const { name, days } = month(world.now());
  for (const row of task.rows) {
    const friend =
      message.chat_type === 'group'
        ? world.groups.has(row.to)
        : world.relation(userid, row.to)?.customer_deleted === false;
    const key = `${name} ${row.to}`;
    const had = world.received.get(key) ?? 0;
    row.status = !friend ? 2 : had >= days ? 3 : 1;
    if (row.status !== 1) continue;
    row.send_time = world.now();
    world.received.set(key, had + 1);
  }
  return '';
}

/** Where a Moments job stands: it starts at once, runs after 2 s, is finished after 5 s. */
export function momentStatus(world: World, moment: Moment): 1 | 2 | 3 {
  const age = world.now() - moment.create_time;
  return age < 2 ? 1 : age < 5 ? 2 : 3;
}

/** A staff member publishes: the customers of the range who are friends now can see it. */
export function publishMoment(world: World, moment: Moment, userid: string): string {
  const task = moment.tasks.get(userid);
  if (!task) return 'no task for this staff member';
  if (moment.cancelled) return 'the moment was cancelled';
  if (momentStatus(world, moment) !== 3) return 'the job is not finished';
  if (task.publish_status === 1) return 'already published';
  task.publish_status = 1;
  task.at_s = world.now();
  task.customers = momentRange(world, moment, userid);
  return '';
}

/** The customers of a staff member whom a Moments post is meant for. */
export function momentRange(world: World, moment: Moment, userid: string): string[] {
  const found: string[] = [];
  for (const r of world.relationsOf(userid).values()) {
    if (r.status !== 'friend') continue;
    if (moment.tag_list.length > 0 && !moment.tag_list.some((t) => r.tags.includes(t))) continue;
    found.push(r.external_userid);
  }
  return found;
}
