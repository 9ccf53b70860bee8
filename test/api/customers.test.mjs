/* Customers: the list under every filter and sort, the profile, changes, fields, notes,
 * unmasking, erasing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY, corp, customers, ordersOf } from './corp.mjs';
import { each, start } from './harness.mjs';

const ids = (page) => page.items.map((item) => Number(item.id));
const sorted = (list) => [...list].sort((a, b) => a - b);

/* The corp with sums of purchases, tags, stages and times of its own. */
async function shop(t, engine) {
  const made = await corp(t, engine);
  const { koi } = made;
  await koi.stop();
  await koi.sql(`INSERT INTO customer_stats (customer_id, orders, spend_fen, first_order_s,
      last_order_s)
    SELECT customer_id, count(*), sum(sale_fen), min(at_s), max(at_s)
      FROM orders GROUP BY customer_id;
    INSERT INTO customer_tag (customer_id, tag_id, put_s) VALUES (1001, 1, 0), (1002, 1, 0),
      (1003, 2, 0);
    UPDATE customer SET stage_id = 2, source_id = 1 WHERE id <= 1004;
    UPDATE customer SET added_s = added_s - (1012 - id) * ${DAY};
    UPDATE relation SET deleted_s = 1 WHERE customer_id = 1012;`);
  await koi.serve();
  return made;
}

each('customer list', (engine) => {
  test('filters agree with what was put in, alone and together', async (t) => {
    const { operator } = await shop(t, engine);
    const expected = {
      '': customers,
      'tag_id=1': [1001, 1002],
      'tag_id=2': [1003],
      'stage_id=2': [1001, 1002, 1003, 1004],
      'source_id=1': [1001, 1002, 1003, 1004],
      'staff_id=1': [1002, 1004, 1006, 1008, 1010],
      'department_id=1': customers.filter((id) => id !== 1012),
      'city=%E6%9D%AD%E5%B7%9E': customers.filter((id) => id % 3 === 0),
      'friend=false': [1012],
      'friend=true': customers.filter((id) => id !== 1012),
      'q=c101': [1010, 1011, 1012],
      'q=C1003': [1003],
      'q=1003': [1003],
      'q=nobody': [],
      'q=%25': [],
      'tag_id=1&staff_id=1': [1002],
      'tag_id=1&stage_id=2&friend=true&q=c10': [1001, 1002],
      'expression=count(order)%20%3E%3D%202': customers.filter((id) => ordersOf(id) >= 2),
      'expression=count(order)%20%3E%3D%202&staff_id=2': customers.filter(
        (id) => ordersOf(id) >= 2 && id % 2 === 1,
      ),
      'tag_id=999999': [],
    };
    for (const [query, want] of Object.entries(expected)) {
      const page = await operator.get(`/api/customers?${query}`);
      assert.deepEqual(sorted(ids(page)), want, query);
      assert.equal(page.total, want.length, query);
      assert.equal(page.next, null);
    }
  });

  test('every sort, by pages and by cursor, gives each customer once in order', async (t) => {
    const { operator } = await shop(t, engine);
    const keys = {
      '-added': (c) => -c.added_s,
      added: (c) => c.added_s,
      '-spend': (c) => (c.orders ? -c.spend_fen : 1),
      '-orders': (c) => (c.orders ? -c.orders : 1),
      '-last_order': (c) => (c.orders ? -c.last_order_s : 1),
    };
    for (const [sort, key] of Object.entries(keys)) {
      for (const filter of [
        '',
        '&tag_id=1',
        '&stage_id=2',
        '&expression=count(order)%20%3E%3D%200',
      ]) {
        const whole = await operator.get(`/api/customers?sort=${sort}${filter}`);
        const values = whole.items.map(key);
        assert.deepEqual(
          values,
          [...values].sort((a, b) => a - b),
          sort + filter,
        );
        const seen = [];
        let cursor = '';
        do {
          const page = await operator.get(`/api/customers?sort=${sort}${filter}&limit=5${cursor}`);
          seen.push(...ids(page));
          cursor = page.next === null ? null : `&cursor=${page.next}`;
        } while (cursor !== null);
        assert.deepEqual(seen, ids(whole), `by cursor: ${sort}${filter}`);
        const second = await operator.get(`/api/customers?sort=${sort}${filter}&limit=5&page=2`);
        assert.deepEqual(ids(second), ids(whole).slice(5, 10), `by page: ${sort}${filter}`);
        assert.equal(second.total, whole.items.length);
      }
    }
  });

  test('a narrow scope cuts list, total, profile and search', async (t) => {
    const { staff } = await shop(t, engine);
    const mine = [1002, 1004, 1006, 1008, 1010];
    for (const query of [
      '',
      'sort=-spend',
      'q=c10',
      'department_id=1',
      'expression=count(order)%20%3E%3D%200',
    ]) {
      const page = await staff.get(`/api/customers?${query}`);
      assert.deepEqual(sorted(ids(page)), mine, query);
      assert.equal(page.total, mine.length, query);
    }
    assert.deepEqual(ids(await staff.get('/api/customers?q=1003')), []);
    await staff.get('/api/customers/1003', 404);
    await staff.get('/api/customers/1003/timeline', 404);
    await staff.patch('/api/customers/1003', { city: 'x' }, 404);
    assert.equal((await staff.get('/api/customers/1002')).nickname, 'c1002');
  });

  test('what is wrong in a query is refused with its field', async (t) => {
    const { operator } = await shop(t, engine);
    for (const [query, field] of [
      ['expression=count(order', 'expression'],
      ['sort=size', 'sort'],
      ['page=3000', 'page'],
      ['friend=maybe', 'friend'],
    ]) {
      const { error } = await operator.get(`/api/customers?${query}`, 400);
      assert.equal(error.field, field, query);
      assert.ok(error.message.length > 0);
    }
  });
});

