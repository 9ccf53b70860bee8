/* Tags: the catalogue on three levels, one customer, many at once, as a job, coverage. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corp, customers } from './corp.mjs';
import { each } from './harness.mjs';

each('tags', (engine) => {
  test('the catalogue: make, clash, rename, move, archive, remove what is empty', async (t) => {
    const { operator } = await corp(t, engine);
    const category = await operator.post('/api/tag-categories', { name: '价值' }, 201);
    const group = await operator.post(
      '/api/tag-groups',
      { category_id: category.id, name: '等级' },
      201,
    );
    const tag = await operator.post(
      '/api/tags',
      { group_id: group.id, name: '金卡', grain: 'fine' },
      201,
    );
    assert.equal(tag.grain, 'fine');
    for (const [path, body] of [
      ['/api/tag-categories', { name: '价值' }],
      ['/api/tag-groups', { category_id: category.id, name: '等级' }],
      ['/api/tags', { group_id: group.id, name: '金卡' }],
    ]) {
      const { error } = await operator.post(path, body, 409);
      assert.equal(error.field, 'name');
      assert.ok(error.hint);
    }
    await operator.post('/api/tags', { group_id: '99', name: 'x' }, 404);
    assert.equal((await operator.patch(`/api/tags/${tag.id}`, { name: '银卡' })).name, '银卡');
    await operator.delete(`/api/tag-groups/${group.id}`, 409);
    await operator.delete(`/api/tag-categories/${category.id}`, 409);
    const tree = await operator.get('/api/tags');
    const found = tree.categories.find((c) => c.id === category.id).groups[0].tags[0];
    assert.equal(found.name, '银卡');
    const gone = await operator.delete(`/api/tags/${tag.id}`, 200);
    assert.equal(gone.archived, true);
    assert.equal(
      (await operator.patch(`/api/tags/${tag.id}`, { archived: false })).archived,
      false,
    );
    const empty = await operator.post(
      '/api/tag-groups',
      { category_id: category.id, name: '空' },
      201,
    );
    await operator.delete(`/api/tag-groups/${empty.id}`, 200);
  });

  test('on one customer: twice changes nothing, each change is an event', async (t) => {
    const { operator, staff } = await corp(t, engine);
    assert.equal((await staff.put('/api/customers/1002/tags/1', {}, 200)).changed, true);
    assert.equal((await staff.put('/api/customers/1002/tags/1', {}, 200)).changed, false);
    await staff.put('/api/customers/1001/tags/1', {}, 404);
    const seen = await staff.get('/api/customers/1002');
    assert.deepEqual(
      seen.tags.map((x) => x.name),
      ['VIP'],
    );
    assert.equal((await staff.delete('/api/customers/1002/tags/1', 200)).changed, true);
    assert.equal((await staff.delete('/api/customers/1002/tags/1', 200)).changed, false);
    const line = await staff.get('/api/customers/1002/timeline');
    const kinds = line.items.map((v) => v.kind).filter((k) => k.startsWith('tag_'));
    assert.deepEqual(kinds, ['tag_off', 'tag_put']);
    assert.equal(line.items.find((v) => v.kind === 'tag_put').object.name, 'VIP');
    await operator.delete('/api/tags/1', 200);
    await operator.put('/api/customers/1002/tags/1', {}, 409);
  });

  test('on many by id: those out of scope are skipped and counted', async (t) => {
    const { koi, operator } = await corp(t, engine);
    const narrow = await koi.signIn('operator', { scope: 'own', staff_id: '1' });
    const all = customers.map(String);
    const first = await narrow.post('/api/tags/1/customers', { customer_ids: all });
    assert.deepEqual(first, { tagged: 6, skipped: 6 });
    const second = await operator.post('/api/tags/1/customers', { customer_ids: [...all, '5'] });
    assert.deepEqual(second, { tagged: 6, skipped: 7 });
    const off = await operator.post('/api/tags/1/customers', {
      customer_ids: ['1001'],
      remove: true,
    });
    assert.deepEqual(off, { tagged: 1, skipped: 0 });
    const tag = (await operator.get('/api/tags')).categories[0].groups[0].tags.find(
      (x) => x.id === '1',
    );
    assert.equal(tag.customers, 11);
    await operator.post('/api/tags/1/customers', {}, 400);
    await operator.post(
      '/api/tags/1/customers',
      { customer_ids: ['1001'], expression: 'friend' },
      400,
    );
  });

  test('on an audience: a job that counts', async (t) => {
    const { operator } = await corp(t, engine);
    const reply = await operator.call(
      'POST',
      '/api/tags/2/customers',
      { expression: 'count(order) >= 2' },
      { expect: 202 },
    );
    const job = await operator.job(reply.body.job.id);
    assert.equal(job.state, 'done');
    assert.deepEqual(job.result, { tagged: 6, skipped: 0 });
    const page = await operator.get('/api/customers?tag_id=2');
    assert.equal(page.total, 6);
    const bad = await operator.post('/api/tags/2/customers', { expression: 'count(' }, 400);
    assert.equal(bad.error.field, 'expression');
  });

  test('on everyone the list is filtered to: at once when few, as a job when many', async (t) => {
    const { koi, operator, staff } = await corp(t, engine);
    const tag = (caller, filter, more = {}, expect = 200) =>
      caller.post('/api/tags/1/customers', { filter, ...more }, expect);
    assert.deepEqual(await tag(operator, { city: '杭州' }), { tagged: 4, skipped: 0 });
    assert.deepEqual(await tag(operator, { city: '杭州', friend: 'true' }), {
      tagged: 0,
      skipped: 4,
    });
    assert.deepEqual(await tag(operator, { tag_id: '1', staff_id: 1 }, { remove: true }), {
      tagged: 2,
      skipped: 0,
    });
    assert.deepEqual(await tag(operator, { q: '1007', sort: '-added', page: null }), {
      tagged: 1,
      skipped: 0,
    });
    const narrow = await koi.signIn('operator', { scope: 'own', staff_id: '1' });
    assert.deepEqual(await tag(narrow, { expression: 'friend' }), { tagged: 6, skipped: 0 });
    await tag(staff, {}, {}, 403);

    const wrong = await tag(operator, { citi: '杭州' }, {}, 400);
    assert.equal(wrong.error.field, 'citi');
    assert.match(wrong.error.hint, /city/);
    assert.equal((await tag(operator, { tag_id: 'x' }, {}, 400)).error.field, 'tag_id');
    assert.equal((await tag(operator, [], {}, 400)).error.field, 'filter');
    assert.equal((await tag(operator, {}, { expression: 'all' }, 400)).error.code, 'who_missing');
    const blind = await koi.tokenFor('operator', ['tag_write']);
    assert.equal((await tag(blind, {}, {}, 403)).error.field, 'filter');

    await koi.stop();
    await koi.sql(
      `WITH RECURSIVE s (n) AS (SELECT 5000 UNION ALL SELECT n + 1 FROM s WHERE n < 6299)
       INSERT INTO customer (id, root_id, nickname, first_s, created_s, updated_us)
         SELECT n, n, 'many' || n, 5, 0, 1 FROM s`,
    );
    await koi.serve();
    const { job } = await tag(operator, { q: 'many' }, {}, 202);
    assert.deepEqual((await operator.job(job.id)).result, { tagged: 1300, skipped: 0 });
    /* What the search box had is not in the clear; untagging changes who matches on the way. */
    assert.ok(!(await koi.sql('SELECT detail FROM job')).includes('many'));
    const off = (await tag(operator, { tag_id: '1' }, { remove: true }, 202)).job;
    const done = await operator.job(off.id);
    assert.equal(done.result.skipped, 0);
    assert.equal((await operator.get('/api/customers?tag_id=1')).total, 0);
  });

  test('the catalogue can be searched', async (t) => {
    const { operator } = await corp(t, engine);
    await operator.delete('/api/tags/2', 200);
    const names = async (query) =>
      (await operator.get(`/api/tags?${query}`)).categories
        .flatMap((c) => c.groups.flatMap((g) => g.tags))
        .map((x) => x.name);
    assert.deepEqual(await names(''), ['VIP', '常客']);
    assert.deepEqual(await names('archived=false'), ['VIP']);
    assert.deepEqual(await names('archived=true'), ['常客']);
    assert.deepEqual(await names('q=g%20vi'), ['VIP']);
    assert.deepEqual((await operator.get('/api/tags?q=zzz')).categories[0].groups, []);
  });

  test('coverage counts friends with any tag', async (t) => {
    const { operator } = await corp(t, engine);
    await operator.post('/api/tags/1/customers', { customer_ids: ['1002', '1004', '1001'] });
    const { items } = await operator.get('/api/tags/coverage');
    const of = Object.fromEntries(items.map((x) => [x.staff.name, [x.customers, x.tagged]]));
    assert.deepEqual(of, { Even: [6, 2], Odd: [6, 1] });
  });
});
