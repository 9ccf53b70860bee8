/* The demo corp live, as `./run demo live` runs it, at a high pace: what people do in the simulator
 * arrives in Koi the real way, both programs end together, and the next run goes on. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { goLive } from './demo_live.mjs';
import { each, start, until } from './harness.mjs';

const number = async (koi, sql) => Number(await koi.sql(sql));
const FRIENDS = 'SELECT count(*) FROM relation WHERE deleted_s IS NULL AND told_us IS NOT NULL';
const FROM_CODES = 'SELECT count(*) FROM code_entry';
const WELCOMED = "SELECT count(*) FROM welcome WHERE state = 'sent'";
const LIVE_ORDERS = "SELECT count(*) FROM orders WHERE number LIKE 'LIVE%'";
const LEFT_BY_STAFF = "SELECT count(*) FROM relation WHERE deleted_by = 'staff'";
const EDITED = `SELECT count(*) FROM event e JOIN event_kind k ON k.id = e.kind
  WHERE k.name = 'field_change'`;
const TAGS = 'SELECT count(*) FROM relation_tag';
const MEMBERS = 'SELECT count(*) FROM group_member WHERE join_scene = 3 AND left_s IS NULL';

each('the live demo', (engine) => {
  test('friends, welcomes, tags, orders and members arrive; both end; it goes on', async (t) => {
    const koi = await start(t, engine);
    const admin = await koi.signIn('administrator');
    const { job } = await admin.post('/api/demo', { customers: 1000, seed: 1 }, 202);
    const done = await admin.job(job.id);
    assert.equal(done.state, 'done', JSON.stringify(done.error));
    const before = await number(koi, 'SELECT count(*) FROM customer');
    const departments = await number(koi, 'SELECT count(*) FROM department');
    const groups = await number(koi, 'SELECT count(*) FROM chat_group');
    const products = await number(koi, 'SELECT count(*) FROM product');
    const left = await number(koi, LEFT_BY_STAFF);
    const edited = await number(koi, EDITED);
    await koi.stop();

    let live = await goLive(t, koi);
    /* What the first sync told, and what lives. */
    const wants = [
      [FRIENDS, 500],
      [FROM_CODES, 5],
      [WELCOMED, 5],
      [LIVE_ORDERS, 2],
      [TAGS, 2],
      [MEMBERS, 2],
    ];
    for (const [sql, least] of wants) {
      await until(async () => (await number(koi, sql)) >= least, sql, 90000);
    }
    await until(
      async () =>
        (await number(koi, "SELECT count(*) FROM job WHERE kind='wecom_sync' AND state='done'")) >
        0,
      'the sync to end',
      60000,
    );
    assert.deepEqual((await live.sim('violations')).violations, []);
    /* The corp at the simulator is the demo corp: nothing is there twice. */
    assert.equal(await number(koi, 'SELECT count(*) FROM department'), departments);
    assert.equal(await number(koi, 'SELECT count(*) FROM chat_group'), groups);
    assert.equal(await number(koi, 'SELECT count(*) FROM product'), products);
    assert.ok(
      (await number(koi, EDITED)) < edited + 50,
    ); /* who joined a group before we heard of them */
    /* And the sync has ended no friendship of the demo, but those that staff ended since. */
    const { relations } = await live.sim('state');
    const { entries: acts } = await live.sim('journal');
    const ended = acts.filter((x) => x.act === 'del_external_contact').length;
    assert.ok((await number(koi, LEFT_BY_STAFF)) - left <= ended);
    await live.stop();
    const after = await number(koi, 'SELECT count(*) FROM customer');
    assert.ok(after > before && after < before + 1000, `${before} → ${after}`);
    assert.ok(existsSync(join(koi.data, 'simulator.kept')));
    /* Nothing of it stays behind in the settings, and its token is of no use. */
    assert.equal(await number(koi, "SELECT count(*) FROM setting WHERE name LIKE 'wecom%'"), 0);
    assert.equal(await number(koi, 'SELECT count(*) FROM token WHERE revoked_s IS NULL'), 0);

    live = await goLive(t, koi);
    const again = new Set((await live.sim('state')).relations.map((r) => r.external_userid));
    for (const r of relations) {
      if (r.status === 'friend') assert.ok(again.has(r.external_userid), r.external_userid);
    }
    const entries = await number(koi, FROM_CODES);
    await until(async () => (await number(koi, FROM_CODES)) > entries, 'friends again', 60000);
    assert.equal(await number(koi, "SELECT count(*) FROM code WHERE kind = 'staff'"), 2);
    assert.deepEqual((await live.sim('violations')).violations, []);
    await live.stop();
  });
});
