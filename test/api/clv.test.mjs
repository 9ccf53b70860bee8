/* Customer lifetime value: the published answers on CDNOW through the product, fits that run away,
 * the audience language, data scope, the command line. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { corp, customers, DAY } from './corp.mjs';
import { each, start } from './harness.mjs';

const shared = join(dirname(fileURLToPath(import.meta.url)), '../../../shared/data');

async function fit(caller, body = {}) {
  const { job } = await caller.post('/api/clv/fit', body, 202);
  const done = await caller.job(job.id);
  assert.equal(done.state, 'done', JSON.stringify(done.error));
  return done.result;
}

const near = (got, want, by, what) =>
  assert.ok(Math.abs(got - want) <= by, `${what}: ${got}, not ${want}`);

/* Parameters by name to four digits. */
function sameParameters(part, want) {
  for (const { name, value, se, low, high } of part.parameters) {
    near(value, want[name], 1e-4 * want[name], name);
    assert.ok(se > 0 && low < value && value < high, `${name} has a range of error`);
  }
}

/* ln Γ by Stirling's series from 20 on (DLMF 5.11.1). */
function logGamma(x) {
  if (x < 20) return logGamma(x + 1) - Math.log(x);
  return (
    (x - 0.5) * Math.log(x) - x + Math.log(2 * Math.PI) / 2 + 1 / (12 * x) - 1 / (360 * x ** 3)
  );
}

/* The density of a mean of x amounts as published (Fader and Hardie 2013, 1a), summed by the rule
 * of midpoints: nothing of it is how the server does it. */
function sameAmounts(shown, people) {
  const [p, q, gamma] = shown.spending.parameters.map(({ value }) => value);
  const repeaters = people.filter(({ x, mean_repeat_spend: m }) => x > 0 && m > 0);
  const times = new Map();
  for (const { x } of repeaters) times.set(x, (times.get(x) ?? 0) + 1);
  const density = (x, m) =>
    Math.exp(
      logGamma(p * x + q) -
        logGamma(p * x) -
        logGamma(q) +
        q * Math.log(gamma) +
        (p * x - 1) * Math.log(m) +
        p * x * Math.log(x) -
        (p * x + q) * Math.log(gamma + m * x),
    );
  assert.equal(shown.amounts.length, 24);
  assert.equal(shown.amounts.at(-1).to_fen, null);
  for (const { from_fen, to_fen, expected, actual } of shown.amounts) {
    const to = to_fen ?? Infinity;
    assert.equal(
      actual,
      repeaters.filter(
        ({ mean_repeat_spend: m }) => m * 100 > from_fen - 1e-6 && m * 100 < to - 1e-6,
      ).length,
      `from ${from_fen}`,
    );
    if (to_fen === null) continue;
    const STEPS = 400;
    const width = (to_fen - from_fen) / 100 / STEPS;
    let want = 0;
    for (const [x, n] of times)
      for (let i = 0; i < STEPS; i++)
        want += n * width * density(x, from_fen / 100 + (i + 0.5) * width);
    near(expected, want, 1e-3 * (want + 1), `expected from ${from_fen}`);
  }
  const sum = (key) => shown.amounts.reduce((n, band) => n + band[key], 0);
  near(sum('expected'), repeaters.length, 0.01, 'expected amounts add up');
  assert.equal(sum('actual'), repeaters.length);
}

/* The scores of everyone, by the customer's place in the sample. */
async function scoresOf(koi, log) {
  const rows = await koi.sql(
    `SELECT i.value, s.alive_ppm, s.purchases_micro, s.value_fen, s.clv_fen, s.repeats
     FROM clv_score s JOIN identity i ON i.customer_id = s.customer_id`,
  );
  const place = new Map(log.map(([id, sample]) => [Number(id), Number(sample)]));
  return new Map(
    rows.split('\n').map((line) => {
      const [id, ...numbers] = line.split('|').map(Number);
      return [place.get(id), numbers];
    }),
  );
}

