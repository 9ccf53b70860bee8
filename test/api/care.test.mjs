/* Settings, backups, doctor, metrics: what keeps an installation well. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fill } from './fixture.mjs';
import { each, koi as run, start, until } from './harness.mjs';

const settings = async (caller) =>
  Object.fromEntries((await caller.get('/api/settings')).items.map((s) => [s.name, s]));

each('settings', (engine) => {
  test('flag, then environment, then file, then console, then default', async (t) => {
    const koi = await start(t, engine, { serve: false });
    const secret = join(koi.data, 'hours');
    writeFileSync(secret, '30\n');
    writeFileSync(
      join(koi.data, 'koi.conf'),
      '# of the file\ncorp_name = 锦池\nsession_hours = 20\nbackup_keep = 9\ncurrency = EUR\n',
    );
    Object.assign(koi.env, { KOI_BACKUP_KEEP: '8', KOI_SESSION_HOURS_FILE: secret });
    await koi.serve('--backup_keep', '5');
    const admin = await koi.signIn('administrator');
    let s = await settings(admin);
    const told = (name) => [s[name].value, s[name].origin];
    assert.deepEqual(told('backup_keep'), ['5', 'flag']);
    assert.deepEqual(told('session_hours'), ['30', 'environment']);
    assert.deepEqual(told('currency'), ['EUR', 'file']);
    assert.deepEqual(told('backup_hours'), ['24', 'default']);
    await admin.put('/api/settings/backup_hours', { value: '6' });
    s = await settings(admin);
    assert.deepEqual(told('backup_hours'), ['6', 'console']);
    await admin.put('/api/settings/backup_hours', { value: null });
    s = await settings(admin);
    assert.deepEqual(told('backup_hours'), ['24', 'default']);
    const overridden = await admin.call(
      'PUT',
      '/api/settings/currency',
      { value: 'USD' },
      { expect: 409 },
    );
    assert.equal(overridden.body.error.code, 'setting_overridden');
    for (const [name, value] of [
      ['backup_hours', '9999'],
      ['corp_zone', 'Mars/Olympus'],
      ['language', 'fr'],
    ]) {
      await admin.call('PUT', `/api/settings/${name}`, { value }, { expect: 400 });
    }
    await admin.call('PUT', '/api/settings/listen', { value: '127.0.0.1:1' }, { expect: 403 });
    await admin.call('PUT', '/api/settings/nothing', { value: '1' }, { expect: 404 });
    const shown = await koi.koi('config');
    assert.match(shown.out, /session_hours +30 +environment/);
  });

  test('a wrong value stops the start and says where it is from', async (t) => {
    const koi = await start(t, engine, { serve: false });
    const flag = await koi.koi('serve', '--session_hours', 'many');
    assert.equal(flag.code, 2);
    assert.match(flag.err, /session_hours.*\n.*flag/);
    writeFileSync(join(koi.data, 'koi.conf'), 'no such line\n');
    const file = await koi.koi('serve');
    assert.equal(file.code, 2);
    assert.match(file.err, /line 1/);
  });

  test('beyond loopback only behind a trusted proxy', async (t) => {
    const koi = await start(t, engine, { serve: false });
    const exposed = await koi.koi('serve', '--listen', '0.0.0.0:0');
    assert.equal(exposed.code, 2);
    assert.match(exposed.err, /loopback/);
    assert.match(exposed.err, /trusted_proxy/);
  });

  test('the calendar follows the zone', async (t) => {
    const koi = await start(t, engine);
    const day = async () =>
      koi.sql('SELECT start_s FROM calendar WHERE day = 18628'); /* 2021-01-01 */
    assert.equal(await day(), String(Date.UTC(2020, 11, 31, 16) / 1000));
    await koi.local('PUT', '/api/settings/corp_zone', { value: 'Europe/London' }, 204);
    await koi.stop();
    await koi.serve();
    assert.equal(await day(), String(Date.UTC(2021, 0, 1) / 1000));
    assert.equal(await koi.sql('SELECT count(*) FROM calendar'), '47847');
  });
});

