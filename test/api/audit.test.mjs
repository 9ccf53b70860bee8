/* The audit log: one row for each write, and no edit or deletion that does not show. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { each, random, start } from './harness.mjs';

each('audit', (engine) => {
  test('a write is a row, a read and a failure are none', async (t) => {
    const koi = await start(t, engine);
    const admin = await koi.signIn('administrator');
    const before = (await admin.get('/api/audit?limit=1')).items[0].id;
    await admin.get('/api/accounts');
    await admin.post('/api/accounts', { login: 'bad login', role: 'staff' }, 400);
    const made = await admin.post('/api/accounts', { login: 'new', role: 'staff' }, 201);
    const { items } = await admin.get('/api/audit?limit=5');
    assert.equal(Number(items[0].id), Number(before) + 1);
    assert.equal(items[0].action, 'account_create');
    assert.equal(items[0].object_id, made.id);
    assert.equal(items[0].account.login, admin.login);
    const only = await admin.get('/api/audit?action=account_create&limit=2');
    assert.ok(only.items.every((row) => row.action === 'account_create'));
    assert.deepEqual({ ok: true, first_bad: null }, pick(await admin.post('/api/audit/verify')));
  });

  test('random edits and deletions are all found', async (t) => {
    const koi = await start(t, engine);
    const admin = await koi.signIn('administrator');
    for (let i = 0; i < 40; i++)
      await admin.patch('/api/session', { language: i % 2 ? 'zh' : 'en' });
    const rows = Number((await admin.post('/api/audit/verify')).rows);
    const seed = Number(process.env.KOI_TEST_SEED ?? Date.now() % 1e9);
    const rounds = Number(process.env.KOI_TEST_AUDIT ?? 60);
    const below = random(seed);
    t.diagnostic(`seed ${seed}, ${rounds} rounds over ${rows} rows`);
    await koi.sql(
      'CREATE TABLE kept AS SELECT * FROM audit; CREATE TABLE kept_head AS SELECT * FROM audit_head',
    );
    for (let i = 0; i < rounds; i++) {
      const id = 1 + below(rows);
      const other = 1 + below(rows);
      const harm = [
        `UPDATE audit SET action = action || 'x' WHERE id = ${id}`,
        `UPDATE audit SET at_us = at_us + 1 WHERE id = ${id}`,
        `UPDATE audit SET account_id = coalesce(account_id, 0) + 1 WHERE id = ${id}`,
        `UPDATE audit SET detail = '{"a":${below(1e6)}}' WHERE id = ${id}`,
        `UPDATE audit SET object_kind = 'thing' WHERE id = ${id}`,
        `UPDATE audit SET object_id = coalesce(object_id, 0) + 7 WHERE id = ${id}`,
        `UPDATE audit SET token_id = 5 WHERE id = ${id}`,
        `DELETE FROM audit WHERE id = ${id}`,
        `DELETE FROM audit WHERE id > ${rows - 1 - below(5)}`,
        `DELETE FROM audit`,
        `UPDATE audit SET hash = (SELECT hash FROM kept WHERE id = ${other === id ? (id % rows) + 1 : other}) WHERE id = ${id}`,
        `INSERT INTO audit (id, at_us, action, detail, hash) SELECT ${rows + 1}, at_us, action, detail, hash FROM kept WHERE id = ${id}`,
        `DELETE FROM audit_head`,
        `UPDATE audit_head SET last_id = ${id}, hash = (SELECT hash FROM kept WHERE id = ${id}); DELETE FROM audit WHERE id > ${id}${id === rows ? ' - 1' : ''}`,
      ][below(14)];
      await koi.sql(harm);
      const report = await admin.post('/api/audit/verify');
      assert.equal(report.ok, false, `not found: ${harm} (seed ${seed}, round ${i})`);
      await koi.sql(
        'DELETE FROM audit; INSERT INTO audit SELECT * FROM kept; DELETE FROM audit_head; INSERT INTO audit_head SELECT * FROM kept_head',
      );
    }
    assert.deepEqual({ ok: true, first_bad: null }, pick(await admin.post('/api/audit/verify')));
  });

  test('rows appended after a cut do not cover it', async (t) => {
    const koi = await start(t, engine);
    const admin = await koi.signIn('administrator');
    for (let i = 0; i < 5; i++) await admin.patch('/api/session', { language: 'en' });
    const rows = Number((await admin.post('/api/audit/verify')).rows);
    await koi.sql(
      `DELETE FROM audit WHERE id > ${rows - 2}; UPDATE audit_head SET last_id = ${rows - 2}, hash = (SELECT hash FROM audit WHERE id = ${rows - 2})`,
    );
    for (let i = 0; i < 4; i++) await admin.patch('/api/session', { language: 'en' });
    const report = await admin.post('/api/audit/verify');
    assert.equal(report.ok, false);
    assert.equal(Number(report.first_bad), rows - 1);
    const doctor = await koi.koi('doctor');
    assert.notEqual(doctor.code, 0);
    assert.match(doctor.out, /BAD +audit chain/);
  });
});

function pick({ ok, first_bad }) {
  return { ok, first_bad };
}
