/* Hand-overs against a simulator of WeCom, both clocks turned by hand: on the job and after
 * leaving, refusals and their cool-downs, callbacks, groups, and a server that is killed while it
 * asks. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { each, until } from './harness.mjs';
import { noViolations } from './wecom_pair.mjs';
import { World, world as start } from './wecom_world.mjs';

const begin = Date.UTC(2026, 10, 23, 1) / 1000;
const hour = 3600;
const day = 24 * hour;
const reason = '门店调整';

class HandoverWorld extends World {
  async pass(seconds) {
    await this.at(this.now + seconds);
    if (seconds > 10 * hour) this.admin = await this.koi.signIn('administrator'); /* sessions end */
    await this.settled();
  }

  look() {
    return this.admin.post('/api/handovers/look');
  }

  /* A hand-over of everything the first member of staff has. */
  hand(body, status = 201) {
    return this.admin.post(
      '/api/handovers',
      { from_staff_id: this.ids[0], reason, ...body },
      status,
    );
  }

  one(id) {
    return this.admin.get(`/api/handovers/${id}`);
  }

  async items(id, state) {
    const query = state ? `?state=${state}` : '';
    return (await this.admin.get(`/api/handovers/${id}/items${query}`)).items;
  }

  /* Whose friends the customers are at WeCom. */
  async friendsOf(userid) {
    const { relations } = await this.sim.get('state');
    return relations.filter((r) => r.userid === userid).map((r) => r.external_userid);
  }

  /* How often WeCom was asked to hand each customer over. */
  async askings() {
    const { entries } = await this.sim.get('journal');
    const found = {};
    for (const { what } of entries.filter((e) => /transfer_customer$/.test(e.act)))
      for (const id of what.args.external_userid) found[id] = (found[id] ?? 0) + 1;
    return found;
  }
}

/* Three members of staff; the first has so many friends. */
async function world(t, engine, { friends = 5, env = {} } = {}) {
  const size = { staff: 4, customers: 0, groups: 0 };
  const w = await start(t, engine, { Of: HandoverWorld, now: begin, size, ...env });
  await w.meet([friends, 1, 1]);
  w.customers = w.customers[0];
  return w;
}

