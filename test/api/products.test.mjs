/* Reports on products, concentration and first buyers, and the influence score: every figure is
 * counted a second time here, over the rows themselves. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { DAY, corp, customers } from './corp.mjs';
import { each, start } from './harness.mjs';

const shared = join(import.meta.dirname, '..', '..', '..', 'shared', 'data', 'online_retail');

/* A small generator of numbers, the same in every run. */
function numbers(seed) {
  let state = seed;
  return (below) => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return Math.floor((state / 2147483648) * below);
  };
}

const noon = (offset) => Math.floor(Date.now() / 1000 / DAY) * DAY + 4 * 3600 + offset * DAY;
const day = (offset) => new Date(noon(offset) * 1000 + 8 * 3600e3).toISOString().slice(0, 10);
const products = [
  { id: 71, code: 'A', category: 'tea', price_fen: 1000, cost_micro: 3_333_333 },
  { id: 72, code: 'B', category: 'tea', price_fen: null, cost_micro: 1_000_000 },
  { id: 73, code: 'C', category: null, price_fen: 500, cost_micro: null },
  { id: 74, code: 'never sold', category: 'tea', price_fen: 100, cost_micro: 1 },
];
/* 1012 is the same person as 1002. */
const rootOf = (id) => (id === 1012 ? 1002 : id);

/* Orders of all natures over twenty days: paid or not, of nobody, with lines that are no sale. */
function makeOrders() {
  const next = numbers(7);
  const refunds = [];
  const orders = Array.from({ length: 160 }, (_, i) => {
    const nature = next(8) === 0 ? 'cancellation' : 'sale';
    const lines = Array.from({ length: 1 + next(4) }, () => {
      const quantity = (1 + next(5)) * (nature === 'sale' ? 1 : -1);
      const price = next(9) === 0 ? 0 : 100 + next(900);
      const lineNature = nature === 'cancellation' ? 'cancel' : price > 0 ? 'sale' : 'other';
      const product = next(10) === 0 ? null : 71 + next(3);
      return { product, quantity, amount: quantity * price, price, nature: lineNature };
    });
    const o = {
      id: 5000 + i,
      nature,
      channel: 3 + next(2),
      customer: next(7) === 0 ? null : customers[next(customers.length)],
      at: noon(-next(20)),
      paid: next(9) !== 0,
      lines,
    };
    const sold = lines.filter((line) => line.nature === 'sale').reduce((n, l) => n + l.amount, 0);
    o.sale = nature === 'sale' && o.paid ? sold : 0;
    for (let k = next(4) === 0 ? 1 + next(2) : 0; k > 0 && sold > 0; k--)
      refunds.push({ order: o, at: o.at + next(6) * DAY, amount: 1 + next(sold) });
    return o;
  });
  return { orders, refunds };
}

const value = (v) => (v === null ? 'NULL' : typeof v === 'number' ? v : `'${v}'`);

const insert = (table, columns, rows) =>
  `INSERT INTO ${table} (${columns}) VALUES ${rows.map((row) => `(${row.map(value)})`).join(',')}`;

function sqlOf({ orders, refunds }) {
  let seq = 900000;
  const total = (o) => o.lines.reduce((n, l) => n + l.amount, 0);
  return [
    'DELETE FROM orders',
    'UPDATE customer SET root_id = 1002 WHERE id = 1012',
    'UPDATE relation SET deleted_s = 1 WHERE customer_id = 1012',
    insert(
      'product',
      'id, code, name, category, created_s',
      products.map((p) => [p.id, p.code, `Product ${p.code}`, p.category, 0]),
    ),
    insert(
      'orders',
      'id, channel_id, number, nature, customer_id, state, at_s, paid_s, total_fen, sale_fen, ' +
        'refunded_fen, lines, updated_us',
      orders.map((o) => [
        ...[o.id, o.channel, `N${o.id}`, o.nature, o.customer, 'created', o.at],
        ...[o.paid ? o.at : null, total(o), o.sale, Math.max(0, -total(o)), o.lines.length, 1],
      ]),
    ),
    insert(
      'order_item',
      'seq, order_id, line, customer_id, product_id, at_s, quantity, unit_price_micro, ' +
        'amount_fen, nature',
      orders.flatMap((o) =>
        o.lines.map((l, i) => [
          ...[seq++, o.id, i + 1, o.customer, l.product, o.at, l.quantity, l.price * 10000],
          ...[l.amount, l.nature],
        ]),
      ),
    ),
    insert(
      'refund',
      'id, order_id, number, customer_id, at_s, amount_fen',
      refunds.map((r, i) => [i + 1, r.order.id, String(i), r.order.customer, r.at, r.amount]),
    ),
  ].join(';\n');
}

