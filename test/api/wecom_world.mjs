/* Koi and a simulator of WeCom at one time that only goes on when told: for tests of what happens
 * by the hour. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './harness.mjs';
import { pair } from './wecom_pair.mjs';

const token = 'QDG6eK';
const aes_key = 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C';
/* Monday 23 November 2026, 08:00 in Shanghai. */
export const monday8 = Date.UTC(2026, 10, 23, 0) / 1000;

export class World {
  async at(now) {
    this.now = now;
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(now) * 1000000n);
    writeFileSync(this.file, bytes, { flag: 'r+' });
    await this.sim.post('clock/set', { at_s: now });
  }

  /* So much later that sessions have ended. */
  async later(now) {
    await this.at(now);
    this.admin = await this.koi.signIn('administrator');
  }

  /* Callbacks go to where Koi listens now. */
  async connect() {
    const url = `http://127.0.0.1:${this.koi.port}/api/wecom/callback`;
    await this.sim.post('callback', { url, token, aes_key });
  }

  /* Everything told has been worked off; messages are left alone for two seconds. */
  async settled() {
    await this.sim.post('callbacks/drain');
    await until(async () => {
      await this.at(this.now + 1);
      const { items } = await this.admin.get('/api/inbox?state=waiting&limit=1');
      return items.length === 0;
    }, 'the inbox is empty');
    const dead = await this.admin.get('/api/inbox?state=dead&limit=10');
    assert.deepEqual(dead.items, []);
  }

  /* Members of staff who serve customers, whom Koi learns of by so many friends of each. */
  async meet(friends) {
    const { staff } = await this.sim.get('state');
    this.people = staff.filter((s) => s.contact_right && s.status === 1).slice(0, friends.length);
    this.userids = this.people.map(({ userid }) => userid);
    this.customers = this.people.map(() => []);
    for (const [i, userid] of this.userids.entries())
      for (let n = 0; n < friends[i]; n++) {
        const added = await this.sim.post('customer/add', { userid, welcome: false });
        this.customers[i].push(added.external_userid);
      }
    await this.settled();
    const known = (await this.admin.get('/api/staff?limit=200')).items;
    this.ids = this.userids.map((userid) => known.find((s) => s.userid === userid).id);
  }
}

/* One whose callbacks reach Koi. `Of`: a class of its own that extends World. */
export async function world(t, engine, { Of = World, now = monday8, size, ...env } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'koi-clock-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const w = Object.assign(new Of(), { file: join(folder, 'clock') });
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(now) * 1000000n);
  writeFileSync(w.file, bytes);
  Object.assign(w, await pair(t, engine, { size, KOI_TEST_CLOCK: w.file, ...env }));
  w.admin = await w.koi.signIn('administrator');
  await w.admin.put('/api/settings/wecom_token', { value: token });
  await w.admin.put('/api/settings/wecom_aes_key', { value: aes_key });
  await w.at(now);
  await w.connect();
  return w;
}
