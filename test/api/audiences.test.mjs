/* Audiences over HTTP: composing, counting within the data scope, saving with versions, and the command line. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corp, customers, ordersOf } from './corp.mjs';
import { each } from './harness.mjs';

const buyers = customers.filter((id) => ordersOf(id) >= 2).length;
const evenBuyers = customers.filter((id) => ordersOf(id) >= 2 && id % 2 === 0).length;
const TEXT = 'count(order, last 90d) >= 2';

async function refusal(caller, method, path, body, status) {
  return (await caller.call(method, path, body, { expect: status })).body.error;
}

each('audiences', (engine) => {
  test('text and tree are two forms of one expression', async (t) => {
    const { operator } = await corp(t, engine);
    const checked = await operator.post('/api/audiences/check', {
      expression: `  ${TEXT}  AND tag("VIP") `,
    });
    assert.equal(checked.expression, `${TEXT} and tag("VIP")`);
    assert.match(checked.sentence_zh, /的客户$/);
    assert.match(checked.sentence_en, /^customers/);
    assert.deepEqual(await operator.post('/api/audiences/print', { tree: checked.tree }), checked);
    const groups = await operator.post('/api/audiences/check', {
      expression: 'members >= 10',
      subject: 'group',
    });
    assert.equal(groups.expression, 'members >= 10');
  });

  test('a wrong expression says where and what was perhaps meant', async (t) => {
    const { operator } = await corp(t, engine);
    for (const path of ['check', 'count']) {
      const error = await refusal(
        operator,
        'POST',
        `/api/audiences/${path}`,
        { expression: 'friend and tag("VIPP")' },
        400,
      );
      assert.equal(error.field, 'expression');
      assert.equal(error.at, 'friend and tag('.length);
      assert.match(error.message, /VIPP/);
      assert.match(error.hint, /\bVIP\b/);
    }
    const broken = await refusal(
      operator,
      'POST',
      '/api/audiences/count',
      { expression: 'count(order' },
      400,
    );
    assert.equal(broken.at, 'count(order'.length);
    await refusal(operator, 'POST', '/api/audiences/print', { tree: { kind: 'nonsense' } }, 400);
    let deep = {};
    for (let i = 0; i < 50; i++) deep = { items: deep };
    await refusal(operator, 'POST', '/api/audiences/print', { tree: deep }, 413);
  });

  test('a count is cut to the data scope', async (t) => {
    const { operator, staff } = await corp(t, engine);
    const all = await operator.post('/api/audiences/count', { expression: TEXT });
    assert.equal(all.count, buyers);
    assert.equal(all.of, customers.length);
    assert.equal(all.sample.length, buyers);
    const own = await staff.post('/api/audiences/count', { expression: TEXT });
    assert.equal(own.count, evenBuyers);
    assert.equal(own.of, customers.length / 2);
    assert.ok(own.sample.every(({ id }) => Number(id) % 2 === 0));
    const past = await operator.post('/api/audiences/count', {
      expression: TEXT,
      now_s: 1000000000,
    });
    assert.equal(past.count, 0);
  });

  test('words and names for the builder', async (t) => {
    const { operator, staff } = await corp(t, engine);
    const words = await operator.get('/api/audiences/words');
    const of = (list, word) => list.find((w) => w.word === word);
    assert.equal(of(words.attributes, 'city').names, 'city');
    assert.ok(
      of(words.attributes, 'gender').choices.some((c) => c.word === 'female' && c.zh === '女'),
    );
    assert.ok(of(words.attributes, 'age').operators.includes('between'));
    assert.equal(of(words.kinds, 'order').zh, '下单');
    for (const word of ['count', 'spend', 'days_since', 'seq', 'ever'])
      assert.ok(of(words.functions, word), word);
    const named = /audience|tier|tag|due/;
    for (const f of words.functions.filter((w) => w.example && !named.test(w.word))) {
      await operator.post('/api/audiences/check', { expression: f.example });
    }
    for (const w of words.windows) {
      await operator.post('/api/audiences/check', { expression: `ever(order, ${w.word})` });
    }
    const names = async (who, query) => (await who.get(`/api/audiences/suggest?${query}`)).items;
    assert.deepEqual(await names(operator, 'what=tag&q=IP'), ['VIP']);
    assert.deepEqual((await names(operator, 'what=city')).sort(), ['宁波', '杭州'].sort());
    assert.deepEqual(await names(operator, `what=province&q=${encodeURIComponent('浙')}`), [
      '浙江',
    ]);
    assert.deepEqual(await names(staff, 'what=province'), ['浙江']);
    assert.deepEqual(await names(operator, 'what=tier&model=none'), []);
    await operator.call('GET', '/api/audiences/suggest?what=secret', undefined, { expect: 400 });
  });

  test('saved ones have versions, an ETag and a size', async (t) => {
    const { koi, operator, staff } = await corp(t, engine);
    const made = await operator.call(
      'POST',
      '/api/audiences',
      { name: 'Repeat', expression: TEXT, live: true },
      { expect: 201 },
    );
    const path = `/api/audiences/${made.body.id}`;
    assert.equal(made.body.size, buyers);
    assert.equal((await staff.get(path)).size, null); /* a size counts everyone */
    await refusal(operator, 'POST', '/api/audiences', { name: 'Repeat', expression: 'all' }, 409);

    const first = await operator.call('GET', path, undefined, { expect: 200 });
    const etag = first.headers.etag;
    const changed = await operator.call(
      'PATCH',
      path,
      { expression: 'all' },
      { headers: { 'if-match': etag }, expect: 200 },
    );
    assert.equal(changed.body.version, 2);
    assert.equal(changed.body.size, customers.length);
    await operator.call(
      'PATCH',
      path,
      { note: 'late' },
      { headers: { 'if-match': etag }, expect: 409 },
    );
    await operator.patch(path, { note: 'no new version' });
    const found = async (q) => (await operator.get(`/api/audiences?q=${q}`)).items.map((x) => x.id);
    assert.deepEqual(await found('rePEA'), [made.body.id]);
    assert.deepEqual(await found('NEW%20version'), [made.body.id]);
    assert.deepEqual(await found('100%25'), []);
    const { items } = await operator.get(`${path}/versions`);
    assert.deepEqual(
      items.map((v) => [v.version, v.expression]),
      [
        [2, 'all'],
        [1, TEXT],
      ],
    );

    const loop = await refusal(operator, 'PATCH', path, { expression: 'audience("Repeat")' }, 400);
    assert.equal(loop.field, 'expression');
    await operator.patch(path, { expression: TEXT });
    const members = await operator.get(`${path}/customers`);
    assert.equal(members.total, buyers);
    assert.equal((await staff.get(`${path}/customers`)).items.length, evenBuyers);
    const firstPage = await operator.get(`${path}/customers?limit=2`);
    const secondPage = await operator.get(
      `${path}/customers?limit=2&cursor=${encodeURIComponent(firstPage.next)}`,
    );
    assert.deepEqual(
      [...firstPage.items, ...secondPage.items].map((c) => c.id),
      members.items.slice(0, 4).map((c) => c.id),
    );

    const { job } = await operator.post('/api/audiences/size', {}, 202);
    assert.deepEqual((await operator.job(job.id)).result, { counted: 1, stale: 0 });
    await operator.delete(path);
    assert.equal((await operator.get('/api/audiences')).items.length, 0);
    await operator.call('DELETE', path, undefined, { expect: 404 });
    await refusal(staff, 'POST', '/api/audiences', { name: 'x', expression: 'all' }, 403);
    assert.equal(await koi.sql("SELECT count(*) FROM audit WHERE action LIKE 'audience_%'"), '6');
  });

  test('the command line says the same', async (t) => {
    const { koi } = await corp(t, engine);
    const counted = await koi.koi('audience', 'count', TEXT);
    assert.equal(counted.code, 0, counted.err);
    assert.match(counted.out, new RegExp(`${buyers} of ${customers.length} customers`));
    const wrong = await koi.koi('audience', 'check', 'tag("VIPP")');
    assert.notEqual(wrong.code, 0);
    assert.match(wrong.err, /VIPP/);
    const saved = await koi.koi('audience', 'save', 'Repeat', TEXT, '--json');
    assert.equal(JSON.parse(saved.out).size, buyers);
    const shown = await koi.koi('audience', 'show', 'Repeat');
    assert.match(shown.out, /count\(order, last 90d\) >= 2/);
    assert.match((await koi.koi('audience', 'list')).out, /Repeat/);
    assert.notEqual((await koi.koi('audience', 'show', 'Nobody')).code, 0);
  });
});