const bought = (o) => o.nature === 'sale' && o.paid && o.sale > 0;
const ratio = (a, b) => (b === 0 ? null : a / b);

/* Half to even, as the program rounds costs. */
function roundEven(numerator, denominator) {
  const down = Math.floor(numerator / denominator);
  const twice = 2 * (numerator - down * denominator);
  return twice > denominator || (twice === denominator && down % 2 === 1) ? down + 1 : down;
}

/* What the report should say of one product. */
function figuresOf(p, seen, refunds, costs = true) {
  const sales = new Map(); /* order → its lines of the product */
  let returned_quantity = 0;
  let returned_fen = 0;
  for (const o of seen)
    for (const l of o.lines.filter((line) => line.product === p.id)) {
      if (l.nature === 'cancel') {
        returned_quantity -= l.quantity;
        returned_fen -= l.amount;
      } else if (l.nature === 'sale' && bought(o)) {
        sales.set(o, [...(sales.get(o) ?? []), l]);
      }
    }
  for (const { order, amount } of refunds) {
    const lines = order.lines.filter((l) => l.nature === 'sale');
    const all = lines.reduce((n, l) => n + l.amount, 0);
    let before = 0;
    for (const l of lines) {
      const part = (sum) => Math.floor((2 * amount * sum + all) / (2 * all));
      if (l.product === p.id) returned_fen += part(before + l.amount) - part(before);
      before += l.amount;
    }
  }
  const times = new Map();
  for (const o of sales.keys())
    if (o.customer !== null)
      times.set(rootOf(o.customer), (times.get(rootOf(o.customer)) ?? 0) + 1);
  const lines = [...sales.values()].flat();
  const quantity = lines.reduce((n, l) => n + l.quantity, 0);
  const sale_fen = lines.reduce((n, l) => n + l.amount, 0);
  const repeat_buyers = [...times.values()].filter((n) => n > 1).length;
  const cost_micro = costs ? p.cost_micro : null;
  const margin_fen =
    cost_micro === null ? null : sale_fen - roundEven(quantity * cost_micro, 10000);
  return {
    orders: sales.size,
    buyers: times.size,
    repeat_buyers,
    repurchase_rate: ratio(repeat_buyers, times.size),
    quantity,
    sale_fen,
    returned_quantity,
    returned_fen,
    return_rate: ratio(returned_fen, sale_fen),
    margin_fen,
    margin: margin_fen === null ? null : ratio(margin_fen, sale_fen),
    price_ratio: p.price_fen === null ? null : ratio(sale_fen, p.price_fen * quantity),
  };
}

/* Equal, with a little room where something was divided. */
function same(got, want, what) {
  for (const [key, figure] of Object.entries(want)) {
    if (figure === null || Number.isInteger(figure))
      assert.equal(got[key], figure, `${what} ${key}`);
    else assert.ok(Math.abs(got[key] - figure) < 1e-9, `${what} ${key} ${got[key]} ${figure}`);
  }
}

const within = (at, from, to) => at >= noon(from) - DAY / 2 && at < noon(to) + DAY / 2;

const channelOf = ({ channel }) => (channel ? `&channel_id=${channel}` : '');

/* What is behind a window of a channel, for someone who sees `people` (null: everyone). */
function view({ orders, refunds }, { from, to, channel, people }) {
  const sees = (o) =>
    (!channel || o.channel === channel) &&
    (!people || (o.customer !== null && people.includes(rootOf(o.customer))));
  return {
    seen: orders.filter((o) => sees(o) && within(o.at, from, to)),
    back: refunds.filter((r) => sees(r.order) && within(r.at, from, to)),
  };
}

