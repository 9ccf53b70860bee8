/* Merging by hand, undoing in any order, proposals. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corp, ordersOf } from './corp.mjs';
import { each } from './harness.mjs';

async function family(operator, id) {
  const c = await operator.get(`/api/customers/${id}`);
  return { id: c.id, orders: c.orders, from: c.merged_from };
}

each('merges', (engine) => {
  test('a chain, undone from the middle', async (t) => {
    const { operator, staff } = await corp(t, engine);
    const first = await operator.post('/api/merges', { kept_id: '1003', merged_id: '1007' }, 201);
    const second = await operator.post('/api/merges', { kept_id: '1002', merged_id: '1003' }, 201);
    assert.deepEqual(await family(operator, 1007), {
      id: '1002',
      orders: ordersOf(1002) + ordersOf(1003) + ordersOf(1007),
      from: ['1003', '1007'],
    });
    assert.equal((await operator.get('/api/customers')).total, 10);
    /* the member of staff sees the merged one through their own friend */
    assert.equal((await staff.get('/api/customers/1007')).id, '1002');
    await operator.post(`/api/merges/${first.id}/undo`, {});
    assert.equal((await family(operator, 1007)).id, '1007');
    assert.equal((await family(operator, 1003)).id, '1002');
    await staff.get('/api/customers/1007', 404);
    await operator.post(`/api/merges/${first.id}/undo`, {}, 409);
    await operator.post(`/api/merges/${second.id}/undo`, {});
    assert.equal((await family(operator, 1003)).orders, ordersOf(1003));
    assert.equal((await operator.get('/api/customers')).total, 12);
    const list = await operator.get('/api/merges');
    assert.equal(list.items.length, 2);
    assert.ok(list.items.every((m) => m.undone_s !== null));
    const line = await operator.get('/api/customers/1003/timeline');
    assert.ok(line.items.some((v) => v.kind === 'unmerge'));
  });

  test('what cannot be merged is said', async (t) => {
    const { koi, operator, staff } = await corp(t, engine);
    const same = await operator.post('/api/merges', { kept_id: '1002', merged_id: '1002' }, 409);
    assert.equal(same.error.code, 'merge_same');
    await operator.post('/api/merges', { kept_id: '1002', merged_id: '5' }, 404);
    await operator.post('/api/merges/5/undo', {}, 404);
    await staff.post('/api/merges', { kept_id: '1002', merged_id: '1004' }, 403);
    const narrow = await koi.signIn('operator', { scope: 'own', staff_id: '1' });
    await narrow.post('/api/merges', { kept_id: '1002', merged_id: '1004' }, 403);
  });

  test('a proposal is accepted or rejected once', async (t) => {
    const { koi, operator, staff } = await corp(t, engine);
    await koi.stop();
    await koi.sql(`INSERT INTO merge_proposal (id, low_id, high_id, reason, state, created_s) VALUES
      (1, 1001, 1002, 'phone', 'open', 5), (2, 1004, 1006, 'card', 'open', 6)`);
    await koi.serve();
    const open = await operator.get('/api/merge-proposals');
    assert.deepEqual(
      open.items.map((p) => p.id),
      ['2', '1'],
    );
    assert.equal(open.items[1].one.nickname, 'c**1');
    /* of a pair, a narrow scope must see both */
    assert.deepEqual(
      (await staff.get('/api/merge-proposals')).items.map((p) => p.id),
      ['2'],
    );
    const merged = await operator.post('/api/merge-proposals/1', { decision: 'accept' });
    assert.ok(merged.id);
    assert.equal((await operator.get('/api/customers/1002')).id, merged.customer_id);
    await operator.post('/api/merge-proposals/1', { decision: 'reject' }, 409);
    await operator.post('/api/merge-proposals/2', { decision: 'reject' });
    assert.equal((await operator.get('/api/merge-proposals')).items.length, 0);
    assert.equal((await operator.get('/api/merge-proposals?state=rejected')).items.length, 1);
    await operator.post('/api/merge-proposals/9', { decision: 'reject' }, 404);
  });
});
