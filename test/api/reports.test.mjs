/* Reports and the page "today": small corps by hand, and the known answers of real files where
 * they are at hand. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DAY, corp, customers, ordersOf } from './corp.mjs';
import { each, start } from './harness.mjs';

const shared = join(import.meta.dirname, '..', '..', '..', 'shared', 'data');
const expected = (name) => JSON.parse(readFileSync(join(shared, 'expected', name), 'utf8'));

/* An installation with one file of orders in it; the server runs afterwards. */
async function imported(t, engine, folder, part, ...flags) {
  if (!existsSync(join(shared, folder))) {
    t.skip(`${folder} is not here`);
    return null;
  }
  const file = join(
    shared,
    folder,
    readdirSync(join(shared, folder)).find((name) => name.includes(part)),
  );
  const koi = await start(t, engine, { serve: false });
  const run = await koi.koi('import', 'orders', file, ...flags);
  assert.equal(run.code, 0, run.err + run.out);
  await koi.serve();
  return { koi, admin: await koi.signIn('operator') };
}

each('reports on real files', (engine) => {
  test('a shop with cancellations: every known figure', async (t) => {
    const made = await imported(t, engine, 'online_retail', 'csv.gz', '--zone', 'Asia/Shanghai');
    if (!made) return;
    const { admin } = made;
    const want = expected('online_retail.json');
    const got = await admin.get('/api/reports/facts');
    const names = {
      lines: 'lines',
      lines_without_customer: 'lines_without_customer',
      cancellation_lines: 'cancellation_lines',
      cancellation_orders: 'cancellation_invoices',
      adjustment_lines: 'adjustment_lines_A',
      negative_quantity_not_cancelled: 'negative_quantity_not_cancelled',
      zero_price_lines: 'zero_price_lines',
      negative_price_lines: 'negative_price_lines',
      exact_duplicate_lines: 'exact_duplicate_lines',
      orders: 'invoices',
      orders_with_two_times: 'invoices_with_two_times',
      customers: 'customers',
      sale_lines: 'sale_lines',
      sale_lines_with_customer: 'sale_lines_with_customer',
      sale_orders_with_customer: 'sale_invoices_with_customer',
      buyers: 'buyers',
      repeat_buyers: 'repeat_buyers_by_invoice',
      sale_fen: 'sale_pence',
      sale_fen_with_customer: 'sale_pence_with_customer',
      cancelled_fen: 'cancelled_pence',
    };
    for (const [ours, theirs] of Object.entries(names)) assert.equal(got[ours], want[theirs], ours);

    const months = await admin.get('/api/reports/revenue?unit=month');
    for (const row of months.items)
      assert.equal(
        row.sale_fen,
        want.sale_pence_by_month[row.start_day.slice(0, 7)],
        row.start_day,
      );
    const sum = (list, key) => list.reduce((total, row) => total + row[key], 0);
    for (const unit of ['week', 'day']) {
      const rows = (await admin.get(`/api/reports/revenue?unit=${unit}`)).items;
      for (const key of ['sale_fen', 'orders', 'refunded_fen', 'new_buyers'])
        assert.equal(sum(rows, key), sum(months.items, key), `${unit} ${key}`);
    }
    assert.equal(sum(months.items, 'refunded_fen'), -want.cancelled_pence);
    assert.equal(sum(months.items, 'new_buyers'), want.buyers);

    const again = await admin.get('/api/reports/repurchase');
    assert.equal(again.buyers, want.buyers);
    assert.equal(again.repeat_buyers, want.repeat_buyers_by_invoice);
    const purchases = want.sale_invoices_with_customer;
    assert.ok(Math.abs(again.frequency - purchases / want.buyers) < 1e-9);
    assert.equal(sum(again.intervals, 'count'), purchases - want.buyers);

    const { cohorts } = await admin.get('/api/reports/cohorts?unit=month');
    assert.equal(sum(cohorts, 'customers'), want.buyers);
    for (const [i, month] of months.items.entries()) {
      const active = cohorts.reduce((total, c, k) => total + (c.active[i - k] ?? 0), 0);
      assert.equal(active, month.buyers, month.start_day);
    }
    const list = await admin.get('/api/customers?sort=-spend&limit=1');
    assert.ok(list.items[0].spend_fen > 10000000);
  });

  test('a shop with provinces, unpaid orders and refunds: every known figure', async (t) => {
    const made = await imported(t, engine, 'orders', 'tmall');
    if (!made) return;
    const { admin } = made;
    const want = expected('tmall_orders.json');
    const got = await admin.get('/api/reports/facts');
    assert.equal(got.orders, want.orders);
    assert.equal(got.paid_orders, want['paid_orders(付款时间非空)']);
    assert.equal(got.unpaid_orders, want.unpaid);
    assert.equal(got.refunded_orders, want['refund_orders(退款金额>0)']);
    assert.equal(got.total_fen, want.total_amount_cents);
    assert.equal(got.paid_fen, want['paid_amount_cents(买家实际支付)']);
    assert.equal(got.refunded_fen, want.refund_cents);
    assert.equal(got.sale_fen, want.gmv_paid_orders_cents);
    const { items } = await admin.get('/api/reports/provinces');
    const provinces = Object.fromEntries(
      items.map((p) => [p.province, [p.orders, p.paid_orders, p.paid_fen, p.refunded_fen]]),
    );
    assert.deepEqual(provinces, want['by_province[orders,paid,actual_paid_cents,refund_cents]']);
    const days = (await admin.get('/api/reports/revenue?unit=day')).items;
    for (const day of days)
      assert.equal(day.placed, want.orders_by_created_date[day.start_day] ?? 0, day.start_day);
  });
});

