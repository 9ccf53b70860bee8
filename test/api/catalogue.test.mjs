/* Orders, staff, groups, stages, sources and the short lists that filters offer. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corp, customers, ordersOf } from './corp.mjs';
import { each } from './harness.mjs';

each('orders', (engine) => {
  test('filters, pages and one order', async (t) => {
    const { koi, operator, staff } = await corp(t, engine);
    await koi.stop();
    await koi.sql(`UPDATE orders SET refunded_fen = 500 WHERE id = 100200;
      INSERT INTO refund (id, order_id, number, customer_id, at_s, amount_fen) VALUES (1, 100200,
      '1', 1002, 5, 500);
      INSERT INTO product (id, code, name, category, created_s) VALUES (7, 'A1', '抹茶', '茶', 0);
      INSERT INTO order_item (seq, order_id, line, customer_id, product_id, at_s, quantity,
      unit_price_micro, amount_fen,
        nature) VALUES (-900, 100200, 1, 1002, 7, 5, 2, 50000000, 10000, 'sale')`);
    await koi.serve();
    const all = customers.reduce((sum, id) => sum + ordersOf(id), 0);
    const page = await operator.get('/api/orders?limit=7');
    assert.equal(page.total, all);
    const times = page.items.map((o) => o.at_s);
    assert.deepEqual(
      times,
      [...times].sort((a, b) => b - a),
    );
    const rest = await operator.get(`/api/orders?limit=200&cursor=${page.next}`);
    assert.equal(rest.items.length, all - 7);
    assert.equal((await operator.get('/api/orders?limit=7&page=2')).items[0].id, rest.items[0].id);
    assert.equal((await operator.get('/api/orders?refunded=true')).total, 1);
    assert.equal((await operator.get('/api/orders?refunded=false')).total, all - 1);
    assert.equal(
      (await operator.get('/api/orders?state=paid&nature=sale&channel_id=3')).total,
      all,
    );
    assert.equal((await operator.get('/api/orders?channel_id=4')).total, 0);
    assert.equal((await operator.get('/api/orders?customer_id=1003')).total, ordersOf(1003));
    const numbered = await operator.get('/api/orders?q=N100200');
    assert.equal(numbered.total, 1);
    const order = await operator.get(`/api/orders/${numbered.items[0].id}`);
    assert.equal(order.items[0].product.name, '抹茶');
    assert.equal(order.refunds[0].amount_fen, 500);
    assert.equal(order.customer.id, '1002');
    await staff.get(`/api/orders/${numbered.items[0].id}`);
    await staff.get('/api/orders/100300', 404);
    assert.equal((await staff.get('/api/orders?q=N100300')).total, 0);
    const lines = await operator.get('/api/customers/1002/timeline?kind=item');
    assert.equal(lines.items[0].object.name, '抹茶');
    assert.equal(lines.items[0].amount_fen, 10000);
    assert.equal((await operator.get('/api/products?q=%E6%8A%B9')).items[0].code, 'A1');
  });
});

each('catalogues', (engine) => {
  test('stages: make, change, clash, remove', async (t) => {
    const { operator } = await corp(t, engine);
    const made = await operator.post('/api/stages', { name: '试用', outcome: 'open' }, 201);
    assert.equal(made.position, 6);
    await operator.post('/api/stages', { name: '试用' }, 409);
    assert.equal((await operator.patch(`/api/stages/${made.id}`, { name: '体验' })).name, '体验');
    await operator.patch('/api/customers/1001', { stage_id: made.id });
    const list = await operator.get('/api/stages');
    assert.equal(list.items.find((s) => s.id === made.id).customers, 1);
    await operator.delete(`/api/stages/${made.id}`, 409);
    await operator.patch('/api/customers/1001', { stage_id: null });
    await operator.delete(`/api/stages/${made.id}`, 200);
  });

  test('sources: make, clash, archive', async (t) => {
    const { operator } = await corp(t, engine);
    const made = await operator.post('/api/sources', { name: '活动', kind: 'offline' }, 201);
    await operator.post('/api/sources', { name: '活动' }, 409);
    await operator.post('/api/sources', { name: 'x', kind: 'magic' }, 400);
    assert.equal((await operator.patch(`/api/sources/${made.id}`, { name: '展会' })).name, '展会');
    assert.equal((await operator.delete(`/api/sources/${made.id}`, 200)).archived, true);
  });

  test('departments, staff, groups, cities, kinds, channels', async (t) => {
    const { koi, operator, staff } = await corp(t, engine);
    await koi.stop();
    await koi.sql(`INSERT INTO chat_group (id, name, owner_id, created_s) VALUES (1, '一群', 1,
      10), (2, '二群', 2, 20);
      INSERT INTO group_member (group_id, customer_id, joined_s, left_s) VALUES (1, 1002, 10,
      NULL), (1, 1004, 10, 20),
        (2, 1001, 10, NULL)`);
    await koi.serve();
    const tree = await operator.get('/api/departments');
    assert.equal(tree.items[0].name, 'Shop');
    assert.equal(tree.items[0].staff, 2);
    const all = await operator.get('/api/staff');
    assert.deepEqual(
      all.items.map((s) => [s.name, s.customers]),
      [
        ['Even', 6],
        ['Odd', 6],
      ],
    );
    const second = await operator.get(
      `/api/staff?cursor=${(await operator.get('/api/staff?limit=1')).next}`,
    );
    assert.deepEqual(
      second.items.map((s) => s.name),
      ['Odd'],
    );
    assert.deepEqual(
      (await staff.get('/api/staff')).items.map((s) => s.name),
      ['Even'],
    );
    assert.deepEqual(
      (await operator.get('/api/staff?q=odd')).items.map((s) => s.name),
      ['Odd'],
    );
    const groups = await operator.get('/api/groups');
    assert.deepEqual(
      groups.items.map((g) => [g.name, g.members]),
      [
        ['二群', 1],
        ['一群', 1],
      ],
    );
    assert.deepEqual(
      (await staff.get('/api/groups')).items.map((g) => g.name),
      ['一群'],
    );
    const one = await operator.get('/api/groups/1');
    assert.equal(one.days.length, 30);
    await staff.get('/api/groups/2', 404);
    const cities = await operator.get('/api/cities');
    assert.deepEqual(
      cities.items.map((c) => [c.name, c.customers]),
      [
        ['宁波', 8],
        ['杭州', 4],
      ],
    );
    assert.ok((await operator.get('/api/event-kinds')).items.some((k) => k.name === 'order'));
    assert.ok((await operator.get('/api/channels')).items.length >= 5);
    const membership = (await operator.get('/api/customers/1004')).groups[0];
    assert.equal(membership.left_s, 20);
  });
});
