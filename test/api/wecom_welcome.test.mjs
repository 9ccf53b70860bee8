/* The welcome's own lane against the simulator: each friend is welcomed once and soon, whatever
 * else goes on; each miss is written down with its reason. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { each, until } from './harness.mjs';
import { noViolations, pair } from './wecom_pair.mjs';

const api = 'externalcontact/send_welcome_msg';
const token = 'QDG6eK';
const aes_key = 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C';

const callbacks = (sim, koi) =>
  sim.post('callback', {
    url: `http://127.0.0.1:${koi.port}/api/wecom/callback`,
    token,
    aes_key,
  });

/* A pair with callbacks on, at the clock of this machine, which runs. */
async function connected(t, engine, welcome = '您好{name}，欢迎') {
  const env = { KOI_WECOM_TOKEN: token, KOI_WECOM_AES_KEY: aes_key };
  const { sim, koi, secrets } = await pair(t, engine, env);
  const admin = await koi.signIn('administrator');
  await admin.put('/api/settings/wecom_welcome', { value: welcome });
  await sim.post('clock/set', { at_s: Math.floor(Date.now() / 1000) });
  await sim.post('clock/wall', { speed: 1 });
  await callbacks(sim, koi);
  const staff = (await sim.get('state')).staff.filter((s) => s.contact_right && s.status === 1);
  return { sim, koi, admin, secrets, staff };
}

/* The report, when `told` have come and none waits. */
async function ended(admin, told) {
  let seen;
  const done = async () => {
    seen = await admin.get('/api/wecom/welcomes');
    return seen.told === told && seen.waiting === 0;
  };
  await until(done, `the end of ${told} welcomes`, 40000).catch(() => {});
  assert.deepEqual([seen.told, seen.waiting], [told, 0]);
  return seen;
}

/* The texts that customers got, by customer. */
async function got(sim) {
  const { welcomes } = await sim.get('state');
  return new Map(
    welcomes.filter((w) => w.sent).map((w) => [w.external_userid, w.sent.text.content]),
  );
}

/* How often WeCom took a welcome. */
const taken = async (sim) =>
  (await sim.get('journal?after=0')).entries.filter((x) => x.act === 'welcome').length;

const reasons = (report) => report.reasons.map((r) => [r.reason, r.n]);

