/* One history of a corp at the simulator, told to Koi through bad weather: callbacks lost, doubled,
 * late and out of order, calls refused and cut, tokens revoked, the server killed. When all is calm
 * and a full sync is through, Koi's rows are what the simulator shows, and the log has each fact
 * that was delivered or can be seen, once.
 *
 * Acts and weather follow from the seed. What Koi asks when does not: it runs beside them. */
import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { start as simulate } from '../../sim/src/server.ts';
import { control } from '../../sim/src/control/table.ts';
import { random, start, until } from './harness.mjs';
import { endedByCustomers, factsAgree } from './wecom_facts.mjs';
import { becomesEqual, truthOf } from './wecom_truth.mjs';

const token = 'QDG6eK';
const aes_key = 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C';

const storm = {
  callback_lost: 0.1,
  callback_doubled: 0.1,
  callback_reordered: 0.2,
  callback_late: 0.1,
  callback_late_s: 300,
  http_busy: 0.02,
  http_cut: 0.02,
  token_revoked: 0.02,
  stale_cursor: 0.02,
};

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

class History {
  constructor(t, engine, seed) {
    Object.assign(this, { t, engine, seed, below: random(seed * 7919 + 17), names: 0 });
    this.kills = 0;
  }

  /* ---- the two and their clocks ---- */

