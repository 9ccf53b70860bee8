/* Whose customer somebody is: shown, listed, handed over and refused on a small corp; and bound by
 * what a simulator of WeCom tells. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fill } from './fixture.mjs';
import { each, start, until } from './harness.mjs';
import { noViolations, pair } from './wecom_pair.mjs';

const token = 'QDG6eK';
const aes_key = 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C';
const why = '同事离职交接';
const shop = (n) => `/api/customers/${n}/binding`;
const ids = (page) => page.items.map((c) => c.id).sort();

each('bindings', (engine) => {
  test('customers are handed over, one or many, and it is written down', async (t) => {
    const koi = await start(t, engine);
    await fill(koi);
    const admin = await koi.signIn('administrator');
    const of = async (staff) => ids(await admin.get(`/api/customers?bound_to=${staff}`));
    const hand = (body, status = 200) => admin.post('/api/bindings/transfer', body, status);

    const before = await admin.get(shop(1001));
    assert.equal(before.binding.staff.name, 'Anna');
    assert.equal(before.binding.by, 'friend');
    assert.equal(before.binding.protected, false); /* thirty days of 2024 */
    assert.equal(before.brought.source.name, '导入');
    assert.deepEqual(await of(11), ['1001', '1002']);

    /* Nothing happens when it is only asked what would. */
    const plan = { from_staff_id: '11', staff_id: '12', reason: why };
    assert.deepEqual(await hand({ ...plan, dry_run: true }), {
      matched: 2,
      already: 0,
      moved: 0,
      left: 2,
    });
    assert.deepEqual(await of(12), ['2001']);
    const some = { customer_ids: ['1001', '2001'], staff_id: '12', reason: why };
    assert.deepEqual(await hand(some), { matched: 2, already: 1, moved: 1, left: 0 });
    assert.deepEqual(await hand(some), { matched: 2, already: 2, moved: 0, left: 0 });
    assert.deepEqual(await hand(plan), { matched: 1, already: 0, moved: 1, left: 0 });
    assert.deepEqual(await of(11), []);
    assert.deepEqual(await of(12), ['1001', '1002', '2001']);
    const both = await admin.get(
      `/api/customers?bound_to=12&expression=${encodeURIComponent('staff = "Ben"')}`,
    );
    assert.deepEqual(ids(both), ['2001']);

    const after = await admin.get(shop(1001));
    assert.equal(after.binding.staff.name, 'Ben');
    assert.equal(after.binding.by, 'transfer');
    assert.equal(after.binding.protected, true);
    assert.equal(after.brought.staff.name, 'Anna'); /* that stays */
    const [last] = after.history;
    assert.deepEqual(
      [last.cause, last.from_staff.name, last.staff.name, last.reason],
      ['transfer', 'Anna', 'Ben', why],
    );
    const line = await admin.get('/api/customers/1001/timeline?kind=bind_transfer');
    assert.equal(line.items[0].staff.name, 'Ben');
    const audit = await admin.get('/api/audit?limit=20');
    assert.ok(audit.items.some((row) => row.action === 'binding_transfer'));

    /* Two who become one: the earlier binding stays, and undoing gives each their own again. */
    const merged = await admin.post('/api/merges', { kept_id: '3003', merged_id: '3004' }, 201);
    assert.deepEqual(await of(13), ['3001', '3003']);
    await admin.post(`/api/merges/${merged.id}/undo`, {});
    assert.deepEqual(await of(13), ['3001', '3003', '3004']);
    const causes = (await admin.get(shop(3004))).history.map((h) => h.cause);
    assert.deepEqual(causes, ['unmerge', 'merge', 'touch']);
  });

  test('what may not be is refused, and nobody outside the scope is touched', async (t) => {
    const koi = await start(t, engine);
    await fill(koi);
    const admin = await koi.signIn('administrator');
    const refused = async (who, body, status, code) => {
      const reply = await who.call('POST', '/api/bindings/transfer', body);
      assert.equal(reply.body.error?.code, code, reply.text);
      assert.equal(reply.status, status);
    };
    const some = { customer_ids: ['1001', '3001'], staff_id: '12', reason: why };
    await refused(admin, { ...some, staff_id: '99' }, 400, 'staff_unknown');
    await refused(admin, { staff_id: '12', reason: why }, 400, 'who_missing');
    await refused(admin, { ...some, from_staff_id: '11' }, 400, 'who_missing');
    await refused(admin, { ...some, reason: undefined }, 400, 'argument_missing');
    await refused(admin, { staff_id: '12', reason: why, expression: 'tag(' }, 400, 'value');
    const manager = await koi.signIn('manager', { scope: 'team', staff_id: '11' });
    await refused(manager, some, 403, 'permission_missing');
    const own = await koi.signIn('operator', { scope: 'own', staff_id: '11' });
    assert.equal((await own.call('GET', shop(3001))).status, 404);
    assert.deepEqual(await own.post('/api/bindings/transfer', some), {
      matched: 1,
      already: 0,
      moved: 1,
      left: 0,
    });
    assert.equal((await admin.get(shop(3001))).binding.staff.name, 'Carl');
    assert.equal((await admin.get(shop(1001))).binding.staff.name, 'Ben');

    assert.deepEqual((await admin.get('/api/bindings/left')).items, []);
    await koi.sql(`UPDATE staff SET status = 'left' WHERE id = 13`);
    const [left] = (await admin.get('/api/bindings/left')).items;
    assert.deepEqual([left.staff.name, left.customers], ['Carl', 3]);
    await refused(admin, { ...some, staff_id: '13' }, 409, 'staff_left');
  });

  test('friendships that WeCom tells bind, protect and end', async (t) => {
    const { sim, koi } = await pair(t, engine);
    const admin = await koi.signIn('administrator');
    await admin.put('/api/settings/wecom_token', { value: token });
    await admin.put('/api/settings/wecom_aes_key', { value: aes_key });
    await sim.post('clock/set', { at_s: Math.floor(Date.now() / 1000) });
    await sim.post('callback', {
      url: `http://127.0.0.1:${koi.port}/api/wecom/callback`,
      token,
      aes_key,
    });
    const settled = async () => {
      await sim.post('callbacks/drain');
      await until(async () => {
        const { items } = await admin.get('/api/inbox?state=waiting&limit=1');
        return items.length === 0;
      }, 'the inbox is empty');
    };
    const { staff } = await sim.get('state');
    const [anna, ben] = staff.filter((s) => s.contact_right && s.status === 1);
    const { external_userid } = await sim.post('customer/add', {
      userid: anna.userid,
      state: 'A1',
      add_way: 1,
    });
    await settled();
    const customers = async (n) => {
      const { items } = await admin.get('/api/customers');
      return items.length === n && items;
    };
    const [customer] = await until(() => customers(1), 'the friend is there');
    const bound = () => admin.get(shop(customer.id));
    const first = await bound();
    assert.equal(first.binding.staff.name, customer.staff[0].name);
    assert.equal(first.binding.source.name, 'A1');
    assert.equal(first.binding.until_s - first.binding.since_s, 90 * 86400);
    assert.equal(first.binding.protected, true);

    await sim.post('clock/advance', { seconds: 5 });
    await sim.post('customer/add', { userid: ben.userid, external_userid });
    await sim.post('customer/delete', { userid: anna.userid, external_userid });
    await settled();
    const ended = async () => (await bound()).history.length === 2 && bound();
    const second = await until(ended, 'the end is there');
    assert.equal(second.binding.staff.name, first.binding.staff.name);
    assert.ok(second.binding.ended_s >= first.binding.since_s);
    assert.deepEqual(
      second.history.map((h) => h.cause),
      ['end', 'touch'],
    );

    /* Another rule is for those who come from now on. */
    await admin.put('/api/settings/binding_days', { value: '0' });
    const next = await sim.post('customer/add', { userid: ben.userid });
    await settled();
    const all = await until(() => customers(2), 'the next friend is there');
    const other = all.find((c) => c.id !== customer.id);
    assert.ok(next.external_userid);
    assert.equal((await admin.get(shop(other.id))).binding.until_s, null);
    assert.equal((await bound()).binding.until_s, first.binding.until_s);
    await noViolations(sim);
  });
});