each('customer profile', (engine) => {
  test('personal data is sealed, masked, found by hash and shown only with a reason', async (t) => {
    const { koi, operator } = await shop(t, engine);
    const admin = await koi.signIn('administrator');
    const name = '欧阳小明';
    const address = '杭州市西湖区文三路 478 号';
    const profile = await admin.patch('/api/customers/1001', { name, address, nickname: '小金鱼' });
    assert.equal(profile.name, '欧**');
    assert.equal(profile.address, '杭州市西湖区****');
    assert.equal(profile.nickname, '小金鱼');
    assert.equal((await operator.get('/api/customers/1001')).nickname, '小**鱼');
    for (const part of ['小明', '欧阳', name])
      assert.deepEqual(
        ids(await admin.get(`/api/customers?q=${encodeURIComponent(part)}`)),
        [1001],
        part,
      );
    assert.deepEqual(ids(await admin.get(`/api/customers?q=${encodeURIComponent('明欧')}`)), []);

    const shown = await admin.post('/api/customers/1001/unmask', {
      field: 'name',
      reason: 'parcel',
    });
    assert.equal(shown.value, name);
    assert.equal(
      (await admin.post('/api/customers/1001/unmask', { field: 'address', reason: 'parcel' }))
        .value,
      address,
    );
    const bad = await admin.post(
      '/api/customers/1001/unmask',
      { field: 'soul', reason: 'why not' },
      400,
    );
    assert.equal(bad.error.field, 'field');
    await admin.post('/api/customers/1001/unmask', { field: 'name' }, 400);
    const staff = await koi.signIn('staff', { scope: 'own', staff_id: '2' });
    await staff.post('/api/customers/1001/unmask', { field: 'name', reason: 'look' }, 403);
    const audit = await admin.get('/api/audit?action=customer_unmask');
    assert.equal(audit.items.length, 2);
    assert.ok(JSON.stringify(audit).includes('parcel'));
    assert.ok(!JSON.stringify(audit).includes(name));
    if (engine === 'sqlite') {
      const dump = await koi.sql(
        'SELECT group_concat(quote(name_sealed) || quote(address_sealed)) FROM customer',
      );
      assert.ok(!dump.includes(name) && !dump.includes('文三路'));
    }
  });

  test('changes are events without data, guarded by If-Match', async (t) => {
    const { koi } = await shop(t, engine);
    const admin = await koi.signIn('administrator');
    const first = await admin.call('GET', '/api/customers/1002', undefined, { expect: 200 });
    const etag = first.headers.etag;
    assert.ok(etag);
    const same = await admin.call('GET', '/api/customers/1002', undefined, {
      headers: { 'if-none-match': etag },
    });
    assert.equal(same.status, 304);
    /* A tag is in the reply, so it is in the ETag; it is no change of the profile. */
    const { tags } = (await admin.get('/api/tags')).categories[0].groups[0];
    const tag = tags.find(({ id }) => !first.body.tags.some((worn) => worn.id === id));
    const again = async (old) => {
      const headers = { 'if-none-match': old };
      const reply = await admin.call('GET', '/api/customers/1002', undefined, { headers });
      assert.equal(reply.status, 200);
      return reply;
    };
    await admin.put(`/api/customers/1002/tags/${tag.id}`, {}, 200);
    const tagged = await again(etag);
    assert.ok(tagged.body.tags.some((x) => x.id === tag.id));
    assert.notEqual(tagged.headers.etag, etag);
    await admin.delete(`/api/customers/1002/tags/${tag.id}`, 200);
    assert.equal((await again(tagged.headers.etag)).headers.etag, etag);
    const changed = await admin.call(
      'PATCH',
      '/api/customers/1002',
      {
        city: '上海',
        birth_day: '1990-02-28',
        stage_id: '3',
        no_marketing: true,
        gender: 'female',
      },
      { headers: { 'if-match': etag }, expect: 200 },
    );
    assert.equal(changed.body.city, '上海');
    assert.equal(changed.body.birth_day, '1990-02-28');
    assert.equal(changed.body.stage.id, '3');
    assert.equal(changed.body.no_marketing, true);
    const stale = await admin.call(
      'PATCH',
      '/api/customers/1002',
      { city: '北京' },
      { headers: { 'if-match': etag } },
    );
    assert.equal(stale.status, 409);
    const cleared = await admin.patch('/api/customers/1002', { birth_day: null, gender: null });
    assert.equal(cleared.birth_day, null);
    await admin.patch('/api/customers/1002', { city: '上海' });
    const line = await admin.get('/api/customers/1002/timeline');
    const columns = line.items.filter((v) => v.kind === 'field_change').map((v) => v.props.column);
    assert.deepEqual(columns.sort(), [
      'birth_day',
      'birth_day',
      'city',
      'gender',
      'gender',
      'no_marketing',
    ]);
    assert.equal(line.items.filter((v) => v.kind === 'stage_change').length, 1);
    assert.ok(!JSON.stringify(line).includes('上海'));
    const wrong = await admin.patch('/api/customers/1002', { stage_id: '77' }, 400);
    assert.equal(wrong.error.field, 'stage_id');
  });

  test('custom fields keep their types; sensitive ones are sealed', async (t) => {
    const { koi } = await shop(t, engine);
    const admin = await koi.signIn('administrator');
    const make = (body) => admin.post('/api/fields', body, 201);
    await make({ key: 'skin', name: '肤质', type: 'choice', choices: ['油性', '干性'] });
    await make({ key: 'height', name: '身高', type: 'number' });
    await make({ key: 'wed', name: '婚期', type: 'day' });
    await make({ key: 'vip', name: '会员', type: 'yes_no' });
    await make({ key: 'illness', name: '病史', type: 'text', class: 'sensitive' });
    await admin.post('/api/fields', { key: 'skin', name: 'x', type: 'text' }, 409);
    await admin.post('/api/fields', { key: 'Bad key', name: 'x', type: 'text' }, 400);
    await admin.post('/api/fields', { key: 'c', name: 'x', type: 'choice', choices: [] }, 400);
    const put = (key, value, expect = 200) =>
      admin.put(`/api/customers/1001/fields/${key}`, { value }, expect);
    await put('skin', '油性');
    await put('height', '171.5');
    await put('wed', '2027-05-01');
    await put('vip', 'true');
    await put('illness', '糖尿病');
    for (const [key, value] of [
      ['skin', '混合'],
      ['height', 'tall'],
      ['wed', 'soon'],
      ['vip', 'maybe'],
    ])
      assert.equal((await put(key, value, 400)).error.field, 'value', key);
    await put('nothing', 'x', 404);
    const { fields } = await admin.get('/api/customers/1001');
    const of = Object.fromEntries(fields.map((f) => [f.key, f.value]));
    assert.deepEqual(of, {
      skin: '油性',
      height: 171.5,
      wed: '2027-05-01',
      vip: true,
      illness: null,
    });
    assert.equal(
      (await admin.post('/api/customers/1001/unmask', { field: 'field.illness', reason: 'care' }))
        .value,
      '糖尿病',
    );
    await put('skin', null);
    assert.equal((await admin.get('/api/customers/1001')).fields.length, 4);
    const list = await admin.get('/api/fields');
    const removed = await admin.delete(`/api/fields/${list.items[0].id}`, 200);
    assert.equal(removed.archived, true);
  });

  test('notes and orders', async (t) => {
    const { staff } = await shop(t, engine);
    const note = await staff.post('/api/customers/1002/notes', { text: '喜欢抹茶' }, 201);
    assert.equal(note.text, '喜欢抹茶');
    const notes = await staff.get('/api/customers/1002/notes');
    assert.equal(notes.items.length, 1);
    assert.equal(notes.items[0].text, '喜欢抹茶');
    const orders = await staff.get('/api/customers/1002/orders');
    assert.equal(orders.total, ordersOf(1002));
    assert.ok(orders.items.every((o) => o.customer.id === '1002'));
  });

  test('erasing covers the whole family, leaves tombstones, and keeps the books', async (t) => {
    const { koi } = await shop(t, engine);
    const admin = await koi.signIn('administrator');
    await admin.patch('/api/customers/1002', { name: '王小明' });
    await admin.post('/api/customers/1002/notes', { text: 'private' }, 201);
    await admin.post('/api/merges', { kept_id: '1002', merged_id: '1005' }, 201);
    const orders = (await admin.get('/api/orders')).total;
    const refused = await admin.post('/api/customers/1002/erase', { confirm: 'someone' }, 400);
    assert.equal(refused.error.field, 'confirm');
    await admin.post('/api/customers/1002/erase', { confirm: 'c1002' });
    await admin.get('/api/customers/1002', 404);
    await admin.get('/api/customers/1005', 404);
    assert.deepEqual(ids(await admin.get(`/api/customers?q=${encodeURIComponent('小明')}`)), []);
    assert.equal((await admin.get('/api/customers')).total, customers.length - 2);
    assert.equal((await admin.get('/api/orders')).total, orders);
    const mine = (await admin.get('/api/orders')).items.filter((o) => o.customer === null);
    assert.equal(mine.length, ordersOf(1002) + ordersOf(1005));
    const merges = await admin.get('/api/merges');
    assert.equal(merges.items.length, 0);
    await koi.stop();
    assert.equal(await koi.sql('SELECT count(*) FROM note'), '0');
    assert.equal(
      await koi.sql(
        'SELECT count(*) FROM customer WHERE erased_s IS NOT NULL AND nickname IS NULL',
      ),
      '2',
    );
    assert.equal(await koi.sql('SELECT count(*) FROM event WHERE kind = 42'), '1');
    await koi.serve();
  });
});
