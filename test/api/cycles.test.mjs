/* Cycles: who is due when, each number against the audience it names; suggestions, repurchase by
 * product, and the command line. The corp's orders are replaced by some whose due days are told by
 * hand. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY, corp } from './corp.mjs';
import { each } from './harness.mjs';

const noon = (offset) =>
  Math.floor((Date.now() / 1000 + 8 * 3600) / DAY) * DAY + 4 * 3600 + offset * DAY;
const civil = (offset) => Math.floor(noon(offset) / DAY);
const day = (offset) => new Date(civil(offset) * DAY * 1000).toISOString().slice(0, 10);

/* customer, days ago, product, what became of it */
const orders = [
  [1001, 25, 71],
  [1002, 60, 71],
  [1002, 30, 71],
  [1003, 40, 71],
  [1004, 50, 71],
  [1004, 25, 71, 'refunded'],
  [1005, 25, 71, 'partly refunded'],
  [1006, 25, 71, 'unpaid'],
  [1007, 25, 72],
  [1008, 200, 71],
  [1009, 10, 72],
];

function rows() {
  const out = [
    'DELETE FROM event',
    'DELETE FROM orders',
    `INSERT INTO product (id, code, name, created_s) VALUES (71, 'A', '抹茶', 0), (72, 'B', '玉露', 0)`,
    `INSERT INTO field (id, key, name, type, class, created_s) VALUES
      (81, 'mother', '母亲生日', 'day', 'plain', 0),
      (82, 'city_of_birth', '出生地', 'text', 'plain', 0), (83, 'secret', '密', 'day', 'personal', 0)`,
    `UPDATE customer SET birth_day = 7305 WHERE id IN (1009, 1010)`,
    `INSERT INTO customer_field (customer_id, field_id, value_int, set_s) VALUES
      (1009, 81, 7318, 0), (1010, 81, 7318, 0)`,
    `INSERT INTO event (seq, recorded_us, customer_id, at_s, kind) VALUES
      (-501, 0, 1010, ${noon(-40)}, 31),
      (-502, 0, 1010, ${noon(-90)}, 31), (-503, 0, 1011, ${noon(-300)}, 31)`,
  ];
  orders.forEach(([customer, ago, product, became], i) => {
    const paid = became === 'unpaid' ? null : noon(-ago);
    const refunded = became === 'refunded' ? 1000 : became === 'partly refunded' ? 300 : 0;
    out.push(
      `INSERT INTO orders (id, channel_id, number, customer_id, state, at_s, paid_s, total_fen,
        sale_fen, refunded_fen, lines, updated_us)
        VALUES (${7000 + i}, 3, 'N${i}', ${customer}, 'created', ${noon(-ago)}, ${paid}, 1000,
        ${paid ? 1000 : 0}, ${refunded}, 1, 1)`,
      `INSERT INTO order_item (seq, order_id, line, customer_id, product_id, at_s, quantity,
        unit_price_micro, amount_fen, nature) VALUES (${-900 - i}, ${7000 + i}, 1, ${customer},
        ${product}, ${noon(-ago)}, 1, 10000000, 1000, 'sale')`,
    );
    if (refunded)
      out.push(`INSERT INTO refund (id, order_id, number, customer_id, at_s, amount_fen)
        VALUES (${i + 1}, ${7000 + i}, '1', ${customer}, ${noon(-ago + 1)}, ${refunded})`);
  });
  return out.join(';\n');
}

async function open(t, engine) {
  const it = await corp(t, engine);
  await it.koi.stop();
  await it.koi.sql(rows());
  await it.koi.serve();
  return {
    ...it,
    operator: await it.koi.signIn('operator'),
    staff: await it.koi.signIn('staff', { scope: 'own', staff_id: '1' }),
  };
}

const tea = { name: '抹茶', starts: 'purchase', product_ids: ['71'], length: 30 };

/* Every bar is as large as the audience of its expression. */
async function agrees(caller, due) {
  for (const bar of [...due.overdue, ...due.due]) {
    const counted = await caller.post('/api/audiences/count', { expression: bar.expression }, 200);
    assert.equal(bar.customers, counted.count, bar.expression);
  }
  const known = await caller.post(
    '/api/audiences/count',
    { expression: `due("${due.name}") is known` },
    200,
  );
  assert.equal(due.begun, known.count);
}

