/* Churn alerts: from a callback of the simulator to the list and the board within seconds, for
 * those who matter alone; seen to and noted within the data scope; and rates whose sudden rise is
 * told from chance. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fill } from './fixture.mjs';
import { each, start, until } from './harness.mjs';
import { noViolations, pair } from './wecom_pair.mjs';
import { sync } from './wecom_truth.mjs';

const token = 'QDG6eK';
const aes_key = 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C';
const DAY = 86400;

/* A corp whose callbacks arrive, synced once. */
async function corp(t, engine, env = {}) {
  const made = await pair(t, engine, {
    size: { staff: 6, customers: 60, groups: 2 },
    KOI_WECOM_TOKEN: token,
    KOI_WECOM_AES_KEY: aes_key,
    ...env,
  });
  const { sim, koi } = made;
  await sim.post('clock/set', { at_s: Math.floor(Date.now() / 1000) });
  await sim.post('clock/wall', { speed: 1 });
  const admin = await koi.signIn('administrator');
  await sync(admin);
  await sim.post('callback', {
    url: `http://127.0.0.1:${koi.port}/api/wecom/callback`,
    token,
    aes_key,
  });
  return { ...made, admin };
}

/* Koi's customer of an external_userid. */
async function idOf(koi, external_userid) {
  const found = await koi.sql(
    `SELECT customer_id FROM identity
       WHERE kind = 'external_userid' AND value = '${external_userid}'`,
  );
  return found.match(/\d+/)[0];
}

const spent = (koi, id, yuan) =>
  koi.sql(
    `INSERT INTO customer_stats (customer_id, orders, spend_fen, first_order_s, last_order_s)
       VALUES (${id}, 2, ${yuan * 100}, 1700000000, 1780000000)`,
  );