async function shop(t, engine) {
  const made = await corp(t, engine);
  const data = makeOrders();
  await made.koi.stop();
  await made.koi.sql(sqlOf(data));
  await made.koi.serve();
  for (const { id, price_fen, cost_micro } of products) {
    const p = await made.operator.patch(`/api/products/${id}`, { price_fen, cost_micro });
    assert.deepEqual([p.price_fen, p.cost_micro], [price_fen, cost_micro]);
  }
  return { ...made, data };
}

each('products', (engine) => {
  test('figures of products are those of their lines', async (t) => {
    const { koi, operator, data } = await shop(t, engine);
    const narrow = await koi.signIn('manager', { scope: 'own', staff_id: '1' });
    const even = customers.filter((id) => id % 2 === 0 && id !== 1012);
    for (const [caller, people, window] of [
      [operator, null, { from: -30, to: 10 }],
      [operator, null, { from: -9, to: -3 }],
      [operator, null, { from: -15, to: 0, channel: 4 }],
      [narrow, even, { from: -30, to: 10 }],
      [narrow, even, { from: -5, to: -5 }],
    ]) {
      const { seen, back } = view(data, { ...window, people });
      const days = `from=${day(window.from)}&to=${day(window.to)}`;
      const path = `/api/reports/products?${days}${channelOf(window)}`;
      const got = await caller.get(path);
      const want = products
        .map((p) => ({ p, f: figuresOf(p, seen, back, people === null) }))
        .filter(({ f }) => f.orders > 0 || f.returned_fen !== 0 || f.returned_quantity !== 0);
      assert.equal(got.total, want.length);
      for (const { p, f } of want) {
        const row = got.items.find(({ product }) => product.id === String(p.id));
        same(row, f, `${path} ${p.code}`);
        assert.equal(row.product.cost_micro, people === null ? p.cost_micro : null);
      }
      const sum = (key) => want.reduce((n, { f }) => n + f[key], 0);
      for (const key of ['quantity', 'sale_fen', 'returned_fen', 'returned_quantity'])
        assert.equal(got.sum[key], sum(key), key);
      const sales = got.items.map((row) => row.sale_fen);
      assert.deepEqual(
        sales,
        sales.toSorted((a, b) => b - a),
      );
    }
    /* orders, pages, categories */
    const all = `/api/reports/products?from=${day(-30)}&to=${day(10)}`;
    const margins = await operator.get(`${all}&sort=margin`);
    assert.equal(margins.items.at(-1).product.code, 'C', 'no cost: last');
    assert.ok(margins.items[0].margin <= margins.items[1].margin);
    assert.equal((await operator.get(`${all}&sort=-margin`)).items.at(-1).product.code, 'C');
    const tea = await operator.get(`${all}&category=tea&sort=quantity`);
    assert.deepEqual(tea.items.map(({ product }) => product.code).toSorted(), ['A', 'B']);
    const second = await operator.get(`${all}&page=2&limit=2`);
    const first = await operator.get(`${all}&limit=2`);
    const third = await operator.get(`${all}&limit=2&cursor=${encodeURIComponent(first.next)}`);
    assert.equal(second.items.length, 1);
    assert.deepEqual(third.items, second.items);
    assert.equal((await operator.get(`${all}&sort=price`, 400)).error.field, 'sort');
    assert.equal((await operator.get(`${all}&category=nothing`)).total, 0);
    /* who may change what a product costs */
    await narrow.patch('/api/products/71', { cost_micro: 1 }, 403);
    assert.equal((await operator.patch('/api/products/9', {}, 404)).error.field, 'product_id');
    await operator.patch('/api/products/71', { cost_micro: -1 }, 400);
    const cleared = await operator.patch('/api/products/71', { cost_micro: null, category: '茶' });
    assert.deepEqual([cleared.cost_micro, cleared.category], [null, '茶']);
    assert.equal((await operator.get('/api/products?q=A')).items[0].category, '茶');
  });

  test('what came back is what the revenue report says came back', async (t) => {
    const { operator, data } = await shop(t, engine);
    const report = await operator.get(`/api/reports/products?from=${day(-30)}&to=${day(30)}`);
    const days = await operator.get(`/api/reports/revenue?from=${day(-30)}&to=${day(30)}&unit=day`);
    const other = { id: null };
    const { returned_fen } = figuresOf(other, data.orders, data.refunds);
    const all = days.items.reduce((n, row) => n + row.refunded_fen, 0);
    assert.equal(report.sum.returned_fen + returned_fen, all);
  });

  test('concentration: tenths of buyers, the largest first', async (t) => {
    const { koi, operator, data } = await shop(t, engine);
    const narrow = await koi.signIn('manager', { scope: 'own', staff_id: '1' });
    const even = customers.filter((id) => id % 2 === 0 && id !== 1012);
    for (const [caller, people, window] of [
      [operator, null, { from: -30, to: 10 }],
      [operator, null, { from: -8, to: -6 }],
      [narrow, even, { from: -30, to: 10, channel: 3 }],
      [operator, null, { from: 11, to: 12 }],
    ]) {
      const spent = new Map();
      for (const o of view(data, { ...window, people }).seen)
        if (bought(o) && o.customer !== null)
          spent.set(rootOf(o.customer), (spent.get(rootOf(o.customer)) ?? 0) + o.sale);
      const ranked = [...spent.values()].toSorted((a, b) => b - a);
      const n = ranked.length;
      const all = ranked.reduce((x, y) => x + y, 0);
      const days = `from=${day(window.from)}&to=${day(window.to)}`;
      const got = await caller.get(`/api/reports/concentration?${days}${channelOf(window)}`);
      assert.equal(got.customers, n);
      assert.equal(got.sale_fen, all);
      assert.equal(got.deciles.length, 10);
      let so_far = 0;
      for (const [k, row] of got.deciles.entries()) {
        const part = ranked.slice(Math.ceil((k * n) / 10), Math.ceil(((k + 1) * n) / 10));
        const sale_fen = part.reduce((x, y) => x + y, 0);
        so_far += sale_fen;
        const want = {
          decile: k + 1,
          customers: part.length,
          sale_fen,
          share: ratio(sale_fen, all),
          cumulative_share: ratio(so_far, all),
          least_fen: part.at(-1) ?? null,
        };
        same(row, want, `tenth ${k + 1} of ${n}`);
      }
      const top = ranked.slice(0, Math.ceil(n / 5));
      same(
        got.top_fifth,
        {
          customers: top.length,
          share: ratio(
            top.reduce((x, y) => x + y, 0),
            all,
          ),
        },
        `top fifth of ${n}`,
      );
    }
  });

  test('first buyers: of new friends, how many bought within so many days', async (t) => {
    const { koi, operator } = await corp(t, engine);
    await koi.stop();
    const added = (id) => noon(-40) + (id % 5) * DAY;
    const first = { 1001: 0, 1002: 3 * DAY, 1003: 3 * DAY + 1, 1004: -1, 1005: 20 * DAY };
    const statements = [
      `INSERT INTO source (id, name, kind, created_s) VALUES (50, '地推', 'offline', 0)`,
      'UPDATE customer SET source_id = 50 WHERE id <= 1003',
      ...customers.map((id) => `UPDATE customer SET added_s = ${added(id)} WHERE id = ${id}`),
      'UPDATE customer SET added_s = NULL WHERE id = 1006',
      ...Object.entries(first).map(
        ([id, after]) => `INSERT INTO customer_stats (customer_id, orders, spend_fen, first_order_s,
          last_order_s) VALUES (${id}, 1, 100, ${added(id) + after}, ${added(id) + after})`,
      ),
      'DELETE FROM orders',
      ...Object.entries(first).map(
        ([id, after]) => `INSERT INTO orders (id, channel_id, number, nature, customer_id, state,
          at_s, paid_s, total_fen, sale_fen, lines, updated_us) VALUES (${id}, 1, 'F${id}', 'sale',
          ${id}, 'paid', ${added(id) + after}, 1, 100, 100, 0, 1)`,
      ),
    ];
    await koi.sql(statements.join(';\n'));
    await koi.serve();
    for (const [from, to, n] of [
      [-41, -30, 3],
      [-40, -39, 3],
      [-41, -30, 7],
      [-41, -30, 20],
    ]) {
      const path = `/api/reports/sources?from=${day(from)}&to=${day(to)}`;
      const got = await operator.get(n === 7 ? path : `${path}&within_days=${n}`);
      const count = (people) => ({
        friends: people.length,
        first_buyers: people.filter((id) => first[id] >= 0 && first[id] <= n * DAY).length,
      });
      const friends = customers.filter((id) => id !== 1006 && within(added(id), from, to));
      const here = count(friends);
      assert.equal(got.within_days, n);
      assert.equal(got.complete, true);
      same(got.sum, { ...here, first_buyer_rate: ratio(here.first_buyers, here.friends) }, path);
      same(
        got.items.find((row) => row.source.id === '50'),
        count(friends.filter((id) => id <= 1003)),
        path,
      );
    }
    const open = await operator.get(`/api/reports/sources?from=${day(-41)}&to=${day(-1)}`);
    assert.equal(open.complete, false);
    const wrong = await operator.get('/api/reports/sources?within_days=0', 400);
    assert.equal(wrong.error.field, 'within_days');
  });

  test('influence: the score is a rank among those who converted anyone', async (t) => {
    const { koi, operator } = await corp(t, engine);
    await koi.stop();
    const now = Math.floor(Date.now() / 1000);
    let seq = 800000;
    const event = (id, at, batch = 'NULL') =>
      `INSERT INTO event (seq, recorded_us, batch_id, customer_id, at_s, kind, object_kind,
        object_id) VALUES (${++seq}, 0, ${batch}, ${id}, ${at}, 48, 11, 1001)`;
    const recent = (id, n) => Array.from({ length: n }, () => event(id, now - 5 * DAY));
    /* live ones in the last ninety days: 1001 one, 1002 and 1012 (one person) three, 1004 three,
     * 1005 five, 1006 one of which was taken back */
    const statements = [
      'UPDATE customer SET root_id = 1002 WHERE id = 1012',
      `INSERT INTO batch (id, kind, file_name, file_hash, mapping, state, created_s)
        VALUES (9, 'events', 'x', ${engine === 'sqlite' ? "x'00'" : "'\\x00'"}, '{}', 'undone', 0)`,
      ...recent(1001, 1),
      ...recent(1002, 2),
      ...recent(1012, 1),
      ...recent(1004, 3),
      ...recent(1005, 5),
      event(1005, now - 91 * DAY),
      event(1007, now - 91 * DAY),
      event(1007, now + DAY),
      event(1003, now - DAY, 9),
      ...recent(1006, 1),
      `INSERT INTO event (seq, recorded_us, customer_id, at_s, kind, object_kind, object_id)
        VALUES (${seq + 1}, 0, 1006, ${now}, 43, 17, ${seq})`,
    ];
    await koi.sql(statements.join(';\n'));
    await koi.serve();
    const converted = { 1001: 1, 1002: 3, 1004: 3, 1005: 5 };
    const narrow = await koi.signIn('manager', { scope: 'own', staff_id: '1' });
    const check = async (caller, people) => {
      const some = people.filter((id) => converted[id]);
      for (const id of people) {
        const n = converted[id] ?? 0;
        const no_more = some.filter((other) => converted[other] <= n).length;
        const score = n === 0 ? 0 : Math.round((100 * no_more) / some.length);
        const { influence } = await caller.get(`/api/customers/${id}`);
        assert.deepEqual(influence, { score, converted: n, period_days: 90 }, String(id));
      }
    };
    const roots = customers.filter((id) => id !== 1012);
    await check(operator, roots);
    await check(
      narrow,
      roots.filter((id) => id % 2 === 0),
    );
    /* P is that of the value model */
    const { items } = await operator.get('/api/tier-models/templates');
    const { kind, tiers } = items.find((one) => one.kind === 'value');
    const plain = tiers.map(({ name, expression, color }) => ({ name, expression, color }));
    const model = { name: 'V', kind, period_days: 120, tiers: plain };
    await operator.post('/api/tier-models', model, 201);
    const { influence } = await operator.get('/api/customers/1007');
    assert.deepEqual(influence, { score: 40, converted: 1, period_days: 120 });
  });
});

