// A corp that lives: random acts chosen by the seed, for model tests and demos.
import { Rng } from '../base/rng.ts';
import { leaveStaff } from '../corp/directory.ts';
import { createGroup, groupEvent, joinGroup, leaveGroup } from '../corp/group.ts';
import {
  addRelation,
  chat,
  confirmRelation,
  customerDeletes,
  edited,
  staffDeletes,
} from '../corp/relation.ts';
import { makeCustomer, PARTNERS } from '../corp/seed.ts';
import type { Relation, Staff } from '../corp/types.ts';
import type { World } from '../corp/world.ts';
import type { Sim } from '../sim.ts';

interface Turn {
  world: World;
  rng: Rng;
  staff: Staff; // one who can have customers
  relation: Relation | undefined; // one of theirs
}

type Deed = (t: Turn, r: Relation) => void;

const come = ({ world, rng, staff }: Turn): void => {
  const state = rng.next() < 0.5 ? `channel-${1 + rng.below(9)}` : '';
  const who = makeCustomer(world, rng.next() < PARTNERS);
  addRelation(world, staff, who, { state, half: rng.next() < 0.2 });
};

const group = ({ world, rng, staff }: Turn, r: Relation): void => {
  const own = [...world.groups.values()].filter((g) => g.owner === staff.userid);
  const target = own.length === 0 ? undefined : rng.pick(own);
  if (!target || rng.next() < 0.05) {
    groupEvent(world, createGroup(world, staff.userid, `群${world.count('group name')}`), 'create');
  } else if (target.members.has(r.external_userid)) {
    leaveGroup(world, target, [r.external_userid], rng.next() < 0.5 ? 0 : 1);
  } else {
    const join_time = world.now();
    joinGroup(world, target, [{ id: r.external_userid, type: 2, join_time, join_scene: 3 }]);
  }
};

const retag: Deed = ({ world, rng }, r) => {
  const all = [...world.tagOf.keys()];
  if (all.length === 0) return;
  const id = rng.pick(all);
  r.tags = r.tags.includes(id) ? r.tags.filter((t) => t !== id) : [...r.tags, id];
  edited(world, r);
};

const remark: Deed = ({ world, rng }, r) => {
  r.remark = `备注${rng.below(1000)}`;
  edited(world, r);
};

/** Deeds with their weights; those beside `come` need a relation. */
const deeds: [number, Deed][] = [
  [20, come],
  [25, ({ world, rng }, r) => chat(world, r, rng.next() < 0.5 ? 'customer' : 'staff', 1)],
  [15, retag],
  [10, remark],
  [15, group],
  [6, ({ world }, r) => customerDeletes(world, r)],
  [6, ({ world }, r) => staffDeletes(world, r)],
  [3, ({ world }, r) => void confirmRelation(world, r.userid, r.external_userid)],
];
const total = deeds.reduce((n, [weight]) => n + weight, 0);
const LEAVE = 0.002; // part of the turns in which the staff member leaves

function choose(rng: Rng): Deed {
  let at = rng.below(total);
  for (const [weight, deed] of deeds) {
    if (at < weight) return deed;
    at -= weight;
  }
  return come;
}

/** Lives `acts` turns, the clock going forward by up to `seconds` in each. */
export function liveOn(sim: Sim, acts: number, seconds: number): object {
  const { world } = sim;
  const rng = new Rng(sim.seed, 'life', world.count('life'));
  let did = 0;
  for (let n = 0; n < acts; n++) {
    if (seconds > 0) sim.clock.advance(rng.below(seconds + 1) * 1000);
    const able = [...world.staff.values()].filter((s) => s.status === 1 && s.contact_right);
    if (able.length === 0) break;
    const staff = rng.pick(able);
    const theirs = [...world.relationsOf(staff.userid).values()];
    const relation = theirs.length === 0 ? undefined : rng.pick(theirs);
    const turn: Turn = { world, rng, staff, relation };
    if (rng.next() < LEAVE && able.length > 2) leaveStaff(world, staff);
    else if (relation) choose(rng)(turn, relation);
    else come(turn);
    did++;
  }
  return { acts: did, at_s: sim.clock.s() };
}
