// What a row of the control table says: the hand of a test on the simulator.
import type { Args } from '../api/args.ts';
import type { Fields } from '../api/field.ts';
import type { Customer, Group, Relation, Staff } from '../corp/types.ts';
import type { World } from '../corp/world.ts';
import type { Sim } from '../sim.ts';

/** Holds the one simulator; a new corp is a new one. */
export interface Desk {
  sim: Sim;
}

export interface Act {
  desk: Desk;
  sim: Sim;
  world: World;
  args: Args;
}

export interface ControlRow {
  path: string; // below control/
  method: 'GET' | 'POST';
  help: string;
  fields: Fields;
  quiet?: boolean; // reads or waits: not journaled
  run: (act: Act) => unknown;
}

/** A control call that cannot be done: answered with HTTP 400 and its reason. */
export class Impossible extends Error {}

export function impossible(why: string): never {
  throw new Impossible(why);
}

/** A result that may be a reason instead. */
export function done<T extends object>(result: T | string): T {
  return typeof result === 'string' ? impossible(result) : result;
}

export const staffOf = (a: Act, name = 'userid'): Staff =>
  a.world.member(a.args.text(name)) ?? impossible(`no staff ${a.args.text(name)}`);

export const customerOf = (a: Act): Customer =>
  a.world.customers.get(a.args.text('external_userid')) ?? impossible('no such customer');

export const relationOf = (a: Act): Relation =>
  a.world.relation(a.args.text('userid'), a.args.text('external_userid')) ??
  impossible('no such relation');

export const groupOf = (a: Act): Group =>
  a.world.groups.get(a.args.text('chat_id')) ?? impossible('no such group');

/** What an act tells of a relation. */
export const told = (r: Relation): object => ({
  userid: r.userid,
  external_userid: r.external_userid,
  status: r.status,
});
