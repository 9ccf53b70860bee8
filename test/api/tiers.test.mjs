/* Tier models and RFM over HTTP: writing models, runs, moves whose numbers add up, scores, the command line. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corp, customers, ordersOf } from './corp.mjs';
import { each, until } from './harness.mjs';

const inTier = (n, who = customers) =>
  who.filter((id) => (n === 2 ? ordersOf(id) >= 2 : ordersOf(id) === n)).length;
const even = customers.filter((id) => id % 2 === 0);

const model = (name = 'Orders') => ({
  name,
  period_days: 90,
  tiers: [
    { name: 'High', expression: 'count(order, last period)>=2', color: '#aa0000', advice: 'care' },
    { name: 'One', expression: 'ever(order)', color: '#00aa00' },
  ],
});

async function runModel(caller, id) {
  const { job } = await caller.post(`/api/tier-models/${id}/run`, {}, 202);
  const done = await caller.job(job.id);
  assert.equal(done.state, 'done', JSON.stringify(done.error));
  return done.result;
}

const sizes = (m) => m.tiers.map((tier) => tier.customers);

each('tiers', (engine) => {
  test('a model is written, run, changed and run again; flows add up', async (t) => {
    const { operator, staff } = await corp(t, engine);
    const made = await operator.post('/api/tier-models', model(), 201);
    const path = `/api/tier-models/${made.id}`;
    assert.equal(made.tiers[0].expression, 'count(order, last period) >= 2');
    assert.equal(made.last_run, null);

    const some = inTier(2) + inTier(1);
    assert.deepEqual(await runModel(operator, made.id), { customers: some, moved: some });
    const after = await operator.get(path);
    assert.deepEqual(sizes(after), [inTier(2), inTier(1)]);
    assert.equal(after.last_run.moved, some);
    assert.deepEqual(sizes(await staff.get(path)), [inTier(2, even), inTier(1, even)]);
    assert.deepEqual(sizes((await staff.get('/api/tier-models')).items[0]), [
      inTier(2, even),
      inTier(1, even),
    ]);
    assert.deepEqual(await runModel(operator, made.id), { customers: some, moved: 0 });

    /* From two orders to three: some of High fall into One, which is renamed and keeps its customers. */
    const [high, one] = after.tiers;
    await operator.patch(path, {
      tiers: [
        {
          id: high.id,
          name: 'High',
          expression: 'count(order, last period) >= 3',
          color: high.color,
        },
        { id: one.id, name: 'Some', expression: one.expression, color: one.color },
        { name: 'Rest', expression: 'all', color: '#cccccc' },
      ],
    });
    const result = await runModel(operator, made.id);
    assert.equal(result.customers, customers.length);
    const now = await operator.get(path);
    assert.equal(now.version, 2);
    const three = customers.filter((id) => ordersOf(id) === 3).length;
    assert.deepEqual(sizes(now), [three, some - three, inTier(0)]);
    assert.equal(result.moved, inTier(2) - three + inTier(0));

    const moves = await operator.get(`${path}/moves`);
    assert.equal(moves.history.length, 3);
    const into = (id) =>
      moves.links.filter((l) => l.target === id).reduce((n, l) => n + l.customers, 0);
    const outOf = (id) =>
      moves.links.filter((l) => l.source === id).reduce((n, l) => n + l.customers, 0);
    const at = (h, id) => h.tiers.find((x) => x.tier_id === id)?.customers ?? 0;
    for (const tier of now.tiers) {
      assert.equal(into(tier.id) - outOf(tier.id), tier.customers); /* from nothing, 90 days ago */
      assert.equal(at(moves.history[2], tier.id), tier.customers);
    }
    assert.equal(outOf(null), customers.length);
    assert.deepEqual(
      moves.nodes.map((n) => n.name),
      ['High', 'Some', 'Rest', 'in none'],
    );
    assert.deepEqual(
      moves.history.map((h) => at(h, high.id)),
      [inTier(2), inTier(2), three],
    );

    const later = await operator.get(`${path}/moves?from_s=${moves.history[2].at_s}`);
    assert.deepEqual([later.links, later.history], [[], []]);
    const own = await staff.get(`${path}/moves`);
    assert.equal(
      own.links.reduce((n, l) => n + l.customers, 0),
      even.length,
    );
    assert.deepEqual(own.history, []);
  });

  test('a tier that was taken out is still drawn where somebody left it', async (t) => {
    const { operator } = await corp(t, engine);
    const made = await operator.post('/api/tier-models', model(), 201);
    await runModel(operator, made.id);
    const { history } = await operator.get(`/api/tier-models/${made.id}/moves`);
    const keep = made.tiers[1];
    await operator.patch(`/api/tier-models/${made.id}`, { tiers: [{ ...keep }] });
    await until(
      () => Date.now() / 1000 >= history[0].at_s + 1,
      'the next second',
    ); /* runs are told apart by it */
    await runModel(operator, made.id);
    const moves = await operator.get(`/api/tier-models/${made.id}/moves?from_s=${history[0].at_s}`);
    assert.deepEqual(moves.links, [
      { source: made.tiers[0].id, target: keep.id, customers: inTier(2) },
    ]);
    assert.deepEqual(
      moves.nodes.map((n) => [n.name, n.removed]),
      [
        ['One', false],
        ['High', true],
        ['in none', false],
      ],
    );
  });

  test('what cannot be computed is not stored', async (t) => {
    const { operator, staff } = await corp(t, engine);
    const refused = async (change, status, field) => {
      const body = model();
      change(body);
      const { error } = (await operator.call('POST', '/api/tier-models', body, { expect: status }))
        .body;
      if (field) assert.equal(error.field, field, JSON.stringify(error));
      return error;
    };
    const wrong = await refused(
      (m) => (m.tiers[1].expression = 'tag("VIPP")'),
      400,
      'tiers[1].expression',
    );
    assert.equal(wrong.at, 4);
    await refused((m) => (m.tiers = []), 400, 'tiers');
    await refused((m) => delete m.tiers, 400, 'tiers');
    await refused((m) => (m.tiers[1].name = 'High'), 400, 'tiers');
    await refused((m) => (m.tiers[0].color = 'red'), 400, 'tiers');
    await refused(
      (m) =>
        (m.tiers = Array.from({ length: 25 }, (_, i) => ({ name: `t${i}`, expression: 'all' }))),
      400,
      'tiers',
    );
    await refused((m) => (m.period_days = 0), 400, 'period_days');

    const made = await operator.post('/api/tier-models', model(), 201);
    const path = `/api/tier-models/${made.id}`;
    await operator.call('POST', '/api/tier-models', model(), { expect: 409 });
    const itself = [{ name: 'A', expression: 'tier("Orders") = "High"' }];
    await operator.call('PATCH', path, { tiers: itself }, { expect: 400 });
    const foreign = await operator.post('/api/tier-models', model('Other'), 201);
    await operator.call('PATCH', path, { tiers: [foreign.tiers[0]] }, { expect: 400 });
    await operator.call(
      'PATCH',
      path,
      { tiers: [made.tiers[0], { ...made.tiers[0], name: 'Twice' }] },
      { expect: 400 },
    );
    const { headers } = await operator.call('GET', path, undefined, { expect: 200 });
    await operator.call(
      'PATCH',
      path,
      { name: 'New' },
      { headers: { 'if-match': headers.etag }, expect: 200 },
    );
    await operator.call(
      'PATCH',
      path,
      { name: 'Newer' },
      { headers: { 'if-match': headers.etag }, expect: 409 },
    );
    await staff.call('POST', `${path}/run`, {}, { expect: 403 });
    await operator.delete(path);
    await operator.get(path, 404);
    await operator.call('POST', `${path}/run`, {}, { expect: 404 });
  });

  test('templates can be taken as they are', async (t) => {
    const { operator } = await corp(t, engine);
    const { items } = await operator.get('/api/tier-models/templates');
    assert.deepEqual(
      items.map((m) => m.kind),
      ['value', 'tenure', 'rfm', 'fan'],
    );
    for (const { name, kind, period_days, tiers } of items) {
      assert.ok(tiers.every((tier) => tier.sentence_en && tier.problem === null));
      const made = await operator.post('/api/tier-models', { name, kind, period_days, tiers }, 201);
      await runModel(operator, made.id);
    }
    const value = (await operator.get('/api/tier-models')).items.find((m) => m.kind === 'value');
    assert.deepEqual(sizes(value), [0, inTier(2), inTier(1), 0, inTier(0)]);
  });

  test('RFM scores', async (t) => {
    const { operator, staff } = await corp(t, engine);
    assert.equal((await operator.get('/api/rfm')).fit, null);
    const { job } = await operator.post('/api/rfm/run', { period_days: 365 }, 202);
    const all = inTier(1) + inTier(2);
    assert.deepEqual((await operator.job(job.id)).result, { customers: all, changed: all });
    const { fit, cells } = await operator.get('/api/rfm');
    /* 3 each with 1, 2, 3 orders: the cuts of 9 values are those at ranks 2, 4, 6, 8. */
    assert.deepEqual(fit.cuts.orders, [1, 2, 2, 3]);
    assert.equal(fit.customers, all);
    assert.deepEqual(
      cells.map(({ f, m, customers: n }) => [f, m, n]),
      [
        [1, 1, 3],
        [2, 2, 3],
        [4, 4, 3],
      ],
    );
    assert.equal(
      cells.reduce((n, c) => n + c.amount_fen, 0),
      (1 + 2 + 3) * 3 * 10000,
    );
    const own = (await staff.get('/api/rfm')).cells.reduce((n, c) => n + c.customers, 0);
    assert.equal(own, inTier(1, even) + inTier(2, even));
  });

  test('the command line says the same', async (t) => {
    const { koi } = await corp(t, engine);
    assert.match((await koi.koi('tier', 'templates')).out, /count\(order, last period\) >= 2/);
    const added = await koi.koi('tier', 'add', 'value', '--name', 'V');
    assert.equal(added.code, 0, added.err);
    const ran = await koi.koi('tier', 'run', 'V');
    assert.equal(ran.code, 0, ran.err);
    assert.match(
      ran.out,
      new RegExp(`${customers.length} customers in a tier, ${customers.length} moved`),
    );
    assert.match((await koi.koi('tier', 'list')).out, new RegExp(`High value\\s+${inTier(2)} `));
    assert.match(
      (await koi.koi('tier', 'moves', 'V')).out,
      new RegExp(`${inTier(2)} {2}in none → High value`),
    );
    const fitted = await koi.koi('tier', 'rfm', '--days', '365');
    assert.equal(fitted.code, 0, fitted.err);
    assert.match(fitted.out, /customers/);
    assert.notEqual((await koi.koi('tier', 'run', 'Nobody')).code, 0);
    assert.notEqual((await koi.koi('tier', 'add', 'nonsense')).code, 0);
  });
});
