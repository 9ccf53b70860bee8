// What customers and staff of the live demo do: each act is done in the simulator, which tells Koi
// by callback, as WeCom would. Who comes is remembered for a while: they are the ones who buy.
import { Rng } from '../base/rng.ts';
import { scanContactWay, scanJoinWay } from '../corp/acquire.ts';
import { joinGroup } from '../corp/group.ts';
import { confirmMessage, publishMoment } from '../corp/message.ts';
import {
  addRelation,
  chat,
  confirmRelation,
  customerDeletes,
  edited,
  staffDeletes,
} from '../corp/relation.ts';
import { makeCustomer } from '../corp/seed.ts';
import type { Relation, Staff } from '../corp/types.ts';
import type { World } from '../corp/world.ts';

/** Newcomers who are still about, the latest last. */
const REMEMBERED = 60;
const HALF = 0.15; // part of the newcomers whom the staff has yet to confirm
const HEARD_S = 5; // after which Koi knows of a friend
const ELSEWHERE = 0.3; // part of them who come without a code of Koi's

export class Life {
  readonly recent: Relation[] = [];
  private readonly world: World;
  private readonly rng: Rng;

  constructor(world: World) {
    this.world = world;
    this.rng = new Rng(world.seed, 'live', world.count('live'));
  }

  /** A number in [0, 1). */
  roll(): number {
    return this.rng.next();
  }

  /** One act; its name. */
  act(): string {
    let at = this.rng.below(total);
    for (const [weight, name, deed] of deeds) {
      if (at < weight) return deed(this) ? name : this.come();
      at -= weight;
    }
    return this.come();
  }

  /** Somebody new scans one of Koi's codes, or is added in another way. */
  come(): string {
    const { world, rng } = this;
    const who = makeCustomer(world);
    const half = rng.next() < HALF;
    const ways = [...world.contactWays.values()];
    let made: Relation | string = 'no code';
    if (ways.length > 0 && rng.next() >= ELSEWHERE) {
      made = scanContactWay(world, rng.pick(ways), who, half);
    }
    if (typeof made === 'string') {
      made = addRelation(world, this.someStaff(), who, { add_way: rng.pick([2, 3, 4, 10]), half });
    }
    this.recent.push(made);
    if (this.recent.length > REMEMBERED) this.recent.shift();
    return 'come';
  }

  private someStaff(): Staff {
    return this.rng.pick([...this.world.staff.values()].filter((s) => s.status === 1));
  }

  /** A friendship that stands: mostly one of those who came last, else anybody's. */
  someone(): Relation | undefined {
    const recent = this.recent.filter(
      (r) => this.world.relation(r.userid, r.external_userid) === r && !r.customer_deleted,
    );
    if (recent.length > 0 && this.rng.next() < 0.7) return this.rng.pick(recent);
    const theirs = [...this.world.relationsOf(this.someStaff().userid).values()];
    const standing = theirs.filter((r) => !r.customer_deleted);
    return standing.length === 0 ? undefined : this.rng.pick(standing);
  }

  talk(): boolean {
    const r = this.someone();
    if (r) chat(this.world, r, this.rng.next() < 0.5 ? 'customer' : 'staff', 1);
    return r !== undefined;
  }

  tag(): boolean {
    const r = this.someone();
    const free = [...this.world.tagOf.keys()].filter((id) => !r?.tags.includes(id));
    if (!r || free.length === 0) return false;
    r.tags = [...r.tags, this.rng.pick(free)];
    edited(this.world, r);
    return true;
  }

  remark(): boolean {
    const r = this.someone();
    if (!r) return false;
    const name = this.world.customers.get(r.external_userid)?.name ?? '';
    r.remark = `${name}·${this.rng.pick(['爱喝奶茶', '周末来', '公司下午茶', '送礼', '少糖'])}`;
    edited(this.world, r);
    return true;
  }

  /** By a group code of Koi's, or invited into the group of the member who knows them. */
  join(): boolean {
    const { world, rng } = this;
    const r = this.someone();
    if (!r) return false;
    const id = r.external_userid;
    const ways = [...world.joinWays.values()];
    if (ways.length > 0 && rng.next() < 0.6) {
      return typeof scanJoinWay(world, rng.pick(ways), id) !== 'string';
    }
    const group = rng.pick([...world.groups.values()]);
    if (group.members.has(id)) return false;
    const join_time = world.now();
    joinGroup(world, group, [{ id, type: 2, join_time, join_scene: 1, invitor: group.owner }]);
    return true;
  }

  confirm(): boolean {
    const half = this.recent.find((r) => r.status === 'half' && !r.customer_deleted);
    if (!half) return this.publish();
    return typeof confirmRelation(this.world, half.userid, half.external_userid) !== 'string';
  }

  /** A member confirms the next mass message or Moments post that waits for their thumb. */
  private publish(): boolean {
    const { world } = this;
    for (const m of world.messages.values()) {
      const task = m.cancelled ? undefined : [...m.tasks.values()].find((t) => t.status === 0);
      if (task) return confirmMessage(world, m, task.userid) === '';
    }
    for (const m of world.moments.values()) {
      for (const [userid, task] of m.tasks) {
        if (task.publish_status === 0 && publishMoment(world, m, userid) === '') return true;
      }
    }
    return false;
  }

  /** Now and then a friendship ends, mostly by the customer. */
  part(): boolean {
    const r = this.someone();
    if (!r || r.status !== 'friend') return false;
    if (this.rng.next() < 0.8) customerDeletes(this.world, r);
    else staffDeletes(this.world, r);
    return true;
  }

  /** Who buys now: a newcomer more often than anybody else, but nobody of whom Koi may not have
   *  heard yet. */
  buyer(): string | undefined {
    const r = this.someone();
    return r && r.createtime < this.world.now() - HEARD_S ? r.external_userid : undefined;
  }

  below(n: number): number {
    return this.rng.below(n);
  }
}

/** Acts with their weights; one that finds nobody to do it lets somebody new come. */
const deeds: [number, string, (life: Life) => boolean][] = [
  [30, 'come', (life) => life.come() !== ''],
  [26, 'talk', (life) => life.talk()],
  [13, 'tag', (life) => life.tag()],
  [5, 'remark', (life) => life.remark()],
  [14, 'join', (life) => life.join()],
  [10, 'confirm', (life) => life.confirm()],
  [2, 'part', (life) => life.part()],
];
const total = deeds.reduce((n, [weight]) => n + weight, 0);

/** Acts a minute at an hour in Shanghai: a few at night, more by day. */
export function actsAMinute(at_s: number): number {
  const hour = Math.floor((at_s + 8 * 3600) / 3600) % 24;
  return hour < 7 || hour >= 23 ? 4 : hour < 10 || hour >= 21 ? 10 : 16;
}
