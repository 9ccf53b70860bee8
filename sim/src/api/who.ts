// Finding what a call names, or refusing with the platform's code.
import { sees } from '../corp/directory.ts';
import type { App, Relation, Staff } from '../corp/types.ts';
import type { Call } from './endpoint.ts';
import { refuse } from './errors.ts';

/** A member by userid; 60111 when unknown, 60011 outside the app's visible range. */
export function member(call: Call, userid: string): Staff {
  const staff = call.world.member(userid);
  if (!staff) refuse(60111, `userid ${userid}`);
  if (!sees(call.world, call.app, staff)) refuse(60011, `userid ${userid}`);
  return staff;
}

/** A member who can serve customers: activated, real-named, with the right. */
export function server(call: Call, userid: string): Staff {
  const staff = member(call, userid);
  if (staff.status === 4) refuse(41054, `userid ${userid}`);
  if (!staff.real_named) refuse(40098, `userid ${userid}`);
  if (!staff.contact_right) refuse(84074, `userid ${userid}`);
  return staff;
}

/** The relation of a pair; 84061 when there is none, or while it is half. */
export function relation(call: Call, userid: string, external: string): Relation {
  const staff = member(call, userid);
  if (!call.world.customers.has(external)) refuse(40096);
  const found = call.world.relation(staff.userid, external);
  if (!found || found.status === 'half') refuse(84061);
  return found;
}

/** Members with the customer-contact right in the app's range, by folded userid. */
export function followers(call: Call, app: App = call.app): Staff[] {
  const found: Staff[] = [];
  for (const s of call.world.staff.values()) {
    if (s.status === 1 && s.contact_right && sees(call.world, app, s)) found.push(s);
  }
  return found;
}