each('churn', (engine) => {
  test('who matters and goes is told within seconds; others are not', async (t) => {
    const { sim, koi, admin } = await corp(t, engine);
    const list = async (query = '') => (await admin.get(`/api/churn${query}`)).items;
    const { relations, groups } = await sim.get('state');
    const friends = relations.filter(({ status }) => status === 'friend');
    const once = friends.filter(
      (r) => friends.filter((x) => x.external_userid === r.external_userid).length === 1,
    );
    const [rich, poor] = once;
    const richId = await idOf(koi, rich.external_userid);
    await spent(koi, richId, 1000);
    await spent(koi, await idOf(koi, poor.external_userid), 999);
    assert.deepEqual(await list(), []);

    const leave = ({ userid, external_userid }) =>
      sim.post('customer/delete', { userid, external_userid });
    await leave(poor);
    await leave(rich);
    const [alert] = await until(async () => {
      const items = await list();
      return items.length > 0 && items;
    }, 'the alert');
    assert.deepEqual(
      [alert.kind, alert.customer.id, alert.why, alert.spend_fen, alert.friends, alert.handled_s],
      ['friend_delete', richId, 'spend', 100000, 0, null],
    );
    const { items } = await admin.get('/api/staff?limit=200');
    assert.equal(items.find(({ id }) => id === alert.staff.id).userid, rich.userid);
    assert.ok(alert.added_s < alert.at_s);
    assert.ok(alert.seen_s - alert.at_s < 60);
    const due = async () =>
      (await admin.get('/api/today')).due.find(({ link }) => link === '/churn')?.count;
    assert.equal(await due(), 1);

    /* A group is left by somebody of a tier that matters. */
    const group = groups.find(({ members }) => members.some(({ type }) => type === 2));
    const member = group.members.find(({ type }) => type === 2);
    const memberId = await idOf(koi, member.id);
    await koi.sql(
      `INSERT INTO tier_model (id, name, kind, period_s, version, created_s, updated_us)
         VALUES (901, '价值', 'own', 86400, 1, 0, 0);
       INSERT INTO tier (id, model_id, position, name, expression, color)
         VALUES (902, 901, 1, '钻石', 'everyone', '#123456');
       INSERT INTO customer_tier (model_id, customer_id, tier_id, since_s)
         VALUES (901, ${memberId}, 902, 0)`,
    );
    await admin.put('/api/settings/churn_tiers', { value: '金牌,钻石' });
    const { chat_id } = group;
    await sim.post('group/leave', { chat_id, members: [member.id] });
    const [second] = await until(async () => {
      const found = await list('?kind=group_leave');
      return found.length > 0 && found;
    }, 'the second alert');
    assert.deepEqual(
      [second.customer.id, second.why, second.matched, second.group.name],
      [memberId, 'tier', '钻石', group.name],
    );
    assert.equal((await list()).length, 2);

    /* Not again after a restart, and not for what was before the first start. */
    await koi.stop();
    await koi.serve();
    const again = await koi.signIn('administrator');
    await sim.post('customer/add', { userid: rich.userid });
    assert.equal((await again.get('/api/churn')).items.length, 2);

    /* Erased: nothing of them stays. */
    await again.call(
      'POST',
      `/api/customers/${memberId}/erase`,
      { confirm: memberId },
      { expect: 200 },
    );
    assert.equal((await again.get('/api/churn')).items.length, 1);
    await noViolations(sim);
  });

  test('a live audience as the rule, although it is left with the friendship', async (t) => {
    const { sim, koi, admin } = await corp(t, engine, {
      KOI_AUDIENCE_SECONDS: '1',
      KOI_CHURN_SPEND: '0',
      KOI_CHURN_AUDIENCE: '好友',
    });
    await admin.post('/api/audiences', { name: '好友', expression: 'friend', live: true }, 201);
    const followed = async () =>
      !/^0?\s*$/.test(await koi.sql('SELECT count(*) FROM audience_member'));
    await until(followed, 'the members', 20000);
    const { relations } = await sim.get('state');
    const [one] = relations.filter(({ status }) => status === 'friend');
    const { userid, external_userid } = one;
    await sim.post('customer/delete', { userid, external_userid });
    const [alert] = await until(async () => {
      const { items } = await admin.get('/api/churn');
      return items.length > 0 && items;
    }, 'the alert');
    assert.deepEqual([alert.why, alert.matched], ['audience', '好友']);
    assert.equal(alert.customer.id, await idOf(koi, external_userid));
  });

  test('an alert is assigned, noted and handled by whoever may see it', async (t) => {
    const koi = await start(t, engine);
    await fill(koi);
    const admin = await koi.signIn('administrator');
    const anna = await koi.signIn('operator', { scope: 'own', staff_id: '11' });
    assert.deepEqual(
      (await anna.get('/api/churn')).items.map(({ id }) => id),
      ['61'],
    );
    assert.equal((await anna.call('PATCH', '/api/churn/62', { handled: true })).status, 404);
    const change = async (who, id, body) =>
      (await who.call('PATCH', `/api/churn/${id}`, body, { expect: 200 })).body;
    const noted = await change(anna, 61, { note: '打过电话：觉得消息太多', handled: true });
    assert.ok(noted.handled_s > 0);
    assert.equal(noted.note, '打过电话：觉得消息太多');
    assert.ok(!(await koi.sql('SELECT note_sealed FROM churn_alert')).includes('电话'));
    assert.deepEqual((await anna.get('/api/churn?state=open')).items, []);
    assert.equal((await anna.get('/api/churn?state=handled')).items.length, 1);
    /* Whoever is to see to it sees it. */
    await change(admin, 62, { assigned_id: '11' });
    assert.deepEqual(
      (await anna.get('/api/churn?state=open')).items.map(({ id }) => id),
      ['62'],
    );
    const back = await change(admin, 62, { assigned_id: null, note: '' });
    assert.deepEqual([back.assigned, back.note], [null, null]);
    const wrong = await admin.call('PATCH', '/api/churn/62', { assigned_id: '99' });
    assert.equal(wrong.body.error.code, 'staff_unknown');
    const audit = await admin.get('/api/audit?limit=20');
    assert.ok(audit.items.some(({ action }) => action === 'churn_change'));
    assert.ok(!JSON.stringify(audit).includes('电话'));
  });

  test('a sudden loss is unusual, a steady one is not', async (t) => {
    const koi = await start(t, engine);
    const admin = await koi.signIn('administrator');
    const now = Math.floor(Date.now() / 1000);
    const rows = [
      `INSERT INTO staff (id, userid, name, created_s)
         VALUES (11, 'a', 'Anna', 0), (12, 'b', 'Ben', 0)`,
    ];
    let id = 1000;
    const relation = (staff, lost_s) => {
      id++;
      rows.push(
        `INSERT INTO customer (id, root_id, first_s, created_s, updated_us)
           VALUES (${id}, ${id}, 0, 0, 0)`,
        `INSERT INTO relation (id, customer_id, staff_id, added_s, deleted_s, deleted_by, created_s)
           VALUES (${id}, ${id}, ${staff}, ${now - 200 * DAY}, ${lost_s ?? 'NULL'},
                   ${lost_s ? "'customer'" : 'NULL'}, 0)`,
      );
    };
    for (let i = 0; i < 60; i++) [relation(11), relation(12)];
    /* One a week of each, and of Anna twelve more in this one. */
    for (let week = 0; week < 9; week++)
      for (const staff of [11, 12]) relation(staff, now - week * 7 * DAY - 3 * DAY);
    for (let i = 0; i < 12; i++) relation(11, now - (i % 6) * DAY - 1000);
    await koi.sql(rows.join(';'));
    const [anna, ben] = (await admin.get('/api/churn/rates')).items;
    assert.deepEqual([anna.of.name, anna.lost, anna.unusual], ['Anna', 13, true]);
    assert.deepEqual([ben.of.name, ben.lost, ben.unusual], ['Ben', 1, false]);
    assert.deepEqual([anna.friends, ben.friends], [60, 60]);
    assert.ok(anna.chance < 1e-6 && ben.chance > 0.5, `${anna.chance} ${ben.chance}`);
    assert.ok(Math.abs(ben.expected - 1) < 0.3 && Math.abs(ben.rate - 1 / 60) < 0.003);
    /* By code: the same people, by where they came from. */
    await koi.sql(
      `INSERT INTO code (id, kind, name, state, status, shift_s, created_s, updated_us)
         VALUES (71, 'staff', '门店', 'koi', 'active', 0, 0, 0);
       INSERT INTO code_entry (code_id, at_s, customer_id, staff_id, customer)
         SELECT 71, r.added_s, r.customer_id, r.staff_id, 'new' FROM relation r`,
    );
    const [code] = (await admin.get('/api/churn/rates?by=code')).items;
    assert.deepEqual([code.of.name, code.lost, code.unusual], ['门店', 14, true]);
    const manager = await koi.signIn('manager', { scope: 'team', staff_id: '12' });
    const theirs = (await manager.get('/api/churn/rates')).items;
    assert.ok(theirs.every(({ of }) => of.name === 'Ben'));
  });
});