each('lifetime value', (engine) => {
  test('CDNOW: parameters, likelihoods and every customer', async (t) => {
    if (!existsSync(shared)) return t.skip('../shared/data is not here');
    const path = join(shared, 'cdnow', 'CDNOW_sample.txt');
    const want = JSON.parse(
      readFileSync(join(shared, 'expected', 'cdnow_sample_clv_fit.json'), 'utf8'),
    );
    const log = readFileSync(path, 'utf8')
      .trim()
      .split(/\r?\n/)
      .map((line) => line.trim().split(/\s+/));
    const [head, ...lines] = readFileSync(
      join(shared, 'expected', 'cdnow_sample_clv_per_customer.csv'),
      'utf8',
    )
      .trim()
      .split(/\r?\n/)
      .map((line) => line.split(','));
    const koi = await start(t, engine, { serve: false });
    const imported = await koi.koi('import', 'orders', path, '--json', '--channel', 'CDNOW');
    assert.equal(imported.code, 0, imported.err);
    await koi.serve();
    const admin = await koi.signIn('administrator');
    const common = { until: '1997-09-30', discount_percent: 15 };

    const first = await fit(admin, { ...common, weeks: 39 });
    assert.equal(first.customers, lines.length);
    assert.deepEqual([first.changed, first.applied, first.warnings], [lines.length, true, 0]);
    const byPlace = await scoresOf(koi, log);
    for (const line of lines) {
      const row = Object.fromEntries(head.map((name, i) => [name, Number(line[i])]));
      const [alive, purchases, value, , repeats] = byPlace.get(row.sample_id);
      assert.equal(repeats, row.x);
      near(alive / 1e6, row.bgnbd_palive, 1e-4, `alive ${row.sample_id}`);
      near(purchases / 1e6, row.bgnbd_cet39, 1e-4, `purchases ${row.sample_id}`);
      near(value / 100, row.gg_expected_spend, 0.006, `value ${row.sample_id}`);
    }

    assert.equal((await fit(admin, { ...common, weeks: 52 })).changed, lines.length);
    assert.equal((await fit(admin, { ...common, weeks: 52 })).changed, 0);
    const yearly = await scoresOf(koi, log);
    let sum = 0;
    for (const line of lines) {
      const row = Object.fromEntries(head.map((name, i) => [name, Number(line[i])]));
      near(yearly.get(row.sample_id)[3] / 100, row.clv52_discounted, 0.006, `clv ${row.sample_id}`);
      sum += yearly.get(row.sample_id)[3];
    }
    const shown = await admin.get('/api/clv');
    sameParameters(shown.fit.buying, want.fits.bgnbd);
    sameParameters(shown.fit.spending, want.fits.gammagamma);
    near(shown.fit.buying.log_likelihood, want.fits.bgnbd.LL, 1e-4, 'LL');
    near(shown.fit.spending.log_likelihood, want.fits.gammagamma.LL, 1e-4, 'LL of values');
    near(shown.fit.buying.year, want.checks.bg_E52, 1e-4, 'expected in a year');
    near(shown.fit.spending.mean, want.checks.gg_mean, 1e-3, 'mean value');
    assert.equal(shown.fit.spending.customers, want.fits.gammagamma.n);
    assert.deepEqual([shown.fit.warnings, shown.fit.until], [[], '1997-09-30']);

    /* The checks: customers by repeat purchases; purchases by day, past the end of the fit too. */
    const repeats = lines.map((line) => Number(line[1]));
    for (const { repeats: k, or_more, actual } of shown.counts)
      assert.equal(actual, repeats.filter((x) => (or_more ? x >= k : x === k)).length);
    near(
      shown.counts.reduce((n, c) => n + c.expected, 0),
      lines.length,
      0.01,
      'expected counts add up',
    );
    sameAmounts(
      { ...shown.fit, amounts: shown.amounts },
      lines.map((line) => Object.fromEntries(head.map((name, i) => [name, Number(line[i])]))),
    );
    near(shown.counts[0].expected, 1411, 40, 'nobody else fits zero so well');
    const last = shown.points.at(-1);
    assert.equal(last.day, '1998-06-30');
    const days = new Map();
    for (const [id, , day] of log) days.set(id, new Set(days.get(id)).add(day));
    const all = [...days.values()].reduce((n, d) => n + d.size - 1, 0);
    assert.equal(last.actual, all);
    near(last.expected, all, 0.1 * all, 'expected over a year and a half');
    const inside = shown.points.filter((p) => p.day <= '1997-09-30').at(-1);
    near(inside.expected, inside.actual, 0.05 * inside.actual, 'expected inside the fit');

    /* The scores in bands, each of which the language can say. */
    assert.equal(shown.scores.customers, lines.length);
    assert.equal(shown.scores.clv_fen, sum);
    assert.equal(shown.scores.repeaters, want.fits.gammagamma.n);
    assert.ok(shown.bands.length > 3);
    for (const band of shown.bands) {
      const { total } = await admin.get(
        `/api/customers?page=1&limit=1&expression=${encodeURIComponent(band.expression)}`,
      );
      assert.equal(total, band.customers, band.expression);
    }
    const count = (list) => list.reduce((n, b) => n + b.customers, 0);
    assert.equal(count(shown.bands), lines.length);
    assert.equal(count(shown.alive_bands), lines.length);

    /* The list, page by page. */
    const seen = [];
    let next = '';
    while (next !== null && seen.length < 120) {
      const page = await admin.get(`/api/clv/customers?limit=50&cursor=${next}`);
      seen.push(...page.items.map((item) => item.clv.clv_fen));
      next = page.next;
    }
    const best = [...yearly.values()].map((v) => v[3]).sort((a, b) => b - a);
    assert.deepEqual(seen, best.slice(0, seen.length));

    /* The other model of purchases. */
    await fit(admin, { ...common, weeks: 39, model: 'pareto_nbd' });
    const pareto = await admin.get('/api/clv');
    sameParameters(pareto.fit.buying, want.fits.paretonbd);
    near(pareto.fit.buying.log_likelihood, want.fits.paretonbd.LL, 1e-4, 'LL of Pareto/NBD');
    const other = await scoresOf(koi, log);
    for (const line of lines) {
      const row = Object.fromEntries(head.map((name, i) => [name, Number(line[i])]));
      const [alive, purchases] = other.get(row.sample_id);
      near(alive / 1e6, row.pnbd_palive, 1e-4, `Pareto alive ${row.sample_id}`);
      near(purchases / 1e6, row.pnbd_cet39, 1e-4, `Pareto purchases ${row.sample_id}`);
    }
    t.diagnostic(`read ${shown.fit.read_ms} ms, fitted ${shown.fit.fit_ms} ms`);
  });

  test('a log that runs away gives warnings, and no scores', async (t) => {
    const { koi, operator } = await corp(t, engine);
    assert.equal((await operator.get('/api/clv')).fit, null);
    const early = await operator.call(
      'GET',
      `/api/customers?expression=${encodeURIComponent('clv(52w) > 1')}`,
      undefined,
      { expect: 400 },
    );
    assert.equal(early.body.error.code, 'clv_unavailable');

    /* Everyone buys once: nothing can be told, and accepting does not help. */
    await koi.sql(
      `DELETE FROM orders WHERE id % 100 > 0;
       UPDATE orders SET at_s = at_s - (customer_id - 1000) * ${DAY}`,
    );
    for (const accept of [false, true]) {
      const result = await fit(operator, { accept });
      assert.equal(result.applied, false);
      assert.ok(result.warnings > 0);
    }
    const once = await operator.get('/api/clv');
    assert.ok(once.fit.warnings.some((w) => w.code === 'no_repeats' && w.severity === 'grave'));
    for (const w of once.fit.warnings)
      assert.ok(w.message && w.message_en && w.todo && w.todo_en, w.code);
    assert.deepEqual([once.scores, once.bands], [null, []]);
    assert.equal(await koi.sql('SELECT count(*) FROM clv_score'), '0');
  });

  test('a fit without differences runs away; accepted, its scores are in force', async (t) => {
    const { koi, operator, staff } = await corp(t, engine);
    /* All alike: everybody buys for 100 yuan every ten days. */
    const result = await fit(operator);
    assert.equal(result.applied, false);
    const shown = await operator.get('/api/clv');
    assert.ok(shown.fit.warnings.some((w) => w.severity === 'runs_away'));
    assert.ok(shown.fit.buying.parameters.some((p) => p.suspect));
    assert.equal(shown.scores, null);

    const accepted = await fit(operator, { accept: true, weeks: 26 });
    const buyers = customers.filter((id) => (id - 1000) % 4 > 0);
    assert.deepEqual(
      [accepted.applied, accepted.customers, accepted.changed],
      [true, buyers.length, buyers.length],
    );
    assert.equal((await operator.get('/api/clv')).scores.customers, buyers.length);

    /* The language: the fitted horizon and no other; known, between; not as of the past. */
    const total = async (expression) =>
      (await operator.get(`/api/customers?page=1&expression=${encodeURIComponent(expression)}`))
        .total;
    const refused = async (expression) =>
      (
        await operator.call(
          'GET',
          `/api/customers?expression=${encodeURIComponent(expression)}`,
          undefined,
          { expect: 400 },
        )
      ).body.error;
    assert.equal(await total('clv(26w) is known'), buyers.length);
    assert.equal(await total('clv(182d) is unknown'), customers.length - buyers.length);
    assert.equal(await total('clv(26w) > 0'), buyers.length);
    assert.equal(await total('clv(26w) between 0 and 100000000'), buyers.length);
    assert.equal(await total('not clv(26w) >= 0'), customers.length - buyers.length);
    const wrong = await refused('clv(52w) > 1');
    assert.equal(wrong.code, 'clv_horizon');
    assert.match(wrong.hint, /clv\(26w\)/);
    assert.equal((await refused('clv(26w) > 1 as of 2024-01-01')).code, 'as_of');
    const words = (await operator.get('/api/audiences/words')).attributes;
    assert.ok(words.some((w) => w.word === 'clv(26w)' && w.type === 'money'));

    /* A staff member sees the own customers; figures over everyone are not told. */
    const own = await staff.get('/api/clv');
    assert.equal(own.scores.customers, buyers.filter((id) => id % 2 === 0).length);
    assert.deepEqual([own.fit.customers, own.fit.buying.customers, own.counts], [null, null, []]);
    const list = (await staff.get('/api/clv/customers')).items;
    assert.equal(list.length, own.scores.customers);
    await staff.call('POST', '/api/clv/fit', {}, { expect: 403 });

    /* The profile; a merged customer is out at once, an erased one's row is gone. */
    const card = await operator.get(`/api/customers/${buyers[0]}`);
    assert.equal(card.clv.weeks, 26);
    assert.ok(card.clv.alive > 0 && card.clv.alive <= 1);
    assert.equal((await operator.get(`/api/customers/1004`)).clv, null);
    const admin = await koi.signIn('administrator');
    await admin.post(`/api/customers/${buyers[0]}/erase`, { confirm: String(buyers[0]) }, 200);
    assert.equal((await operator.get('/api/clv')).scores.customers, buyers.length - 1);
    assert.equal(
      await koi.sql(`SELECT count(*) FROM clv_score WHERE customer_id = ${buyers[0]}`),
      '0',
    );
    const merge = { kept_id: String(buyers[1]), merged_id: String(buyers[2]) };
    await admin.post('/api/merges', merge, 201);
    assert.equal((await operator.get('/api/clv')).scores.customers, buyers.length - 2);
    const left = (await operator.get('/api/clv/customers')).items.map(({ id }) => id);
    assert.ok(left.includes(String(buyers[1])) && !left.includes(String(buyers[2])));

    /* Nobody buys any more: the scores go. */
    await koi.sql('DELETE FROM orders');
    const nobody = await fit(operator);
    assert.deepEqual(
      [nobody.customers, nobody.applied, nobody.changed],
      [0, true, buyers.length - 1],
    );
    assert.equal(await koi.sql('SELECT count(*) FROM clv_score'), '0');
  });

  test('the command line says the same', async (t) => {
    const { koi } = await corp(t, engine);
    assert.match((await koi.koi('clv', 'show')).out, /koi clv fit/);
    const refused = await koi.koi('clv', 'fit', '--weeks', '12');
    assert.equal(refused.code, 0, refused.err);
    assert.match(refused.out, /to_infinity/);
    assert.match(refused.out, /--accept/);
    const fitted = await koi.koi('clv', 'fit', '--weeks', '12', '--accept', '--discount', '8.5');
    assert.equal(fitted.code, 0, fitted.err);
    assert.match(fitted.out, /9 customers, in the next 12 weeks/);
    assert.match(fitted.out, /clv\(12w\)/);
    const shown = JSON.parse((await koi.koi('clv', 'show', '--json')).out);
    assert.deepEqual([shown.fit.weeks, shown.fit.discount_percent], [12, 8.5]);
    const top = JSON.parse((await koi.koi('clv', 'top', '--json', '--limit', '3')).out);
    assert.equal(top.items.length, 3);
    assert.match((await koi.koi('clv', 'top')).out, /clv\.clv_fen/);
    for (const args of [
      ['fit', '--weeks', 'x'],
      ['fit', '--until', '2999-01-01'],
      ['top', '--limit', '0'],
    ])
      assert.notEqual((await koi.koi('clv', ...args)).code, 0, args.join(' '));
  });

  test('arguments are looked at', async (t) => {
    const { operator } = await corp(t, engine);
    const day = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 10);
    const now = Date.now() / 1000;
    for (const body of [
      { weeks: 0 },
      { weeks: 521 },
      { discount_percent: -1 },
      { model: 'other' },
      { until: day(now + 3 * DAY) },
      { since: day(now - DAY), until: day(now - 9 * DAY) },
    ])
      await operator.call('POST', '/api/clv/fit', body, { expect: 400 });
  });
});
