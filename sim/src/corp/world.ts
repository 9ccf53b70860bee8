// One corp as it truly is: its rows, its clock, its journal. The modules beside this one change it;
// what a client does is told by callback (`emit`), what the API does is not.
import type { Clock } from '../base/clock.ts';
import { dayStart } from '../base/clock.ts';
import type { Journal } from '../base/journal.ts';
import { hex, ident } from '../base/rng.ts';
import type { Picked } from './greeting.ts';
import type * as T from './types.ts';

export class World {
  readonly seed: number;
  readonly corpid: string;
  readonly clock: Clock;
  readonly journal: Journal;
  /** Set by the owner of the callbacks. */
  emit: (event: T.CallbackEvent) => void = () => undefined;

  /** Addresses that uploadimg gave, and media ids that the platform lost before their time. */
  readonly pictureUrls = new Set<string>();
  readonly lost = new Set<string>();
  /** Where pictures of codes are: the simulator's own address once it listens. */
  pictures = 'https://p.qpic.cn';

  readonly departments = new Map<number, T.Department>();
  readonly staff = new Map<string, T.Staff>(); // by folded userid, those who left included
  readonly customers = new Map<string, T.Customer>();
  readonly byStaff = new Map<string, Map<string, T.Relation>>();
  readonly byCustomer = new Map<string, Map<string, T.Relation>>();
  readonly requests = new Map<string, T.Relation>(); // applied, the staff has yet to agree
  readonly unassigned = new Map<string, T.Unassigned>(); // by pair
  readonly transfers: T.Transfer[] = [];
  readonly tagGroups = new Map<string, T.TagGroup>();
  readonly tagOf = new Map<string, T.TagGroup>(); // tag id → its group
  readonly groups = new Map<string, T.Group>();
  readonly contactWays = new Map<string, T.ContactWay>();
  readonly joinWays = new Map<string, T.ContactWay>();
  readonly templates = new Map<string, { agentid: number; fields: Record<string, unknown> }>();
  readonly picked = new Map<string, Picked>(); // by chat_id
  readonly links = new Map<string, T.Link>();
  readonly quota: { expire_date: number; balance: number; total: number }[] = [];
  readonly chatKeys = new Map<string, { relation: T.Relation; at_ms: number }>();
  readonly welcomes = new Map<string, T.WelcomeCode>();
  readonly messages = new Map<string, T.MassMessage>();
  readonly received = new Map<string, number>(); // "month id" → mass messages received
  readonly moments = new Map<string, T.Moment>(); // by jobid
  readonly media = new Map<string, T.Media>();
  readonly appMessages: Record<string, unknown>[] = [];
  readonly behavior = new Map<string, T.Behavior>(); // "day userid"
  readonly apps: T.App[] = [];
  readonly counters = new Map<string, number>(); // numbers given out, by kind

  constructor(seed: number, clock: Clock, journal: Journal) {
    this.seed = seed;
    this.clock = clock;
    this.journal = journal;
    this.corpid = `ww${hex(16, seed, 'corp')}`;
  }

  /** The next number of a kind, from 1. */
  count(kind: string): number {
    const n = (this.counters.get(kind) ?? 0) + 1;
    this.counters.set(kind, n);
    return n;
  }

  /** A new id with the prefix WeCom gives to its kind. */
  id(prefix: string, length = 32): string {
    return ident(prefix, length, this.seed, prefix, this.count(prefix));
  }

  now(): number {
    return this.clock.s();
  }

  /** A member by userid, whatever its case; not those who left. */
  member(userid: string): T.Staff | undefined {
    const staff = this.staff.get(userid.toLowerCase());
    return staff?.status === 5 ? undefined : staff;
  }

  relation(userid: string, external: string): T.Relation | undefined {
    return this.byStaff.get(userid.toLowerCase())?.get(external);
  }

  /** The relations of a staff member; those who left have none. */
  relationsOf(userid: string): Map<string, T.Relation> {
    return this.byStaff.get(userid.toLowerCase()) ?? new Map<string, T.Relation>();
  }

  put(relation: T.Relation): void {
    within(this.byStaff, relation.userid.toLowerCase()).set(relation.external_userid, relation);
    within(this.byCustomer, relation.external_userid).set(relation.userid.toLowerCase(), relation);
  }

  drop(relation: T.Relation): void {
    this.byStaff.get(relation.userid.toLowerCase())?.delete(relation.external_userid);
    this.byCustomer.get(relation.external_userid)?.delete(relation.userid.toLowerCase());
  }

  /** Departments at and below `id`. */
  below(id: number): Set<number> {
    const found = new Set([id]);
    for (const d of this.departments.values()) if (found.has(d.parentid)) found.add(d.id);
    return found; // parents come before children in the map
  }

  behaviorOf(userid: string, at_s = this.now()): T.Behavior {
    const key = `${dayStart(at_s)} ${userid}`;
    let row = this.behavior.get(key);
    if (!row) {
      row = {
        chat_cnt: 0,
        message_cnt: 0,
        replies: 0,
        new_apply_cnt: 0,
        new_contact_cnt: 0,
        negative_feedback_cnt: 0,
      };
      this.behavior.set(key, row);
    }
    return row;
  }
}

export const pair = (userid: string, external: string): string =>
  `${userid.toLowerCase()}|${external}`;

function within<V>(map: Map<string, Map<string, V>>, key: string): Map<string, V> {
  let inner = map.get(key);
  if (!inner) {
    inner = new Map();
    map.set(key, inner);
  }
  return inner;
}
