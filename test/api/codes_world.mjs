/* Koi and a simulator of WeCom at one time that only goes on when told, with three members of staff
 * whom Koi knows: for tests of codes and links. */
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

/* Koi and the simulator at one time, which only goes on when told. */
export class World {
  constructor(sim, koi, admin, file) {
    Object.assign(this, { sim, koi, admin, file, now: monday8 });
  }

  async at(now) {
    this.now = now;
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(now) * 1000000n);
    writeFileSync(this.file, bytes, { flag: 'r+' });
    await this.sim.post('clock/set', { at_s: now });
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

  async look() {
    return this.admin.post('/api/codes/look');
  }

  /* Who stands at the only contact way. */
  async standing() {
    const { contact_ways } = await this.sim.get('state');
    assert.equal(contact_ways.length, 1);
    return contact_ways[0].fields.user;
  }
}

export async function world(t, engine) {
  const folder = mkdtempSync(join(tmpdir(), 'koi-clock-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'clock');
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(monday8) * 1000000n);
  writeFileSync(file, bytes);
  const { sim, koi } = await pair(t, engine, { KOI_TEST_CLOCK: file });
  const admin = await koi.signIn('administrator');
  await admin.put('/api/settings/wecom_token', { value: token });
  await admin.put('/api/settings/wecom_aes_key', { value: aes_key });
  const w = new World(sim, koi, admin, file);
  await w.at(monday8);
  await sim.post('callback', {
    url: `http://127.0.0.1:${koi.port}/api/wecom/callback`,
    token,
    aes_key,
  });
  /* Three members of staff, whom Koi learns of by a friend of each. */
  const { staff } = await sim.get('state');
  w.people = staff.filter((s) => s.contact_right && s.status === 1).slice(0, 3);
  for (const { userid } of w.people) await sim.post('customer/add', { userid, welcome: false });
  await w.settled();
  const known = (await admin.get('/api/staff?limit=200')).items;
  w.ids = w.people.map(({ userid }) => known.find((s) => s.userid === userid).id);
  w.userids = w.people.map(({ userid }) => userid);
  return w;
}