/* ---- a real file ---- */

/* Fields of a line, quotes as in RFC 4180; no cell of the file has a line break. */
function cells(line) {
  const out = [];
  for (const [, quoted, plain] of line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g))
    out.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
  return out;
}

function readRetail() {
  const file = join(
    shared,
    readdirSync(shared).find((name) => name.endsWith('csv.gz')),
  );
  const rows = gunzipSync(readFileSync(file)).toString().split(/\r?\n/).slice(1).filter(Boolean);
  const who = new Map(); /* order → its buyer, the first that a line names */
  const lines = rows.map((row) => {
    const [number, code, , quantity, , price, customer] = cells(row);
    if (customer && !who.get(number)) who.set(number, customer);
    const micro = Math.round(Number(price.replace(/[^\d.-]/g, '')) * 1e6);
    const amount = Math.sign(quantity) * roundEven(Math.abs(quantity) * micro, 10000);
    return { number, code, quantity: Number(quantity), micro, amount };
  });
  return { file, lines, who };
}

each('products of a real file', (engine) => {
  test('a shop with cancellations: every product, and how concentrated it is', async (t) => {
    if (!existsSync(shared)) return t.skip('online_retail is not here');
    const { file, lines, who } = readRetail();
    const koi = await start(t, engine, { serve: false });
    const run = await koi.koi('import', 'orders', file, '--zone', 'Asia/Shanghai');
    assert.equal(run.code, 0, run.err + run.out);
    await koi.serve();
    const operator = await koi.signIn('operator');
    const byCode = new Map();
    const spent = new Map();
    for (const l of lines) {
      const cancelled = l.number.startsWith('C');
      if (!cancelled && (l.quantity <= 0 || l.micro <= 0)) continue;
      const f = byCode.get(l.code) ?? { orders: new Map(), back: 0, pieces: 0, q: 0, sale: 0 };
      byCode.set(l.code, f);
      if (cancelled) {
        f.back -= l.amount;
        f.pieces -= l.quantity;
        continue;
      }
      f.orders.set(l.number, who.get(l.number));
      f.q += l.quantity;
      f.sale += l.amount;
      const buyer = who.get(l.number);
      if (buyer) spent.set(buyer, (spent.get(buyer) ?? 0) + l.amount);
    }
    const got = new Map();
    for (let cursor = ''; cursor !== null;) {
      const page = await operator.get(`/api/reports/products?limit=200${cursor}`);
      for (const row of page.items) got.set(row.product.code, row);
      cursor = page.next === null ? null : `&cursor=${encodeURIComponent(page.next)}`;
    }
    assert.equal(got.size, byCode.size);
    for (const [code, f] of byCode) {
      const times = new Map();
      for (const buyer of f.orders.values())
        if (buyer) times.set(buyer, (times.get(buyer) ?? 0) + 1);
      const want = {
        orders: f.orders.size,
        buyers: times.size,
        repeat_buyers: [...times.values()].filter((n) => n > 1).length,
        quantity: f.q,
        sale_fen: f.sale,
        returned_quantity: f.pieces,
        returned_fen: f.back,
        return_rate: ratio(f.back, f.sale),
      };
      same(got.get(code), want, code);
    }
    const ranked = [...spent.values()].toSorted((a, b) => b - a);
    const add = (list) => list.reduce((x, y) => x + y, 0);
    const top = (await operator.get('/api/reports/concentration')).top_fifth;
    const fifth = ranked.slice(0, Math.ceil(ranked.length / 5));
    const share = add(fifth) / add(ranked);
    same(top, { customers: fifth.length, sale_fen: add(fifth), share }, 'top fifth');
  });
});