each('welcomes', (engine) => {
  test('who came by a code is greeted by it, the new and the known in their way', async (t) => {
    const { sim, admin, staff } = await connected(t, engine);
    const [anna, ben] = staff;
    await sim.post('customer/add', { userid: anna.userid });
    const { external_userid } = await sim.post('customer/add', { userid: ben.userid });
    await until(async () => (await admin.get('/api/customers')).items.length === 2, 'customers');
    const known = (await admin.get('/api/staff?limit=200')).items;
    const link = { title: '会员手册', url: 'https://example.com/book', desc: '', picurl: '' };
    const code = await admin.post(
      '/api/codes',
      {
        kind: 'staff',
        name: '门店',
        members: [{ staff_id: known.find((s) => s.userid === anna.userid).id }],
        welcomes: [
          { customer: 'new', text: '初次见面{name}', attachments: [{ msgtype: 'link', link }] },
          { customer: 'old', text: '又见面了，{name}' },
        ],
      },
      201,
    );
    assert.equal(code.status, 'active');
    const { contact_ways, customers } = await sim.get('state');
    const { config_id, fields } = contact_ways[0];
    await sim.post('customer/scan', { config_id });
    await sim.post('customer/add', {
      userid: anna.userid,
      external_userid,
      state: fields.state,
    });
    await ended(admin, 4);
    const sent = (await sim.get('state')).welcomes.filter((w) => w.sent).map((w) => w.sent);
    const { name } = customers.find((c) => c.external_userid === external_userid);
    assert.deepEqual(
      sent.map((w) => w.text.content).sort(),
      ['您好，欢迎', '您好，欢迎', '初次见面', `又见面了，${name}`].sort(),
    );
    const withLink = sent.filter((s) => (s.attachments ?? []).length > 0);
    assert.deepEqual(
      withLink.map((s) => [s.text.content, s.attachments[0].link.url]),
      [['初次见面', link.url]],
    );
    await noViolations(sim);
  });

  test('each friend is welcomed once, by name where it is known', async (t) => {
    const { sim, koi, admin, secrets, staff } = await connected(t, engine);
    const [anna, ben] = staff;
    const first = await sim.post('customer/add', { userid: anna.userid, state: 'A1' });
    const half = await sim.post('customer/add', { userid: anna.userid, half: true });
    await ended(admin, 2);
    assert.deepEqual([...(await got(sim)).values()], ['您好，欢迎', '您好，欢迎']);
    /* Known by now, and told twice, as WeCom does when an answer was lost. */
    await until(async () => (await admin.get('/api/customers')).items.length === 1, 'customer');
    await sim.post('weather', { callback_doubled: 1 });
    const again = { userid: ben.userid, external_userid: first.external_userid };
    await sim.post('customer/add', again);
    await sim.post('customer/confirm', {
      userid: anna.userid,
      external_userid: half.external_userid,
    });
    await sim.post('callbacks/drain');
    const report = await ended(admin, 3);
    assert.deepEqual([report.sent, report.missed, report.unsure], [3, 0, 0]);
    assert.ok(report.p50_ms >= 0 && report.p99_ms < 20000 && report.hours.length >= 1);
    const { customers } = await sim.get('state');
    const { name } = customers.find((c) => c.external_userid === first.external_userid);
    assert.equal((await got(sim)).get(first.external_userid), `您好${name}，欢迎`);
    assert.equal(await taken(sim), 3);
    /* Neither code nor text is left, and nothing of them is in the log. */
    const manager = await koi.signIn('manager');
    await manager.call('GET', '/api/wecom/welcomes', undefined, { expect: 403 });
    await koi.stop();
    assert.match(await koi.sql('SELECT count(*) FROM welcome WHERE body_sealed IS NOT NULL'), /^0/);
    for (const secret of [...secrets, 'CALLBACK_', '欢迎', name])
      assert.ok(!koi.log.includes(secret), secret);
    await noViolations(sim);
  });

  test('without a text nothing is sent and nothing is counted', async (t) => {
    const { sim, admin, staff } = await connected(t, engine, '');
    await sim.post('customer/add', { userid: staff[0].userid });
    await sim.post('callbacks/drain');
    await until(async () => (await admin.get('/api/customers')).items.length === 1, 'customer');
    await ended(admin, 0);
    assert.equal(await taken(sim), 0);
    await noViolations(sim);
  });

  test('bad days of WeCom: sent all the same, or missed with the reason', async (t) => {
    const { sim, admin, staff } = await connected(t, engine);
    const add = () => sim.post('customer/add', { userid: staff[0].userid });
    let told = 0;
    for (const [kind, more, end] of [
      ['busy', {}, ['sent']],
      ['revoke', {}, ['sent']],
      ['refuse_connection', {}, ['sent']],
      ['code', { code: 41096 }, ['sent']],
      ['cut', {}, ['unsure']], // done, but the answer was lost: the second call finds the code used
      ['code', { code: 41051 }, ['missed', 'chatting']],
      ['code', { code: 41050 }, ['missed', 'expired']],
      ['code', { code: 45002 }, ['missed', 'refused']],
      ['code', { code: 45009 }, ['missed', 'limiter']], // last: the api is blocked after it
    ]) {
      const before = await admin.get('/api/wecom/welcomes');
      await sim.post('faults', { api, kind, ...more });
      await add();
      const report = await ended(admin, ++told);
      const name = `${kind} ${JSON.stringify(more)}`;
      assert.equal(report[end[0]], before[end[0]] + 1, name);
      if (end[1]) assert.equal(report.misses[0].reason, end[1], name);
    }
    /* Blocked for a minute: those who come now expire, and are written down as the limiter's. */
    await add();
    await add();
    const report = await ended(admin, told + 2);
    assert.deepEqual(reasons(report), [
      ['chatting', 1],
      ['expired', 1],
      ['limiter', 3],
      ['refused', 1],
    ]);
    assert.match(report.misses[0].message, /ceiling/);
    assert.equal(await taken(sim), 5);
    await noViolations(sim);
  });

  test('nothing else holds a welcome up', async (t) => {
    const { sim, admin, staff } = await connected(t, engine);
    /* Whatever the inbox asks takes a second. */
    await sim.post('faults', { api: 'externalcontact/get', kind: 'delay', ms: 1000, times: 50 });
    for (let i = 0; i < 30; i++)
      await sim.post('customer/add', { userid: staff[i % staff.length].userid });
    const report = await ended(admin, 30);
    assert.equal(report.sent, 30);
    const { items } = await admin.get('/api/inbox?state=waiting&limit=1');
    assert.equal(items.length, 1, 'the inbox is still at it');
    await noViolations(sim);
  });

  test('a kill between callback and welcome: sent once, or said to be unsure', async (t) => {
    const { sim, koi, admin, staff } = await connected(t, engine);
    const add = () => sim.post('customer/add', { userid: staff[0].userid });
    /* Not sent before the kill: WeCom was busy, and is asked again a second later. */
    await sim.post('faults', { api, kind: 'busy' });
    await add();
    await until(() => sim.faults() === 0, 'the refused call');
    await koi.crash();
    await koi.serve();
    let report = await ended(admin, 1);
    assert.equal(report.sent, 1);
    /* Sent, and the answer came too late for us. */
    await callbacks(sim, koi);
    await sim.post('faults', { api, kind: 'delay', ms: 1500 });
    await add();
    await until(() => sim.faults() === 0, 'the call');
    await koi.crash();
    await until(async () => (await taken(sim)) === 2, 'WeCom to have sent it');
    await koi.serve();
    report = await ended(admin, 2);
    assert.deepEqual([report.sent, report.unsure], [1, 1]);
    assert.equal(await taken(sim), 2);
    await noViolations(sim);
  });
});