each('reports', (engine) => {
  test('sources: cost per customer, conversion and return as in the textbook', async (t) => {
    const { koi, operator, staff } = await corp(t, engine);
    await koi.stop();
    const source = `INSERT INTO source (id, name, kind, created_s) VALUES (50, '地推', 'offline', 0)`;
    await koi.sql(`${source}; UPDATE customer SET source_id = 50 WHERE id <= 1010`);
    await koi.sql(`INSERT INTO customer_stats (customer_id, orders, spend_fen, first_order_s,
      last_order_s)
      SELECT customer_id, count(*), sum(sale_fen), min(at_s), max(at_s)
      FROM orders GROUP BY customer_id`);
    await koi.serve();
    const day = (offset) =>
      new Date(Date.now() + offset * DAY * 1000 + 8 * 3600e3).toISOString().slice(0, 10);
    const cost = (kind, amount_fen, from, to) =>
      operator.post(
        '/api/costs',
        { source_id: '50', kind, amount_fen, from_day: day(from), to_day: day(to), note: null },
        201,
      );
    await cost('fixed', 5000, -100, -100);
    const traffic = await cost(
      'traffic',
      20001,
      -119,
      80,
    ); /* 200 days, of which the window sees some */
    const { items } = await operator.get(`/api/reports/sources?from=${day(-200)}&to=${day(100)}`);
    const row = items.find((r) => r.source.id === '50');
    const people = customers.filter((id) => id <= 1010);
    const buyers = people.filter((id) => ordersOf(id) > 0).length;
    const revenue = people.reduce((sum, id) => sum + ordersOf(id) * 10000, 0);
    assert.equal(row.customers, 10);
    assert.equal(row.buyers, buyers);
    assert.equal(row.conversion, buyers / 10);
    assert.equal(row.fixed_fen, 5000);
    assert.equal(row.traffic_fen, 20001);
    assert.equal(row.cost_fen, 25001);
    assert.equal(row.cost_per_customer_fen, 2500);
    assert.equal(row.revenue_fen, revenue);
    assert.ok(Math.abs(row.roi - (revenue - 25001) / 25001) < 1e-9);
    /* neighbouring windows share a cost without losing a fen */
    let parts = 0;
    for (const [from, to] of [
      [-200, -90],
      [-89, 3],
      [4, 200],
    ]) {
      const part = await operator.get(`/api/reports/sources?from=${day(from)}&to=${day(to)}`);
      parts += part.items.find((r) => r.source.id === '50')?.traffic_fen ?? 0;
    }
    assert.equal(parts, 20001);
    await operator.patch(`/api/costs/${traffic.id}`, { amount_fen: 1 });
    await operator.delete(`/api/costs/${traffic.id}`, 200);
    assert.equal((await operator.get('/api/costs?source_id=50')).items.length, 1);
    const upside = await operator.post(
      '/api/costs',
      { source_id: '50', kind: 'fixed', amount_fen: 1, from_day: day(1), to_day: day(0) },
      400,
    );
    assert.equal(upside.error.field, 'to_day');
    await staff.get('/api/reports/sources', 403);
    const narrow = await koi.signIn('manager', { scope: 'own', staff_id: '1' });
    for (const path of ['facts', 'sources']) await narrow.get(`/api/reports/${path}`, 403);
    assert.equal(
      (await narrow.get('/api/sources')).items.find((s) => s.id === '50').cost_fen,
      null,
    );
  });

  test('a narrow scope sees the orders of its customers', async (t) => {
    const { koi, operator } = await corp(t, engine);
    await koi.stop();
    await koi.sql(`INSERT INTO customer_stats (customer_id, orders, spend_fen, first_order_s,
      last_order_s)
      SELECT customer_id, count(*), sum(sale_fen), min(at_s), max(at_s)
      FROM orders GROUP BY customer_id`);
    await koi.serve();
    const narrow = await koi.signIn('manager', { scope: 'own', staff_id: '1' });
    const count = (list) => list.reduce((sum, id) => sum + ordersOf(id), 0);
    const even = customers.filter((id) => id % 2 === 0);
    for (const [caller, people] of [
      [operator, customers],
      [narrow, even],
    ]) {
      const rows = (await caller.get('/api/reports/revenue?unit=day')).items;
      assert.equal(
        rows.reduce((sum, r) => sum + r.orders, 0),
        count(people),
      );
      const again = await caller.get('/api/reports/repurchase');
      assert.equal(again.buyers, people.filter((id) => ordersOf(id) > 0).length);
      assert.equal(again.repeat_buyers, people.filter((id) => ordersOf(id) > 1).length);
      const { cohorts } = await caller.get('/api/reports/cohorts');
      assert.equal(
        cohorts.reduce((sum, c) => sum + c.customers, 0),
        again.buyers,
      );
      assert.equal((await caller.get('/api/orders')).total, count(people));
      const first = await caller.get('/api/reports/first-purchase');
      assert.equal(
        first.buckets.reduce((sum, b) => sum + b.customers, 0),
        again.buyers,
      );
      assert.equal(first.never, people.length - again.buyers);
      const today = await caller.get('/api/today');
      assert.equal(today.trend.days.length, 30);
      assert.equal(today.trend.orders.length, 30);
      assert.equal(today.moved.length, 4);
    }
    const wrong = await operator.get('/api/reports/revenue?from=2026-02-01&to=2026-01-01', 400);
    assert.equal(wrong.error.field, 'to');
    const far = await operator.get('/api/reports/revenue?from=1970-01-01&to=2090-01-01', 413);
    assert.ok(far.error.hint);
  });
});
