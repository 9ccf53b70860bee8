// Staff and departments: who joins, moves and leaves, and what that does to their customers.
import type { App, CallbackEvent, Staff } from './types.ts';
import { pair, type World } from './world.ts';

type EventField = CallbackEvent['fields'][number];

function contactChange(world: World, change: string, ...fields: EventField[]): void {
  world.emit({ event: 'change_contact', change, fields });
}

/** True when the app's visible range holds the member. System secrets see everyone. */
export function sees(world: World, app: App, staff: Staff): boolean {
  if (app.kind !== 'app') return true;
  if (app.range.users.some((u) => u.toLowerCase() === staff.userid.toLowerCase())) return true;
  return app.range.departments.some((d) => {
    const below = world.below(d);
    return staff.department.some((one) => below.has(one));
  });
}

/** Departments an app may see. */
export function visibleDepartments(world: World, app: App): Set<number> {
  if (app.kind !== 'app') return new Set(world.departments.keys());
  const found = new Set<number>();
  for (const top of app.range.departments) {
    if (world.departments.has(top)) for (const id of world.below(top)) found.add(id);
  }
  return found;
}

/** Members in these departments, by userid. */
export function membersOf(world: World, departments: Iterable<number>): Staff[] {
  const wanted = new Set(departments);
  const found: Staff[] = [];
  for (const s of world.staff.values()) {
    if (s.status !== 5 && s.department.some((d) => wanted.has(d))) found.push(s);
  }
  return found;
}

export function joinStaff(world: World, staff: Staff): void {
  world.staff.set(staff.userid.toLowerCase(), staff);
  contactChange(
    world,
    'create_user',
    ['UserID', staff.userid],
    ['Department', staff.department.join(',')],
  );
}

export function moveStaff(world: World, staff: Staff, departments: number[]): void {
  staff.department = departments;
  staff.leader = departments.map(() => 0);
  contactChange(
    world,
    'update_user',
    ['UserID', staff.userid],
    ['Department', departments.join(',')],
  );
}

/** The member leaves: customers wait to be assigned, groups wait for an owner. */
export function leaveStaff(world: World, staff: Staff): void {
  staff.status = 5;
  staff.left_s = world.now();
  for (const relation of [...world.relationsOf(staff.userid).values()]) {
    world.drop(relation);
    if (relation.status !== 'friend' || relation.customer_deleted) continue;
    world.unassigned.set(pair(staff.userid, relation.external_userid), {
      relation,
      dimission_time: world.now(),
    });
  }
  for (const key of [...world.requests.keys()]) {
    if (key.startsWith(`${staff.userid.toLowerCase()}|`)) world.requests.delete(key);
  }
  for (const group of world.groups.values()) if (group.owner === staff.userid) group.status = 1;
  contactChange(world, 'delete_user', ['UserID', staff.userid]);
}
