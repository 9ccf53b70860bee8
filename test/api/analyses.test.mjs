/* Analyses over the API: every bar and cell that comes with an expression counts exactly the
 * customers that the expression picks, and what is wrong is said where it is. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { each, start, until } from './harness.mjs';

const shared = join(import.meta.dirname, '..', '..', '..', 'shared', 'data');
const day = (daysAgo) => new Date(Date.now() - daysAgo * 86400e3).toISOString().slice(0, 10);
const window = `between ${day(120)} and ${day(5)}`;
const steps = [
  { events: 'view' },
  { events: 'click, share' },
  { events: 'order', audience: 'friend' },
];

each('analyses', (engine) => {
  test('each bar and cell picks the customers it counts', async (t) => {
    const operator = await corp(t, engine);
    const said = { n: 0 };
    for (const by of [undefined, 'source', 'staff', 'stage', 'city', 'gender']) {
      const { groups } = await ask(operator, 'funnel', { steps, within: '3d', window, by });
      assert.ok(by === undefined ? groups.length === 1 : groups.length > 1, by);
      for (const { levels } of groups)
        for (const [k, level] of levels.entries()) {
          await picks(operator, level.expression, level.customers, said);
          const lost = k > 0 ? levels[k - 1].customers - level.customers : 0;
          if (k > 0) await picks(operator, level.lost, lost, said);
        }
    }
    for (const question of [
      { start: 'friend_add', back: 'order', unit: 'month', columns: 4 },
      { start: 'order', back: 'order, view', unit: 'week', columns: 3, rolling: true },
      { start: 'view, click', back: 'order', unit: 'month', columns: 2, first: false },
    ]) {
      const { cohorts } = await ask(operator, 'retention', { ...question, window });
      assert.ok(cohorts.length >= 4);
      for (const { expression, customers, cells, expressions } of cohorts.slice(0, 5)) {
        await picks(operator, expression, customers, said);
        for (const [k, text] of expressions.entries()) await picks(operator, text, cells[k], said);
      }
    }
    const daily = { series: ['view', 'order, click'], unit: 'week', window };
    for (const { series } of (await ask(operator, 'counts', daily)).buckets)
      for (const { expression, customers } of series)
        await picks(operator, expression, customers, said);
    const { cells, buyers } = await ask(operator, 'rfm', { window });
    assert.equal(
      cells.reduce((n, { customers }) => n + customers, 0),
      buyers,
    );
    for (const { expression, customers } of cells)
      await picks(operator, expression, customers, said);
    const bought = await ask(operator, 'repurchase', { window });
    assert.equal(bought.buyers, buyers);
    await picks(operator, bought.again_expression, bought.again, said);
    assert.ok(said.n > 150, `only ${said.n} expressions`);
  });

  test('tables add up', async (t) => {
    const operator = await corp(t, engine);
    const series = ['view', 'order, refund'];
    const counts = await ask(operator, 'counts', { series, unit: 'week', window });
    for (const k of [0, 1]) {
      const events = counts.buckets.reduce((n, bucket) => n + bucket.series[k].events, 0);
      assert.equal(events, counts.all.series[k].events);
      assert.ok(events > 0);
    }
    const apart = await ask(operator, 'counts', { series, unit: 'week', window, whole: false });
    assert.deepEqual(apart.buckets, counts.buckets);
    assert.ok(counts.all.customers > 0 && apart.all.customers === null);
    apart.all.series.forEach(({ events, customers }, k) => {
      assert.equal(events, counts.all.series[k].events);
      assert.equal(customers, null);
    });
    const amount = { start: 'order', back: 'order', unit: 'month', columns: 12, measure: 'amount' };
    const { cohorts } = await ask(operator, 'retention', { ...amount, window: 'last 360d' });
    const earned = cohorts.flatMap(({ cells }) => cells).reduce((n, fen) => n + (fen ?? 0), 0);
    assert.ok(earned > 0);
    const nodes = ['view', 'click', 'order', 'share'];
    const paths = await ask(operator, 'paths', {
      nodes,
      anchor: 0,
      gap_s: 86400,
      steps: 3,
      window,
    });
    const first = paths.links.filter(({ step }) => step === 0);
    assert.equal(
      first.reduce((n, { visits }) => n + visits, 0),
      paths.visits,
    );
    assert.ok(first.every(({ from }) => from === 0));
    assert.ok(paths.customers > 0 && paths.customers <= paths.visits);
  });

  test('REES46: the funnel of its sessions', async (t) => {
    if (!existsSync(shared)) return t.skip('../shared/data is not here');
    const want = JSON.parse(readFileSync(join(shared, 'expected', 'rees46_funnel.json'), 'utf8'));
    const file = readdirSync(join(shared, 'events')).find((name) => name.startsWith('rees46'));
    const koi = await start(t, engine, { serve: false });
    const mapping = 'customer=user_session'; // a session is a customer
    const path = join(shared, 'events', file);
    const done = await koi.koi('import', 'events', path, '--channel', 'R', '--map', mapping);
    assert.equal(done.code, 0, done.err);
    await koi.serve();
    const admin = await koi.signIn('administrator');
    await until(async () => (await admin.get('/api/mirror')).state === 'ready', 'the mirror');
    for (const [names, levels] of [
      [['view', 'cart', 'purchase'], want.funnel_session_view_cart_purchase],
      [['view', 'purchase'], want.funnel_session_view_purchase],
    ]) {
      const body = { steps: names.map((events) => ({ events })), within: '2d' };
      const { groups } = await ask(admin, 'funnel', body);
      assert.deepEqual(
        groups[0].levels.map(({ customers }) => customers),
        levels,
      );
    }
  });

  test('what is wrong is said where it is', async (t) => {
    const operator = await corp(t, engine, 100);
    const wrong = async (name, body, code, field) => {
      const { error } = await operator.post(`/api/analyses/${name}`, body, 400);
      assert.equal(error.code, code, JSON.stringify(error));
      assert.equal(error.field, field);
    };
    await wrong('funnel', { steps: [{ events: 'viewx' }] }, 'kind_unknown', 'steps[0].events');
    await wrong('funnel', { steps: [] }, 'steps', 'steps');
    await wrong('funnel', { steps, within: '9z' }, 'number_suffix', 'within');
    await wrong('funnel', { steps, window: 'next 7d' }, 'window_future', 'window');
    await wrong('funnel', { steps, audience: 'city = ' }, 'value', 'audience');
    await wrong('funnel', { steps, by: 'tier', model: '没有' }, 'tier_model_unknown', 'model');
    await wrong('counts', { series: ['view', 'order,'] }, 'kind', 'series[1]');
    await wrong('paths', { nodes: ['view'], anchor: 1 }, 'anchor', 'anchor');
    const rolling = { start: 'order', back: 'order', rolling: true, measure: 'amount' };
    await wrong('retention', rolling, 'rolling_customers', 'rolling');
    const long = { series: ['view'], window: 'last 2000d' };
    const { error } = await operator.post('/api/analyses/counts', long, 413);
    assert.equal(error.code, 'too_many_units');
  });
});

async function corp(t, engine, customers = 300) {
  const koi = await start(t, engine, { serve: false });
  const made = await koi.koi('demo', '--customers', `${customers}`, '--seed', '5', '--no-link');
  assert.equal(made.code, 0, made.err);
  await koi.serve();
  const operator = await koi.signIn('administrator');
  await until(async () => (await operator.get('/api/mirror')).state === 'ready', 'the mirror');
  return operator;
}

const ask = (who, name, body) => who.post(`/api/analyses/${name}`, body, 200);

/* Expressions that the language cannot say are null. */
async function picks(who, expression, customers, said) {
  if (expression === null) return;
  const { count } = await who.post('/api/audiences/count', { expression }, 200);
  assert.equal(count, customers, expression);
  said.n++;
}