each('hand-overs', (engine) => {
  test('on the job: planned, confirmed, asked for once, bound anew', async (t) => {
    const w = await world(t, engine);
    const [, b, c] = w.ids;
    const heirs = [{ staff_id: b, weight: 3 }, { staff_id: c }];
    const plan = await w.hand({ rule: 'weights', heirs, dry_run: true }, 200);
    assert.equal(plan.id, null);
    assert.equal(plan.kind, 'onjob');
    assert.equal(plan.customers, 5);
    assert.deepEqual(
      plan.heirs.map((h) => h.customers),
      [4, 1],
    );
    assert.deepEqual((await w.admin.get('/api/handovers')).items, []);
    const other = await w.hand({ rule: 'weights', heirs, customers: 4 }, 409);
    assert.equal(other.error.code, 'handover_changed');
    const made = await w.hand({
      rule: 'weights',
      heirs,
      customers: 5,
      message: '以后由同事服务您',
    });
    /* Nobody is in two at once. */
    const again = await w.hand({ rule: 'one', heirs: [{ staff_id: b }], dry_run: true }, 200);
    assert.equal(again.customers, 0);
    assert.deepEqual(
      again.left_out.map((x) => [x.code, x.customers]),
      [['open', 5]],
    );
    assert.equal((await w.look()).asked, 5);
    assert.equal((await w.look()).asked, 0);
    assert.equal((await w.one(made.id)).customers.asked, 5);
    await w.pass(hour);
    assert.deepEqual(await w.look(), { asked: 0, accepted: 0, refused: 0, waiting: 0, ended: 0 });
    await w.pass(day);
    const done = await w.look();
    assert.equal(done.accepted, 5);
    assert.equal(done.ended, 1);
    const shown = await w.one(made.id);
    assert.equal(shown.state, 'done');
    assert.equal(shown.customers.passed, 5);
    assert.equal(shown.error, null);
    assert.equal((await w.friendsOf(w.userids[1])).length, 5);
    assert.equal((await w.admin.get(`/api/customers?bound_to=${b}`)).items.length, 5);
    assert.equal((await w.admin.get(`/api/customers?bound_to=${w.ids[0]}`)).items.length, 0);
    const [item] = await w.items(made.id);
    const bound = await w.admin.get(`/api/customers/${item.customer.id}/binding`);
    assert.equal(bound.history[0].cause, 'transfer');
    assert.equal(bound.history[0].reason, reason);
    assert.equal(bound.handovers[0].state, 'passed');
    await noViolations(w.sim);
  });

  test('refused by the customer: by callback, again after the cool-down, then lost', async (t) => {
    const w = await world(t, engine, { friends: 2 });
    const [, b] = w.ids;
    const made = await w.hand({ rule: 'one', heirs: [{ staff_id: b }] });
    await w.look();
    const [no] = w.customers;
    await w.sim.post('customer/refuse_transfer', { external_userid: no });
    await w.settled();
    const [refused] = await w.items(made.id, 'refused');
    assert.equal(refused.code, 'customer_refused');
    assert.ok(refused.message.length > 3);
    assert.equal(refused.tries, 1);
    assert.equal(refused.due_s - refused.changed_s, 30 * day);
    await w.pass(day + hour);
    assert.equal((await w.look()).accepted, 1);
    assert.equal((await w.one(made.id)).state, 'running');
    await w.pass(28 * day);
    assert.equal((await w.look()).asked, 0);
    await w.pass(2 * day);
    assert.equal((await w.look()).asked, 1);
    await w.sim.post('customer/refuse_transfer', { external_userid: no });
    await w.settled();
    const [lost] = await w.items(made.id, 'lost');
    assert.equal(lost.tries, 2);
    assert.equal(lost.due_s, null);
    await w.look();
    assert.equal((await w.one(made.id)).state, 'done');
    const line = await w.admin.get(
      `/api/customers/${lost.customer.id}/timeline?kind=handover_lost`,
    );
    assert.equal(line.items.length, 1);
    const bound = await w.admin.get(`/api/customers/${lost.customer.id}/binding`);
    assert.equal(bound.binding.staff.id, w.ids[0]); /* a loss moves nobody */
    assert.equal(bound.handovers[0].state, 'lost');
    const found = await w.koi.koi('handover', 'show', made.id, '--state', 'lost');
    assert.equal(found.code, 0, found.err);
    assert.match(found.out, /lost/);
    await noViolations(w.sim);
  });

  test('killed at three moments it asks for nobody twice', async (t) => {
    const w = await world(t, engine, { friends: 130 });
    const [, b] = w.ids;
    const heirs = [{ staff_id: b }];
    const api = 'externalcontact/transfer_customer';
    const made = await w.hand({ rule: 'one', heirs, customers: 130 });
    const again = async () => {
      await w.koi.crash();
      await w.koi.serve();
      await w.connect();
    };
    const asking = () => w.look().catch(() => 'the server is gone');
    /* Marked, and WeCom was not reached: it is found out that nothing was done. */
    await w.sim.post('faults', { api, kind: 'delay', ms: 15_000, times: 1 });
    let look = asking();
    await until(async () => (await w.one(made.id)).customers.asking > 0, 'it is marked');
    await again();
    await look;
    w.sim.clearFaults();
    /* Done, and the answer lost. */
    await w.at(w.now + 121);
    await w.sim.post('faults', { api, kind: 'cut', times: 1 });
    await w.look(); /* finds out about the first hundred, asks for the rest: lost */
    await w.at(w.now + 121);
    await w.look();
    await again();
    /* Done, and killed before it was written: the answer comes after the kill. */
    await w.at(w.now + 121);
    await w.look();
    await w.pass(hour);
    await w.look();
    const now = await w.one(made.id);
    assert.equal(now.customers.asked, 130, JSON.stringify(now.customers));
    const askings = await w.askings();
    assert.equal(Object.keys(askings).length, 130);
    assert.deepEqual([...new Set(Object.values(askings))], [1]);
    await w.pass(day);
    await w.look();
    const done = await w.one(made.id);
    assert.equal(done.customers.passed, 130);
    assert.equal((await w.friendsOf(w.userids[1])).length, 131);
    await noViolations(w.sim);
  });

  test('a full successor, and a refusal whose callback was lost', async (t) => {
    const w = await world(t, engine, { friends: 1 });
    const [, b] = w.ids;
    await w.sim.post('staff/set', { userid: w.userids[1], capacity: 1 });
    const made = await w.hand({ rule: 'one', heirs: [{ staff_id: b }] });
    assert.equal((await w.look()).refused, 1);
    const [full] = await w.items(made.id, 'refused');
    assert.equal(full.code, 'wecom_40099');
    assert.equal(full.due_s - full.changed_s, 7 * day);
    await w.sim.post('staff/set', { userid: w.userids[1], capacity: 100 });
    await w.pass(7 * day + hour);
    assert.equal((await w.look()).asked, 1);
    /* The customer says no, and nobody hears the callback. */
    await w.sim.post('weather', { callback_lost: 1 });
    await w.sim.post('customer/refuse_transfer', { external_userid: w.customers[0] });
    await w.at(w.now + hour + 1);
    assert.equal((await w.look()).refused, 1);
    const [no] = await w.items(made.id);
    assert.equal(no.code, 'customer_refused');
    assert.equal(no.state, 'lost'); /* the second refusal */
    await noViolations(w.sim);
  });

  test('after leaving: compared with WeCom’s list, groups too', async (t) => {
    const w = await world(t, engine, { friends: 3 });
    const [a, b, c] = w.ids;
    const group = await w.sim.post('group/create', { owner: w.userids[0], name: '福利群' });
    assert.ok(group.chat_id);
    await w.settled();
    await w.sim.post('staff/leave', { userid: w.userids[0] });
    await w.settled();
    const plan = await w.hand(
      { rule: 'even', heirs: [{ staff_id: b }, { staff_id: c }], dry_run: true },
      200,
    );
    assert.equal(plan.kind, 'resigned');
    assert.equal(plan.customers, 3);
    assert.equal(plan.groups, 1);
    const made = await w.hand({ rule: 'even', heirs: [{ staff_id: b }, { staff_id: c }] });
    const first = await w.look();
    assert.equal(first.asked, 4);
    assert.equal(first.accepted, 1); /* groups pass at once */
    const { groups } = await w.sim.get('state');
    assert.equal(groups.find((g) => g.chat_id === group.chat_id).owner, w.userids[1]);
    await w.pass(day + hour);
    assert.equal((await w.look()).accepted, 3);
    const shown = await w.one(made.id);
    assert.equal(shown.state, 'done');
    assert.equal(shown.customers.passed, 3);
    assert.equal(shown.groups.passed, 1);
    assert.equal((await w.admin.get(`/api/customers?bound_to=${a}`)).items.length, 0);
    assert.deepEqual((await w.admin.get('/api/bindings/left')).items, []);
    await noViolations(w.sim);
  });

  test('what may not be is refused, and only within the scope', async (t) => {
    const w = await world(t, engine, { friends: 1 });
    const [a, b] = w.ids;
    const refused = async (body, code, status) =>
      assert.equal((await w.hand(body, status)).error.code, code);
    await refused({ rule: 'one', heirs: [{ staff_id: a }] }, 'heir_same', 400);
    await refused({ rule: 'one', heirs: [] }, 'heirs_missing', 400);
    await refused({ rule: 'one', heirs: [{ staff_id: '5' }] }, 'staff_unknown', 400);
    await refused({ rule: 'one', heirs: [{ staff_id: b }, { staff_id: b }] }, 'heir_twice', 400);
    await refused({ rule: 'weights', heirs: [{ staff_id: b, weight: 0 }] }, 'heirs_shape', 400);
    await refused({ rule: 'one', heirs: [{ staff_id: b }], expression: 'tag(' }, 'value', 400);
    const own = await w.koi.signIn('manager', { scope: 'own', staff_id: b });
    const reply = await own.call('POST', '/api/handovers', {
      from_staff_id: a,
      rule: 'one',
      heirs: [{ staff_id: b }],
      reason,
    });
    assert.equal(reply.body.error.code, 'staff_unknown');
    const made = await w.hand({ rule: 'one', heirs: [{ staff_id: b }] });
    assert.equal((await own.call('GET', `/api/handovers/${made.id}`)).status, 404);
    const stopped = await w.admin.post(`/api/handovers/${made.id}/stop`);
    assert.equal(stopped.customers.stopped, 1);
    assert.equal((await w.look()).asked, 0);
    const back = await w.admin.post(`/api/handovers/${made.id}/retry`);
    assert.equal(back.state, 'running');
    assert.equal((await w.look()).asked, 1);
    await noViolations(w.sim);
  });
});
