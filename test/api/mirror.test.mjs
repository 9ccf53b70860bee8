/* The mirror behind the API: the running server answers as the database does when none runs, and a
 * reply is never older than what its asker has seen committed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { each, start, until } from './harness.mjs';

const questions = [
  'all',
  'friend and not ever(order)',
  'count(order, last 90d) >= 2',
  'sum(order.amount, last 180d) between 100 and 500',
  'spend(last 360d) > 300 and city in ("杭州", "宁波")',
  'count(order.kept) >= 3 and days_since(last order) < 60',
  'seq(view -> click -> order, within 7d)',
  'ever(item where quantity >= 2) or tag_group("口味偏好")',
  'age between 25 and 34 and gender = female',
  'birthday in this month and sample("A", 50%)',
  'added in last 90d or stage is known',
  'rfm.r >= 4 and not rfm.m >= 3',
  'clv(52w) > 200 and count(order) >= 2',
  'group(any) and never(coupon_claim, last 30d)',
  'count(order) >= 1 and friend as of 2026-03-01',
];

each('mirror', (engine) => {
  test('answers as the database does', async (t) => {
    const koi = await start(t, engine, { serve: false });
    const made = await koi.koi('demo', '--customers', '400', '--seed', '3', '--no-link');
    assert.equal(made.code, 0, made.err);
    const asked = [];
    for (const expression of questions) {
      const { code, out, err } = await koi.koi('audience', 'count', expression, '--json');
      assert.equal(code, 0, `${expression}: ${err}`);
      asked.push(JSON.parse(out).count);
    }
    await koi.serve();
    const operator = await koi.signIn('administrator');
    await ready(operator);
    for (const [i, expression] of questions.entries())
      assert.equal(await count(operator, expression), asked[i], expression);
    const some = asked.filter((n) => n > 0 && n < 400).length;
    assert.ok(some >= questions.length - 4, `only ${some} of the answers are neither none nor all`);
    const body = await operator.get('/api/mirror');
    assert.equal(body.state, 'ready');
    assert.equal(body.behind, 0);
    assert.equal(body.customers, 400);
    assert.ok(body.parts.every(({ bytes }) => bytes > 0));
    const text = await (await fetch(`http://127.0.0.1:${koi.port}/metrics`)).text();
    assert.match(text, /^koi_mirror_ready 1$/m);
    const { out } = await koi.koi('mirror', 'status', '--json');
    assert.equal(JSON.parse(out).events, body.events);
  });

  test('boards of scores and tiers do, too, and reports after a restart', async (t) => {
    const koi = await start(t, engine, { serve: false });
    const made = await koi.koi('demo', '--customers', '400', '--seed', '5', '--no-link');
    assert.equal(made.code, 0, made.err);
    const ask = async (...words) => JSON.parse((await koi.koi(...words, '--json')).out);
    const [models, rfm, clv] = [
      await ask('tier', 'list'),
      await ask('tier', 'rfm'),
      await ask('clv', 'show'),
    ];
    const moves = [];
    for (const { name } of models.items) moves.push(await ask('tier', 'moves', name));
    assert.ok(rfm.cells.length > 10 && clv.bands.length > 3);
    assert.ok(moves.some(({ links }) => links.length > 5));
    const look = async () => {
      await koi.serve();
      const operator = await koi.signIn('administrator');
      await ready(operator);
      assert.deepEqual(await operator.get('/api/rfm'), rfm);
      assert.deepEqual(await operator.get('/api/clv'), clv);
      for (const [i, { id }] of models.items.entries())
        assert.deepEqual(await operator.get(`/api/tier-models/${id}/moves`), moves[i]);
      const told = await operator.get('/api/mirror');
      assert.ok(told.parts.find(({ name }) => name === 'moves').bytes > 0);
      const facts = await operator.get('/api/reports/facts');
      await koi.stop();
      return { facts, told };
    };
    const first = await look();
    assert.match(koi.log, /"event":"daybook_read"/);
    koi.log = '';
    const again = await look();
    assert.match(koi.log, /"event":"daybook_loaded"/);
    assert.doesNotMatch(koi.log, /"event":"daybook_read"/);
    assert.equal(again.told.loaded, true);
    assert.deepEqual(again.facts, first.facts);
  });

  test('a reply has what its asker saw committed', async (t) => {
    const koi = await start(t, engine, { serve: false });
    const made = await koi.koi('demo', '--customers', '100', '--seed', '4', '--no-link');
    assert.equal(made.code, 0, made.err);
    await koi.serve();
    const operator = await koi.signIn('administrator');
    await ready(operator);
    const tags = (await operator.get('/api/tags')).categories[0].groups[0].tags;
    const people = (await operator.get('/api/customers?limit=40')).items;
    const tag = tags[0];
    const expression = `tag("${tag.name}")`;
    let wearing = await count(operator, expression);
    for (const { id, tags: worn } of people) {
      const had = worn.some((one) => one.id === tag.id);
      const path = `/api/customers/${id}/tags/${tag.id}`;
      await (had ? operator.delete(path, 200) : operator.put(path, {}, 200));
      wearing += had ? -1 : 1;
      assert.equal(await count(operator, expression), wearing);
    }
    const before = await operator.get('/api/mirror');
    assert.equal(before.builds, 1, 'steps, no second build');
    assert.ok(before.steps >= 1); // several commits may share a step
  });
});

const ready = (who) =>
  until(async () => {
    const { state, behind } = await who.get('/api/mirror');
    return state === 'ready' && behind === 0;
  }, 'the mirror');

const count = async (who, expression) =>
  (await who.post('/api/audiences/count', { expression }, 200)).count;