each('cycles', (engine) => {
  test('who is due, by day and by week', async (t) => {
    const { koi, operator, staff } = await open(t, engine);
    const made = await operator.post('/api/cycles', tea, 201);
    assert.deepEqual(made.products, [{ id: '71', code: 'A', name: '抹茶' }]);
    assert.equal(made.unit, 'day');
    const due = await operator.get(`/api/cycles/${made.id}`);
    assert.equal(due.today, day(0));
    assert.equal(due.begun, 6);
    assert.deepEqual(
      due.overdue.map((bar) => bar.customers),
      [1, 0, 2, 0],
    );
    assert.equal(due.due.length, 28);
    assert.deepEqual(
      due.due.flatMap((bar, i) => (bar.customers > 0 ? [[i, bar.customers]] : [])),
      [
        [0, 1],
        [5, 2],
      ],
    );
    assert.equal(due.due[5].expression, `due("抹茶") between ${day(5)} and ${day(5)}`);
    await agrees(operator, due);
    const own = await staff.get(`/api/cycles/${made.id}?unit=week&ahead=3`);
    assert.deepEqual(
      own.due.map((bar) => bar.customers),
      [1, 0, 0],
    );
    assert.equal(own.begun, 3); /* 1002, 1004, 1008 */
    await agrees(staff, own);
    const listed = (await operator.get('/api/cycles')).items[0];
    assert.deepEqual([listed.soon, listed.overdue, listed.begun], [3, 3, 6]);
    const today = (await operator.get('/api/today')).due.find((one) => one.title.includes('抹茶'));
    assert.equal(today.count, 1);
    /* Buying again moves the date: what was due is due no more. */
    const page = await operator.post(
      '/api/audiences/count',
      { expression: 'due("抹茶") in last 30d' },
      200,
    );
    assert.equal(page.count, 3); /* 1002 today, 1003, 1004 */
    const then = { expression: `due("抹茶") in next 7d as of ${day(-32)}` };
    assert.equal(
      (await operator.post('/api/audiences/count', then, 200)).count,
      1,
    ); /* 1002, from its first */
    await koi.stop();
    const line = await koi.koi('cycle', 'show', '抹茶', '--json');
    assert.deepEqual(
      JSON.parse(line.out).due.map((bar) => bar.customers),
      due.due.map((bar) => bar.customers),
    );
  });

  test('months, kinds of events, fields and relatives', async (t) => {
    const { operator } = await open(t, engine);
    const visits = { name: '到店', starts: 'event', kind: 'visit', length: 45 };
    const visit = await operator.post('/api/cycles', visits, 201);
    const due = await operator.get(`/api/cycles/${visit.id}`);
    assert.equal(due.due[5].customers, 1);
    assert.equal(due.overdue[0].customers, 1);
    await agrees(operator, due);
    const relative = await operator.post(
      '/api/cycles',
      { name: '母亲', starts: 'relative', field_id: '81' },
      201,
    );
    assert.equal(relative.length, null);
    const need = await operator.get(`/api/cycles/${relative.id}`);
    assert.equal(need.begun, 1); /* 1010 never bought */
    assert.equal(
      need.due[3].customers,
      1,
    ); /* bought 10 days ago; her birth is 13 days after theirs */
    await agrees(operator, need);
    const past = { expression: `due("母亲") is known as of ${day(-1)}` };
    const refused = await operator.post('/api/audiences/count', past, 400);
    assert.equal(refused.error.code, 'as_of');
    const child = { name: '孩子', starts: 'field', field_id: '81', length: 13, unit: 'month' };
    const age = await operator.post('/api/cycles', child, 201);
    const months = {
      expression: 'due("孩子") between 1991-02-14 and 1991-02-14',
    }; /* 7318 is 1990-01-14 */
    assert.equal((await operator.post('/api/audiences/count', months, 200)).count, 2);
    await agrees(operator, await operator.get(`/api/cycles/${age.id}`));
  });

  test('what makes no cycle, changes, removal', async (t) => {
    const { operator, staff } = await open(t, engine);
    const wrong = [
      [{ ...tea, product_ids: [] }, 'product_ids'],
      [{ ...tea, product_ids: ['79'] }, 'product_ids'],
      [{ ...tea, length: undefined }, 'length'],
      [{ ...tea, length: 1300, unit: 'month' }, 'length'],
      [{ name: 'x', starts: 'event', kind: 'nothing', length: 3 }, 'kind'],
      [{ name: 'x', starts: 'field', length: 3 }, 'field_id'],
      [{ name: 'x', starts: 'field', field_id: '82', length: 3 }, 'field_id'],
      [{ name: 'x', starts: 'field', field_id: '83', length: 3 }, 'field_id'],
      [{ name: 'x', starts: 'relative', field_id: '81', length: 3 }, 'length'],
    ];
    for (const [body, field] of wrong) {
      const { error } = await operator.post('/api/cycles', body, 400);
      assert.equal(error.field, field, JSON.stringify(body));
    }
    const made = await operator.post('/api/cycles', tea, 201);
    await operator.post('/api/cycles', tea, 409);
    await staff.post('/api/cycles', { ...tea, name: 'y' }, 403);
    const changed = await operator.patch(`/api/cycles/${made.id}`, {
      length: 2,
      unit: 'month',
      product_ids: ['71', '72'],
      enabled: false,
    });
    assert.deepEqual(
      [changed.length, changed.unit, changed.products.length, changed.enabled],
      [2, 'month', 2, false],
    );
    assert.equal(
      (await operator.get('/api/today')).due.some((one) => one.title.includes('抹茶')),
      false,
    );
    await operator.delete(`/api/cycles/${made.id}`, 200);
    await operator.get(`/api/cycles/${made.id}`, 404);
    const gone = await operator.post(
      '/api/audiences/check',
      { expression: 'due("抹茶") is known' },
      400,
    );
    assert.equal(gone.error.code, 'cycle_unknown');
    const { items } = await (await operator).get('/api/audiences/suggest?what=cycle');
    assert.deepEqual(items, []);
  });

  test('who is due is listed, and exported', async (t) => {
    const { koi, operator, staff } = await open(t, engine);
    const { id } = await operator.post('/api/cycles', tea, 201);
    const due = await operator.get(`/api/cycles/${id}`);
    for (const { from, to, customers, expression } of [...due.overdue, ...due.due].filter(
      (bar) => bar.customers > 0,
    )) {
      const days = new URLSearchParams({ ...(from && { from }), to });
      const listed = await operator.get(`/api/cycles/${id}/customers?${days}`);
      assert.equal(listed.total, customers, expression);
      assert.equal(listed.items.length, customers);
    }
    const ids = async (caller, query) =>
      (await caller.get(`/api/cycles/${id}/customers${query}`)).items.map((one) => one.id).sort();
    /* Overdue or due today; one of 1002, 1003, 1004 and 1008 for a page of one. */
    assert.deepEqual(await ids(operator, ''), ['1002', '1003', '1004', '1008']);
    assert.deepEqual(await ids(operator, `?from=${day(-15)}&to=${day(-10)}`), ['1003']);
    const first = await operator.get(`/api/cycles/${id}/customers?limit=1`);
    assert.deepEqual([first.items.length, first.total], [1, 4]);
    const backwards = `/api/cycles/${id}/customers?from=${day(1)}&to=${day(0)}`;
    assert.equal((await operator.get(backwards, 400)).error.field, 'to');
    await operator.get('/api/cycles/999/customers', 404);
    assert.ok((await ids(staff, '')).length < 4, 'only whom they may see');
    const file = async (what, filter) => {
      const body = { what, filter, format: 'csv' };
      const { job } = await operator.post('/api/exports', body, 202);
      assert.equal((await operator.job(job.id)).state, 'done');
      const { text } = await operator.call('GET', `/api/exports/${job.id}/file`);
      const [head, ...lines] = text
        .replace(/^\ufeff/, '')
        .trim()
        .split('\r\n');
      return { head, lines: lines.map((line) => line.split(',')) };
    };
    const people = await file('cycle_customers', { cycle_id: id });
    assert.deepEqual(people.lines.map(([one]) => one).sort(), ['1002', '1003', '1004', '1008']);
    const bars = await file('cycle_due', { cycle_id: id, unit: 'week' });
    assert.equal(bars.lines.length, 4 + 12);
    assert.equal(
      bars.lines.reduce((n, line) => n + Number(line[2]), 0),
      due.begun,
    );
    const cycles = await file('cycles', {});
    assert.match(cycles.lines[0].join(), /抹茶,Last purchase,抹茶,30,days/);
    const again = await file('report_product_repurchase', { within_days: 30, sort: 'buyers' });
    assert.match(again.head, /^code,product,category,buyers/);
    assert.deepEqual(
      again.lines.map((line) => [line[0], ...line.slice(3, 9), line[11]]),
      [
        ['B', '2', '0', '0', '', '0', '', ''],
        ['A', '6', '4', '1', '0.25', '1', '30', '抹茶'],
      ],
    );
    const out = `${koi.data}/due.csv`;
    const run = await koi.koi(
      'export',
      'cycle_customers',
      '--filter',
      `cycle_id=${id}`,
      '--output',
      out,
    );
    assert.equal(run.code, 0, run.err);
  });

  test('a suggestion, and repurchase by product', async (t) => {
    const { koi, operator } = await open(t, engine);
    const found = await operator.post('/api/cycles/suggestion', { product_ids: ['71'] }, 200);
    assert.equal(found.length, 30);
    assert.equal(found.enough, false);
    assert.deepEqual([found.buyers, found.intervals, found.by_week[4]], [6, 1, 1]);
    await operator.post('/api/cycles', tea, 201);
    const report = await operator.get('/api/reports/product-repurchase?within_days=30');
    const [a, b] = report.items;
    assert.deepEqual(
      [a.product.code, a.buyers, a.again, a.intervals, a.p50_days],
      ['A', 6, 1, 1, 30],
    );
    /* Of the six, those who first bought 30 days before the last order there is, ten days ago. */
    assert.deepEqual([a.ripe, a.rate], [4, 0.25]);
    assert.equal(a.cycle.name, '抹茶');
    assert.deepEqual(
      [b.product.code, b.buyers, b.again, b.p50_days, b.cycle],
      ['B', 2, 0, null, null],
    );
    await koi.stop();
    const line = await koi.koi('cycle', 'suggest', 'A', '--json');
    assert.equal(JSON.parse(line.out).length, 30);
    const listed = await koi.koi('cycle', 'products', '--json');
    assert.equal(JSON.parse(listed.out).items.length, 2);
    const added = await koi.koi('cycle', 'add', '两样', '--products', 'A,B', '--months', '2');
    assert.equal(added.code, 0, added.err);
    assert.match((await koi.koi('cycle', 'list')).out, /两样/);
    assert.equal((await koi.koi('cycle', 'remove', '两样')).code, 0);
  });
});