  /* Koi's clock runs on by itself, and is never behind the simulator's. */
  tick(us = 5000) {
    this.now_us = Math.max(this.now_us + us, this.world.now() * 1e6);
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(this.now_us));
    writeSync(this.clock, bytes, 0, 8, 0);
  }

  async begin() {
    const folder = mkdtempSync(join(tmpdir(), 'koi-history-'));
    this.clock = openSync(join(folder, 'clock'), 'w+');
    this.t.after(() => rmSync(folder, { recursive: true, force: true }));
    const sim = await simulate(0, this.seed);
    this.t.after(() => sim.close());
    this.sim = sim;
    await this.do('corp', {
      seed: this.seed,
      staff: 4,
      customers: 6 + this.below(8),
      departments: 3,
      tag_groups: 2,
      groups: 2,
    });
    this.world = sim.desk.sim.world;
    this.now_us = 0;
    this.tick();
    this.timer = setInterval(() => this.tick(), 5);
    this.t.after(() => {
      clearInterval(this.timer);
      closeSync(this.clock);
    });
    const secret = (name) => this.world.apps.find((app) => app.name === name).secret;
    this.koi = await start(this.t, this.engine, {
      env: {
        KOI_TEST_CLOCK: join(folder, 'clock'),
        KOI_WECOM_BASE_URL: sim.url,
        KOI_WECOM_CORP_ID: this.world.corpid,
        KOI_WECOM_APP_SECRET: secret('koi'),
        KOI_WECOM_CONTACT_SECRET: secret('customer'),
        KOI_WECOM_DIRECTORY_SECRET: secret('contacts'),
        KOI_WECOM_TOKEN: token,
        KOI_WECOM_AES_KEY: aes_key,
        KOI_WECOM_SYNC_HOUR: '-1',
      },
    });
    await this.listen();
  }

  /* A control call, without the network. */
  do(path, given = {}) {
    return control(this.sim.desk, 'POST', path, given);
  }

  get sender() {
    return this.sim.desk.sim.sender;
  }

  /* Callbacks go to the server, which has another port each time it is started. */
  async listen() {
    const url = `http://127.0.0.1:${this.koi.port}/api/wecom/callback`;
    if (this.sender.address) this.sender.address.url = url;
    else await this.do('callback', { url, token, aes_key });
  }

  /* Time leaps. Koi's clock goes first, and the simulator's when nothing is on its way that was
   * asked before: an answer is never from a minute after its question, as it never is in life. */
  async advance(seconds) {
    this.now_us = Math.max(this.now_us, (this.world.now() + seconds) * 1e6);
    this.tick();
    await until(async () => (await this.calls()) === 0, 'every call is answered', 20000);
    await this.do('clock/advance', { seconds });
    this.tick();
  }

  /* How many calls of Koi's are on their way; a server that was killed has none. */
  async calls() {
    const reply = await fetch(`http://127.0.0.1:${this.koi.port}/metrics`).catch(() => null);
    if (reply === null) return 0;
    return Number(/^koi_wecom_calls_open (\d+)$/m.exec(await reply.text())[1]);
  }

  async kill() {
    await this.koi.crash();
    this.kills++;
    if (this.below(3) === 0) await this.act(); /* nobody hears of it */
    await this.koi.serve();
    await this.listen();
  }

  /* ---- what people do ---- */

  one(list) {
    const all = [...list];
    return all.length === 0 ? undefined : all[this.below(all.length)];
  }

  able() {
    return [...this.world.staff.values()].filter((s) => s.status === 1 && s.contact_right);
  }

  friendship() {
    const staff = this.one(this.able());
    const r = this.one(this.world.relationsOf(staff.userid).values());
    return r && { ...r };
  }

  group() {
    return this.one(this.world.groups.values());
  }

  name(word) {
    return `${word}${++this.names}`;
  }

  deeds = [
    [10, () => this.add({})],
    [10, () => this.addAgain()],
    [8, (r) => r.customer_deleted || this.do('customer/delete', pair(r))],
    [8, (r) => this.do('staff/delete_customer', pair(r))],
    [4, (r) => this.do('staff/remark', { ...pair(r), remark: this.name('备注') })],
    [10, (r) => this.tag(r)],
    [2, (r) => this.do('customer/chat', { ...pair(r), from: 'customer', messages: 1 })],
    [4, (r) => this.do('customer/confirm', pair(r)).catch(() => {})],
    [12, (r) => this.join(r)],
    [8, () => this.leave()],
    [2, (r) => this.do('group/create', { owner: r.userid, name: this.name('群') })],
    [1, () => this.ofGroup((chat_id) => this.do('group/dismiss', { chat_id }))],
    [
      2,
      () => this.ofGroup((chat_id) => this.do('group/set', { chat_id, name: this.name('新群') })),
    ],
    [5, () => this.library()],
    [3, () => this.directory()],
  ];

  async act() {
    await this.advance(this.below(31));
    const total = this.deeds.reduce((n, [weight]) => n + weight, 0);
    let at = this.below(total);
    const r = this.friendship();
    for (const [weight, deed] of this.deeds) {
      at -= weight;
      if (at >= 0) continue;
      await (r ? deed(r) : this.add({}));
      break;
    }
    this.tick(1);
  }

  add(more) {
    const { userid } = this.one(this.able());
    const state = this.below(2) === 0 ? `channel-${this.below(5)}` : undefined;
    const half = this.below(6) === 0 ? true : undefined;
    return this.do('customer/add', clean({ userid, state, half, ...more }));
  }

  /* Somebody who is nobody's, or no more this one's. */
  async addAgain() {
    const { external_userid } = this.one(this.world.customers.values());
    const { userid } = this.one(this.able());
    const old = this.world.relation(userid, external_userid);
    if (old && !old.customer_deleted) return;
    await this.add({ userid, external_userid });
  }

  async tag(r) {
    const id = this.one(this.world.tagOf.keys());
    if (!id) return;
    const way = r.tags.includes(id) ? 'remove_tag' : 'add_tag';
    await this.do('staff/tag', { ...pair(r), [way]: [id] });
  }

  async ofGroup(act) {
    const group = this.group();
    if (group) await act(group.chat_id, group);
  }

  join(r) {
    return this.ofGroup(async (chat_id, group) => {
      const who = this.below(4) === 0 ? this.one(this.world.customers.keys()) : r.external_userid;
      if (!group.members.has(who)) await this.do('group/join', { chat_id, members: [who] });
    });
  }

  leave() {
    return this.ofGroup(async (chat_id, group) => {
      const who = this.one([...group.members.values()].filter((m) => m.type === 2));
      if (!who) return;
      await this.do('group/leave', { chat_id, members: [who.id], removed: this.below(2) === 0 });
    });
  }

  async library() {
    const group = this.one(this.world.tagGroups.values());
    const id = this.one(this.world.tagOf.keys());
    const what = this.below(4);
    if (!group || !id || what === 0)
      await this.do('tag/create', { group_name: this.name('组'), names: [this.name('标')] });
    else if (what === 1) await this.do('tag/rename', { id, name: this.name('改') });
    else if (what === 2) await this.do('tag/delete', { id });
    else await this.do('tag/shuffle', { group_id: group.id });
  }

  async directory() {
    const { userid } = this.one(this.able());
    const department = [this.one(this.world.departments.keys())];
    const what = this.below(3);
    if (what === 0) {
      const name = this.name('员工');
      await this.do('staff/join', { userid: `new${this.names}`, name, department });
    } else if (what === 1) {
      await this.do('staff/move', { userid, department });
    } else if (this.able().length > 2) {
      await this.do('staff/leave', { userid });
    }
  }

  /* ---- what an operator does in Koi ---- */

  /* A tag of WeCom's on somebody whom Koi knows, or off again. */
  async wish() {
    const { items } = await this.koi.local('GET', '/api/customers?limit=50');
    const who = this.one(items);
    const { categories } = await this.koi.local('GET', '/api/tags');
    const tags = categories.flatMap((c) => c.groups.flatMap((g) => (g.wecom ? g.tags : [])));
    const tag = this.one(tags.filter((x) => !x.archived));
    if (!who || !tag) return;
    const there = who.tags.some((x) => x.id === tag.id);
    const path = `/api/customers/${who.id}/tags/${tag.id}`;
    await this.koi.local(there ? 'DELETE' : 'PUT', path, undefined, 204);
  }

  /* ---- the course of it ---- */

  /* Until nothing waits in a list of work; what failed is tried again as time goes on. Dead may be
   * what had these reasons. */
  async worked(path, reasons = []) {
    let step = 1;
    await until(
      async () => {
        const { items } = await this.koi.local('GET', `${path}?state=waiting&limit=1`);
        if (items.length > 0) await this.advance((step = Math.min(step * 1.3, 600)) | 0);
        return items.length === 0;
      },
      `${path} is worked off`,
      60000,
    );
    const dead = await this.koi.local('GET', `${path}?state=dead&limit=10`);
    const wrong = dead.items.filter((x) => !reasons.includes(x.error.code));
    assert.deepEqual(wrong, [], path);
  }

  async sync() {
    const { job } = await this.koi.local('POST', '/api/wecom/sync', {}, 202);
    return job.id;
  }

  /* A sync that an earlier kill broke off goes on by itself. */
  async syncDone() {
    await until(
      async () => {
        const { job } = await this.koi.local('GET', '/api/wecom/sync');
        return !job || ['done', 'failed', 'stopped'].includes(job.state);
      },
      'the sync that runs',
      60000,
    );
  }

  async round() {
    const acts = 2 + this.below(8);
    for (let n = 0; n < acts; n++) {
      await this.act();
      if (this.below(3) === 0) await pause(this.below(15));
    }
    const what = this.below(10);
    if (what < 2) await this.kill();
    else if (what === 2) await this.sync().catch(() => {});
    else if (what === 3) await this.wish().catch(() => {});
    else if (what === 4) await this.do('tokens/revoke', {});
    else if (what < 7) await this.sender.drain();
    if (this.below(8) === 0) {
      await pause(this.below(40));
      await this.kill();
    }
  }

  async calm() {
    await this.do('weather', { preset: 'calm' });
    await this.advance(400); /* those that are late */
    await this.sender.drain();
    await this.worked('/api/inbox');
    /* A tag may have been deleted at WeCom, and nobody heard of it yet. */
    await this.worked('/api/outbox', ['wecom_40068']);
    await this.advance(120);
    await this.syncDone();
    await this.sync();
    await this.syncDone();
    const last = await this.koi.local('GET', '/api/wecom/sync');
    assert.equal(last.job.state, 'done', JSON.stringify(last));
    assert.equal(last.job.result.complete, true, JSON.stringify(last));
    /* Tags that somebody wore here follow into friendships of which the sync told. */
    await this.worked('/api/outbox', ['wecom_40068']);
  }

  async run() {
    await this.begin();
    if (this.below(2) === 0) {
      await this.sync();
      await this.syncDone();
    }
    await this.do('weather', storm);
    const rounds = 3 + this.below(5);
    for (let n = 0; n < rounds; n++) await this.round();
    await this.calm();
    const read = { get: () => control(this.sim.desk, 'GET', 'state', {}) };
    const ended = await endedByCustomers(this.sim.desk.sim, this.koi);
    await becomesEqual(read, this.koi, await truthOf(read, { ended }));
    const facts = await factsAgree(this.sim.desk.sim, this.koi);
    assert.deepEqual(this.sim.desk.sim.violations, []);
    return { ...facts, kills: this.kills };
  }
}

const pair = ({ userid, external_userid }) => ({ userid, external_userid });

const clean = (given) =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));

/* Lives the history of a seed and compares; how many facts and kills there were. `look` is called
 * with it when it failed, before it is ended. */
export async function history(engine, seed, look = () => {}) {
  const ends = [];
  const one = new History({ after: (end) => ends.unshift(end) }, engine, seed);
  try {
    return await one.run();
  } catch (error) {
    await look(one);
    throw error;
  } finally {
    for (const end of ends) await end();
  }
}