each('metrics', (engine) => {
  test('figures for the machine and administrators only', async (t) => {
    const koi = await start(t, engine, { flags: ['--trusted_proxy', '127.0.0.1'] });
    const admin = await koi.signIn('administrator');
    const staff = await koi.signIn('staff');
    const far = { 'x-forwarded-for': '203.0.113.9' };
    await koi.nobody().call('GET', '/metrics', undefined, { headers: far, expect: 403 });
    await staff.call('GET', '/metrics', undefined, { headers: far, expect: 403 });
    const { text } = await admin.call('GET', '/metrics', undefined, { headers: far, expect: 200 });
    assert.match(text, /koi_http_requests_total\{class="2xx"\} [1-9]/);
    assert.match(text, /koi_sessions 2/);
    for (const line of text.trim().split('\n'))
      assert.match(line, /^(# TYPE \w+ \w+|koi_\w+(\{[^}]*\})? [-\d.e+]+)$/);
  });
});

each('backup', (engine) => {
  if (engine !== 'sqlite') {
    test('PostgreSQL says how it is backed up', async (t) => {
      const koi = await start(t, engine);
      const admin = await koi.signIn('administrator');
      const reply = await admin.call('POST', '/api/backups', {}, { expect: 400 });
      assert.match(reply.body.error.message, /pg_dump/);
    });
    return;
  }

  const counts = (file) => {
    const tables = execFileSync('sqlite3', [
      file,
      "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1",
    ])
      .toString()
      .trim()
      .split('\n');
    const out = {};
    for (const name of tables) {
      if (
        [
          'session',
          'sign_in_link',
          'idempotency',
          'meta',
          'audit',
          'audit_head',
          'log_sequence',
          'job',
        ].includes(name)
      )
        continue;
      out[name] = execFileSync('sqlite3', [file, `SELECT count(*) FROM ${name}`])
        .toString()
        .trim();
    }
    return out;
  };

  test('made while others write, checked, restored equal', async (t) => {
    const koi = await start(t, engine);
    const admin = await koi.signIn('administrator');
    let writing = true;
    let n = 0;
    const writer = (async () => {
      while (writing)
        await admin.post('/api/accounts', { login: `load${n++}`, role: 'staff' }, 201);
    })();
    await until(() => n > 20, 'some writes');
    const file = join(koi.data, '..', 'copy.koi');
    const made = await koi.koi('backup', file);
    assert.equal(made.code, 0, made.err);
    writing = false;
    await writer;
    assert.ok(readFileSync(file).includes('KOIBACK1'));

    const manifest = manifestOf(file);
    const tables = (
      await koi.sql("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1")
    ).split('\n');
    const passing = ['idempotency', 'log_sequence', 'meta', 'migration', 'session', 'sign_in_link'];
    assert.deepEqual(
      Object.keys(manifest.tables).sort(),
      tables.filter((name) => !passing.includes(name)),
      'store/census.c knows every table',
    );

    const other = join(koi.data, '..', 'other');
    const missing = await run(['restore', file, '--data', other]);
    assert.equal(missing.code, 4, missing.err);
    assert.match(missing.err, /keys/);
    copyFileSync(join(koi.data, 'koi.key'), join(other, 'koi.key'));
    const restored = await run(['restore', file, '--data', other, '--force', '--json']);
    assert.equal(restored.code, 0, restored.err);
    assert.ok(JSON.parse(restored.out).rows > 47847);
    assert.deepEqual(counts(join(other, 'koi.db')), counts(file));
    const well = await run(['doctor', '--data', other]);
    assert.match(well.out, /ok +audit chain/);
    assert.match(well.out, /ok +integrity/);
    const again = await run(['restore', file, '--data', other]);
    assert.equal(again.code, 5, 'never over an installation without --force');
    const running = await koi.koi('restore', file, '--force');
    assert.equal(running.code, 7, 'never under a running server');
  });

  test('who was erased after the backup stays erased after the restore', async (t) => {
    const koi = await start(t, engine);
    await fill(koi);
    const admin = await koi.signIn('administrator');
    const file = join(koi.data, '..', 'before.koi');
    assert.equal((await koi.koi('backup', file)).code, 0);
    await admin.post('/api/customers/3004/erase', { confirm: '3004' });
    await admin.get('/api/customers/3004', 404);
    await koi.stop();
    const restored = await koi.koi('restore', file, '--force', '--json');
    assert.equal(restored.code, 0, restored.err);
    assert.equal(JSON.parse(restored.out).erased_again, 1);
    await koi.serve();
    await koi.local('GET', '/api/customers/3004', undefined, 404);
    await koi.local('GET', '/api/customers/3003');
    assert.equal((await koi.local('POST', '/api/audit/verify')).ok, true);
    assert.equal(await koi.sql('SELECT count(*) FROM tombstone'), '1');
  });

  test('the key travels only wrapped', async (t) => {
    const koi = await start(t, engine);
    const file = join(koi.data, '..', 'with.koi');
    const pass = join(koi.data, '..', 'pass');
    writeFileSync(pass, 'correct horse battery\n');
    const made = await koi.koi('backup', file, '--with-key', '--passphrase-file', pass);
    assert.equal(made.code, 0, made.err);
    const key = readFileSync(join(koi.data, 'koi.key'), 'utf8').split(' ')[1];
    assert.ok(!readFileSync(file).includes(key));
    const other = join(koi.data, '..', 'third');
    writeFileSync(pass, 'not the passphrase\n');
    const wrong = await run(['restore', file, '--data', other, '--passphrase-file', pass]);
    assert.equal(wrong.code, 2, wrong.err);
    writeFileSync(pass, 'correct horse battery\n');
    const right = await run(['restore', file, '--data', other, '--passphrase-file', pass]);
    assert.equal(right.code, 0, right.err);
    assert.equal(
      readFileSync(join(other, 'koi.key'), 'utf8'),
      readFileSync(join(koi.data, 'koi.key'), 'utf8'),
    );
  });

  test('a damaged backup is refused and nothing is touched', async (t) => {
    const koi = await start(t, engine);
    const file = join(koi.data, '..', 'good.koi');
    assert.equal((await koi.koi('backup', file)).code, 0);
    const bytes = readFileSync(file);
    const other = join(koi.data, '..', 'fourth');
    mkdirSync(other);
    copyFileSync(join(koi.data, 'koi.key'), join(other, 'koi.key'));
    const bad = join(koi.data, '..', 'bad.koi');
    const harms = [
      (b) => b.subarray(0, b.length - 1),
      (b) => b.subarray(0, b.length >> 1),
      (b) => (b[100]++, b),
      (b) => (b[b.length >> 1]++, b),
      (b) => (b[b.length - 30]++, b),
      (b) => (b[b.length - 10]++, b),
      () => Buffer.alloc(0),
    ];
    for (const harm of harms) {
      writeFileSync(bad, harm(Buffer.from(bytes)));
      const reply = await run(['restore', bad, '--data', other, '--force']);
      assert.equal(reply.code, 9, `${harm}: ${reply.err}`);
      assert.deepEqual(
        readdirSync(other).filter((f) => f.startsWith('koi.db')),
        [],
      );
    }
  });

  test('by button: made, checked, put back while the server stays', async (t) => {
    const koi = await start(t, engine);
    const admin = await koi.signIn('administrator');
    const { job } = await admin.post('/api/backups', {}, 202);
    const done = await admin.job(job.id);
    assert.equal(done.state, 'done', JSON.stringify(done.error));
    const { items } = await admin.get('/api/backups');
    assert.equal(items.length, 1);
    assert.equal(items[0].name, done.result.name);
    const check = await admin.post(`/api/backups/${items[0].name}/verify`, {}, 202);
    assert.equal((await admin.job(check.job.id)).state, 'done');
    await admin.post('/api/accounts', { login: 'later', role: 'staff' }, 201);
    await admin.post(`/api/backups/${items[0].name}/restore`, { confirm: 'no' }, 400);
    await admin.post(`/api/backups/${items[0].name}/restore`, { confirm: items[0].name }, 202);
    const logins = await until(async () => {
      const reply = await admin.call('GET', '/api/accounts').catch(() => null);
      return reply?.status === 200 && !reply.body.items.some((a) => a.login === 'later')
        ? reply.body.items
        : null;
    }, 'the restored server');
    assert.ok(logins.some((a) => a.login === admin.login));
    await admin.call('GET', '/api/backups/..%2Fkoi.key/file', undefined, { expect: 404 });
  });
});

/* What stands between the database and the footer. */
function manifestOf(file) {
  const bytes = readFileSync(file);
  const n = Number(bytes.subarray(bytes.length - 16).toString());
  return JSON.parse(bytes.subarray(bytes.length - 24 - n, bytes.length - 24).toString());
}

each('doctor', (engine) => {
  test('says what is well and what is not', async (t) => {
    const koi = await start(t, engine);
    const admin = await koi.signIn('administrator');
    const checks = Object.fromEntries(
      (await admin.get('/api/doctor?deep=true')).items.map((c) => [c.name, c]),
    );
    for (const name of [
      'data_directory',
      'key_file',
      'disk_space',
      'database',
      'clock',
      'integrity',
      'audit_chain',
    ]) {
      assert.equal(checks[name]?.ok, true, `${name}: ${JSON.stringify(checks[name])}`);
    }
    /* Each line says in plain words what it means, in the reader's language. */
    const notes = async (language) => {
      const headers = { 'accept-language': language };
      const { body } = await admin.call('GET', '/api/doctor?deep=true', undefined, { headers });
      return body.items.map(({ note }) => note);
    };
    for (const note of await notes('zh')) assert.match(note, /[\u4e00-\u9fff]/);
    for (const note of await notes('en')) assert.match(note, /^[ -~]{20,}$/);
    assert.match(checks.writer.value, /^\d+ · \d+\.\d ms$/);
    assert.match(checks.listen.note, /only this machine/);
    chmodSync(join(koi.data, 'koi.key'), 0o644);
    const open = await admin.get('/api/doctor');
    assert.equal(open.items.find((c) => c.name === 'key_file').ok, false);
    chmodSync(join(koi.data, 'koi.key'), 0o600);
  });

  test('a damaged index is told, and mended', async (t) => {
    const koi = await start(t, engine, { serve: false });
    assert.equal((await koi.koi('demo', '--customers', '700', '--seed', '5')).code, 0);
    await koi.serve();
    const admin = await koi.signIn('administrator');
    const { items: cycles } = await admin.get('/api/cycles');
    assert.deepEqual(cycles.map((one) => one.name).sort(), ['奶茶回购', '孩子入园', '茶叶补货']);
    assert.ok(cycles.every((one) => one.begun > 0 && one.enabled));
    const index = async () =>
      (await admin.get('/api/doctor?deep=true')).items.find((c) => c.name === 'event_index');
    const built = () =>
      until(async () => Number((await index()).value.split(' ')[0]) > 0, 'a part');
    await built();
    const ids = (await koi.sql('SELECT id FROM customer ORDER BY id LIMIT 20')).split('\n');
    const timelines = () =>
      Promise.all(ids.map((id) => admin.call('GET', `/api/customers/${id}/timeline`)));
    const whole = (await timelines()).map(({ body }) => body);
    const mends = async () =>
      (await admin.get('/api/audit')).items.filter((row) => row.action === 'doctor_mend').length;

    /* A block that nobody can read, one that is gone, and a part that is. */
    const nothing = engine === 'sqlite' ? "x'ff00ff'" : "'\\xff00ff'";
    const damages = [
      `UPDATE event_part_block SET bytes = ${nothing}`,
      'DELETE FROM event_part_block WHERE last_id = (SELECT min(last_id) FROM event_part_block)',
      'UPDATE event_part SET from_seq = from_seq + 1',
    ];
    for (const [i, damage] of damages.entries()) {
      await koi.stop();
      await koi.sql(damage);
      await koi.serve();
      if (i === 0)
        assert.ok(
          (await timelines()).some(({ body }) => body.error?.code === 'event_part_damaged'),
        );
      assert.match((await index()).value, /^1 \/ [0-9]+, seq [12] … /);
      const told = await koi.koi('doctor');
      assert.notEqual(told.code, 0);
      assert.match(told.out, /BAD +event index/);
      assert.match(told.out, /koi doctor --mend/);
      assert.match((await koi.koi('doctor', '--mend')).out, /given up[^]*ok +event index/);
      assert.deepEqual(
        (await timelines()).map(({ body }) => body),
        whole,
      );
      assert.equal(await mends(), i + 1);
      await built();
      assert.equal((await index()).ok, true);
    }
    /* The console asks the same of the server; who may not keep the system may not. */
    const operator = await koi.signIn('operator');
    await operator.post('/api/doctor/mend', {}, 403);
    assert.equal(await mends(), damages.length);
    /* What is whole is left alone; what was given up goes. */
    assert.equal((await koi.koi('doctor', '--mend')).out.includes('given up'), false);
    assert.equal(await mends(), damages.length);
    await until(
      async () => (await koi.sql('SELECT count(*) FROM event_part WHERE state = 2')) === '0',
      'the remains to go',
    );
    assert.deepEqual(
      (await timelines()).map(({ body }) => body),
      whole,
    );
  });

  test('commands find no installation and say so', async (t) => {
    const koi = await start(t, engine, { serve: false });
    const none = await run(['doctor', '--data', join(koi.data, 'nothing')]);
    assert.equal(none.code, 4);
    assert.match(none.err, /koi init/);
    const twice = await koi.koi('init');
    assert.equal(twice.code, 5);
    rmSync(join(koi.data, 'nothing'), { recursive: true, force: true });
  });
});
