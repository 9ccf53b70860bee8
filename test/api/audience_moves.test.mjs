/* Who entered and who left each live audience: ticks of a running server, on a clock that the test
 * moves. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { corp, customers, DAY, ordersOf } from './corp.mjs';
import { each, until } from './harness.mjs';

/* The corp with a tick each second, and a clock that stands still until it is told. */
async function ticking(t, engine) {
  const folder = mkdtempSync(join(tmpdir(), 'koi-clock-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'clock');
  const clock = { now_s: Math.floor(Date.now() / 1000) };
  clock.set = (now_s) => {
    const bytes = Buffer.alloc(8);
    clock.now_s = now_s;
    bytes.writeBigInt64LE(BigInt(now_s) * 1000000n);
    writeFileSync(file, bytes, { flag: 'r+' });
  };
  writeFileSync(file, Buffer.alloc(8));
  clock.set(clock.now_s);
  const env = { KOI_TEST_CLOCK: file, KOI_AUDIENCE_SECONDS: '1' };
  const { koi } = await corp(t, engine, { env });
  const read = ['audience_read', 'customer_read'];
  const staff = await koi.tokenFor('staff', read, { scope: 'own', staff_id: '1' });
  const get = (path) => koi.local('GET', path);
  const save = async (name, expression, live = true) =>
    (await koi.local('POST', '/api/audiences', { name, expression, live }, 201)).id;
  const moves = async (id, query = '') => (await get(`/api/audiences/${id}/moves${query}`)).items;
  const sizes = async (id, query = '') => (await get(`/api/audiences/${id}/sizes${query}`)).items;
  const put = (id, tag) => koi.local('PUT', `/api/customers/${id}/tags/${tag}`, undefined, 200);
  const off = (id, tag) => koi.local('DELETE', `/api/customers/${id}/tags/${tag}`, undefined, 200);
  /* Until a tick at this very time, or a later one, has seen the audience. */
  const seen = async (id, seconds = 60) => {
    clock.set(clock.now_s + seconds);
    await until(async () => (await get(`/api/audiences/${id}`)).sized_s >= clock.now_s, 'a tick');
  };
  return { koi, clock, staff, get, save, moves, sizes, put, off, seen };
}

const who = (list) => list.map(({ way, customer }) => `${way} ${customer.id}`).sort();

/* From row to row: what was, who came, who went. */
function addUp(rows) {
  for (const [i, row] of rows.entries())
    if (i > 0 && !row.began)
      assert.equal(row.size, rows[i - 1].size + row.entered - row.left - row.gone);
}

each('moves of audiences', (engine) => {
  test('who enters and who leaves, listed once, across a stop and a crash', async (t) => {
    const { koi, clock, staff, get, save, moves, sizes, put, off, seen } = await ticking(t, engine);
    const vip = await save('VIP', 'tag("VIP")');
    const idle = await save('Idle', 'tag("VIP")', false);
    await seen(vip);
    assert.deepEqual(await moves(vip), []);
    assert.deepEqual(
      (await sizes(vip)).map(({ size, began, entered }) => ({ size, began, entered })),
      [{ size: 0, began: true, entered: 0 }],
    );

    await put(1001, 1);
    await put(1002, 1);
    await put(1004, 1);
    await seen(vip);
    assert.deepEqual(who(await moves(vip)), ['entered 1001', 'entered 1002', 'entered 1004']);
    assert.ok((await moves(vip)).every(({ at_s }) => at_s <= clock.now_s));
    assert.equal((await get(`/api/audiences/${vip}`)).size, 3);

    await off(1001, 1);
    await koi.stop();
    await koi.serve();
    await seen(vip);
    const after = await moves(vip);
    assert.equal(who(after.slice(0, 1)).join(), 'left 1001');
    assert.equal(after.length, 4);

    await put(1003, 1);
    await koi.crash();
    await koi.serve();
    await seen(vip);
    await seen(vip);
    assert.deepEqual(who(await moves(vip, '?way=left')), ['left 1001']);
    assert.deepEqual(who(await moves(vip, '?way=entered')), [
      'entered 1001',
      'entered 1002',
      'entered 1003',
      'entered 1004',
    ]);

    /* Page by page, newest first. */
    const paged = [];
    for (let next = ''; next !== null;) {
      const page = await get(`/api/audiences/${vip}/moves?limit=2${next && `&cursor=${next}`}`);
      paged.push(...page.items.map(({ id }) => id));
      next = page.next;
    }
    assert.deepEqual(
      paged,
      (await moves(vip)).map(({ id }) => id),
    );
    assert.deepEqual(
      paged,
      paged.toSorted((a, b) => (BigInt(a) < BigInt(b) ? 1 : -1)),
    );

    /* Scope: the even ones only, and no figures over everyone. */
    const seenByStaff = await staff.get(`/api/audiences/${vip}/moves`);
    assert.deepEqual(who(seenByStaff.items), ['entered 1002', 'entered 1004']);
    await staff.get(`/api/audiences/${vip}/sizes`, 403);

    const rows = await sizes(vip, '?by=hour&days=2');
    addUp(rows);
    assert.equal(rows.at(-1).size, 3);
    const sum = (key) => rows.reduce((n, row) => n + row[key], 0);
    assert.deepEqual([sum('entered'), sum('left'), sum('gone')], [4, 1, 0]);
    assert.deepEqual([await moves(idle), await sizes(idle)], [[], []]);

    const said = JSON.parse((await koi.koi('audience', 'moves', 'VIP', '--json')).out);
    assert.deepEqual(
      said.items.map(({ id }) => id),
      paged,
    );
    const table = await koi.koi('audience', 'moves', 'VIP', '--way', 'left');
    assert.match(table.out, /left\s+1001/);
    assert.ok(!table.out.includes('1002'));
    const text = await koi.koi('audience', 'sizes', 'VIP', '--hours');
    assert.match(text.out, /at_s\s+size\s+entered/);
  });

  test('time alone moves people', async (t) => {
    const { clock, save, moves, sizes, seen } = await ticking(t, engine);
    const bought = customers.filter((id) => ordersOf(id) > 0);
    const recent = await save('Recent', 'ever(order, last 7d)');
    const lapsed = await save('Lapsed', 'ever(order) and never(order, last 7d)');
    await seen(recent);
    await seen(lapsed, 0);
    assert.equal((await sizes(recent))[0].size, bought.length);
    await seen(recent, 8 * DAY);
    await seen(lapsed, 0);
    assert.deepEqual(who(await moves(recent)), bought.map((id) => `left ${id}`).sort());
    assert.deepEqual(who(await moves(lapsed)), bought.map((id) => `entered ${id}`).sort());
    assert.ok((await moves(recent)).every(({ at_s }) => at_s === clock.now_s));
    const days = await sizes(recent);
    addUp(days);
    assert.deepEqual(
      days.map(({ size, left }) => [size, left]),
      [
        [bought.length, 0],
        [0, bought.length],
      ],
    );
  });

  test('merges, erasure, another text', async (t) => {
    const { koi, get, save, moves, sizes, put, off, seen } = await ticking(t, engine);
    const vip = await save('VIP', 'tag("VIP")');
    await seen(vip);
    for (const id of [1001, 1002, 1003]) await put(id, 1);
    await seen(vip);

    /* 1003 goes into 1001: one member fewer, and nobody left. */
    await koi.local('POST', '/api/merges', { kept_id: '1001', merged_id: '1003' }, 201);
    await seen(vip);
    assert.deepEqual(
      (await moves(vip)).filter(({ way }) => way === 'left'),
      [],
    );
    assert.equal((await get(`/api/audiences/${vip}`)).size, 2);
    /* What 1003 did is now 1001's. */
    assert.deepEqual(who(await moves(vip)), ['entered 1001', 'entered 1001', 'entered 1002']);

    /* 1002 is merged into 1004, who was no member: the person stays one. */
    await koi.local('POST', '/api/merges', { kept_id: '1004', merged_id: '1002' }, 201);
    await seen(vip);
    assert.equal((await moves(vip)).length, 3);
    await off(1004, 1);
    await seen(vip);
    assert.deepEqual(who(await moves(vip, '?way=left')), ['left 1004']);

    /* Erased: at once, and for good. */
    await koi.local('POST', '/api/customers/1001/erase', { confirm: '1001' }, 200);
    assert.deepEqual(who(await moves(vip)), ['entered 1004', 'left 1004']);
    await seen(vip);
    assert.deepEqual(who(await moves(vip)), ['entered 1004', 'left 1004']);
    const rows = await sizes(vip, '?by=hour');
    addUp(rows);
    assert.equal(rows.at(-1).size, 0);
    const sum = (key) => rows.reduce((n, row) => n + row[key], 0);
    assert.deepEqual([sum('entered'), sum('left'), sum('gone')], [3, 1, 2]);

    /* A new text begins anew: its members are just there. */
    await koi.local('PATCH', `/api/audiences/${vip}`, { expression: 'not tag("VIP")' });
    await seen(vip, 3600);
    const last = (await sizes(vip, '?by=hour')).at(-1);
    assert.deepEqual([last.began, last.entered, last.left], [true, 0, 0]);
    assert.equal(last.size, 9);
    assert.equal((await moves(vip)).length, 2);
  });
});
