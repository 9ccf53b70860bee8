/* The staff list: what each has, and what the last full sync was told of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { each } from './harness.mjs';
import { noViolations, pair } from './wecom_pair.mjs';
import { sync } from './wecom_truth.mjs';

each('staff', (engine) => {
  test('friends, groups, bound customers, and who was not told', async (t) => {
    const { sim, koi } = await pair(t, engine, { size: { staff: 8, customers: 100, groups: 4 } });
    await sim.post('clock/set', { at_s: Math.floor(Date.now() / 1000) });
    const admin = await koi.signIn('administrator');
    const state = await sim.get('state');
    const friends = state.relations.filter(({ status }) => status === 'friend');
    const [refused, outside] = [...new Set(friends.map(({ userid }) => userid))];
    const list = async (query = '') => (await admin.get(`/api/staff?limit=200${query}`)).items;
    assert.deepEqual(await list(), []);
    const api = 'externalcontact/batch/get_by_user';
    const fault = (userid, code) =>
      sim.post('faults', { api, kind: 'code', code, times: 1000, contains: `"${userid}"` });
    await fault(refused, 84074);
    await fault(outside, 60011);
    await sync(admin);

    const first = await list();
    const of = (rows, userid) => rows.find((row) => row.userid === userid);
    assert.equal(of(first, refused).told, 'refused');
    assert.equal(of(first, refused).error.code, 'wecom_84074');
    assert.ok(of(first, refused).error.hint.length > 5);
    assert.equal(of(first, refused).told_s, null);
    assert.equal(of(first, outside).told, 'outside');
    assert.deepEqual(
      (await list('&told=refused')).map(({ userid }) => userid),
      [refused],
    );
    assert.equal((await list('&told=told')).length, first.length - 2);

    sim.clearFaults();
    await sync(admin);
    const second = await list();
    for (const row of second) {
      const theirs = friends.filter(({ userid }) => userid === row.userid).length;
      assert.equal(row.customers, theirs, row.userid);
      const groups = state.groups.filter(
        ({ owner, dismissed }) => owner === row.userid && !dismissed,
      );
      assert.equal(row.groups, groups.length, row.userid);
      assert.equal(row.told, 'told', row.userid);
      assert.ok(Math.abs(row.told_s - Date.now() / 1000) < 600);
      assert.equal(row.error, null);
      const bound = await admin.get(`/api/customers?bound_to=${row.id}&limit=200`);
      assert.equal(row.bound, bound.items.length);
      assert.deepEqual(await admin.get(`/api/staff/${row.id}`), row);
    }
    assert.ok(second.some(({ bound }) => bound > 0));
    await noViolations(sim);
  });
});
