/* POST /api/events: a batch is read as an event file is, kept when it is answered, once by its key,
 * and what is wrong with one event keeps no other out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVENTS, dump, importFile } from './files.mjs';
import { each, start, until } from './harness.mjs';

const columns = ['time', 'type', 'code', 'category', 'price', 'customer', 'session'];
const compact = (rows) => ({ columns, rows });

/* The fine lines of the sample file, as values. */
const rows = EVENTS.trim()
  .split('\n')
  .slice(1, 6)
  .map((line) => line.split(','));
const objects = rows.map((row) =>
  Object.fromEntries(row.map((value, i) => [columns[i], value]).filter(([, value]) => value)),
);

const of = (t) => ({ headers: { 'idempotency-key': t } });
const many = (n, more = {}) =>
  Array.from({ length: n }, (_, i) => ({ customer: `c${i}`, time: 1700000000 + i, ...more }));

each('batches of events', (engine) => {
  test('bring what the same file brings, in both shapes', async (t) => {
    const dumps = [];
    for (const send of [
      (who) => importFile(who, 'events', 'events.csv', EVENTS),
      (who) => who.post('/api/events', { ...compact(rows), zone: 'UTC' }, 200),
      (who) => who.post('/api/events', { events: objects }, 200),
    ]) {
      const koi = await start(t, engine);
      const operator = await koi.signIn('operator');
      const reply = await send(operator);
      if (dumps.length > 0)
        assert.deepEqual(reply, {
          added: 5,
          known: 0,
          customers: 2,
          rejected: 0,
          problems: [],
        });
      dumps.push(dump(koi).replace(/^batch.*\n/gm, ''));
    }
    assert.equal(dumps[1], dumps[0]);
    assert.equal(dumps[2], dumps[0]);
  });

  test('tell what is wrong with each event, and take the others', async (t) => {
    const koi = await start(t, engine);
    const operator = await koi.signIn('operator');
    const time = 1700000000;
    const reply = await operator.post(
      '/api/events',
      {
        events: [
          { customer: 'a', type: 'view', time: 'yesterday' },
          { customer: 'a', type: 'view', time },
          { customer: 'null', type: 'view', time },
          { customer: 'a', type: '', time },
          { customer: 'a', type: 'view', time, amount: 'much' },
          { customer: 'a', type: 'view', time, price: '1.2.3' },
          { customer: 'a', type: 'view', time, staff: 'nobody' },
          { customer: 'a', type: 'view', time, colour: 'red' },
          { customer: 'a', type: ['view'], time },
          { customer: 'a', type: 'view', time: true },
          'a',
          { customer: 'a', type: 'view' },
          { customer: 'b'.repeat(201), type: 'view', time },
          { customer: 12, type: 'View', time: time + 1, amount: 12.5 },
        ],
      },
      200,
    );
    assert.deepEqual(
      reply.problems.map(({ index, field }) => [index, field]),
      [
        [0, 'time'],
        [2, 'customer'],
        [3, 'type'],
        [4, 'amount'],
        [5, 'price'],
        [6, 'staff'],
        [7, 'colour'],
        [8, 'type'],
        [9, 'time'],
        [10, null],
        [11, 'time'],
        [12, 'customer'],
      ],
    );
    assert.ok(reply.problems.every(({ reason }) => reason.length > 0));
    assert.deepEqual([reply.added, reply.known, reply.customers, reply.rejected], [2, 0, 2, 12]);
    const ragged = await operator.post(
      '/api/events',
      {
        columns: ['customer', 'time'],
        type: 'click',
        rows: [['a', time], ['a'], ['a', time, 1], ['a', { time }], [7, time]],
      },
      200,
    );
    assert.deepEqual(
      ragged.problems.map(({ index, field }) => [index, field]),
      [
        [1, null],
        [2, null],
        [3, 'time'],
      ],
    );
    assert.equal(ragged.added, 2);
    const held = await koi.sql(
      'SELECT k.name, e.amount_fen FROM event e JOIN event_kind k ON k.id = e.kind ORDER BY e.seq',
    );
    assert.equal(held, 'view|\nview|1250\nclick|\nclick|');
  });

  test('come once by their key, and without one only what is new', async (t) => {
    const koi = await start(t, engine);
    const operator = await koi.signIn('operator');
    const batch = compact([...rows, ['x', 'view', '', '', '', 'c', '']]);
    const send = (key) => operator.call('POST', '/api/events', batch, of(key));
    const [one, two] = await Promise.all([send('k1'), send('k1')]);
    assert.equal(one.status, 200, one.text);
    assert.deepEqual(one.body, two.body);
    assert.deepEqual([one.body.added, one.body.rejected], [5, 1]);
    assert.deepEqual((await send('k1')).body, one.body);
    const again = await operator.post('/api/events', batch, 200);
    assert.deepEqual([again.added, again.known, again.customers], [0, 5, 0]);
    const other = await operator.call('POST', '/api/events', compact(rows.slice(1)), of('k1'));
    assert.equal(other.status, 409);
    assert.equal((await send('k2')).body.added, 5, 'another key is another batch');
    assert.equal(await koi.sql('SELECT count(*) FROM event'), '10');
  });

  test('are refused as a whole when nothing can be made of them', async (t) => {
    const koi = await start(t, engine);
    const operator = await koi.signIn('operator');
    const refused = async (body, code, field) => {
      const { status, body: reply } = await operator.call('POST', '/api/events', body);
      assert.deepEqual([reply.error.code, reply.error.field], [code, field]);
      assert.equal(status, code === 'events_too_many' ? 413 : 400);
    };
    await refused({}, 'events_shape', 'events');
    await refused({ rows: [] }, 'events_shape', 'events');
    await refused({ events: {} }, 'events_shape', 'events');
    await refused({ events: [], columns: ['time'] }, 'events_shape', 'events');
    await refused({ columns: ['customer', 'time'], rows: [] }, 'column_missing', 'type');
    await refused({ columns: ['type', 'time'], rows: [] }, 'column_missing', 'customer');
    await refused({ columns: ['customer', 'quantity'], rows: [] }, 'column_unknown', 'columns');
    await refused({ columns: ['time', 'time'], rows: [] }, 'column_twice', 'columns');
    await refused({ events: many(2001, { type: 'view' }) }, 'events_too_many', 'events');
    await refused({ events: many(1), zone: 'Nowhere/None' }, 'zone_unknown', 'zone');
    assert.equal(await koi.sql('SELECT count(*) FROM event'), '0');
  });

  test('make kinds while there is room', async (t) => {
    const koi = await start(t, engine);
    const operator = await koi.signIn('operator');
    const kinds = Array.from({ length: 158 }, (_, i) => `kind ${i}`);
    const events = kinds.map((type, i) => ({ customer: 'a', time: 1700000000 + i, type }));
    const reply = await operator.post('/api/events', { events }, 200);
    assert.deepEqual([reply.added, reply.rejected], [156, 2]);
    assert.deepEqual(
      reply.problems.map(({ index, field }) => [index, field]),
      [
        [156, 'type'],
        [157, 'type'],
      ],
    );
  });

  test('under way while the server stops are there or were not acknowledged', async (t) => {
    const koi = await start(t, engine);
    const operator = await koi.signIn('operator');
    const events = many(1000, { type: 'view' });
    const sent = Array.from({ length: 40 }, (_, i) =>
      operator
        .call('POST', '/api/events', {
          events: events.map((e) => ({ ...e, time: e.time + i * 5000 })),
        })
        .then(
          ({ status, body }) => (status === 200 ? body.added : 0),
          () => 0, // its connection was closed
        ),
    );
    await Promise.race(sent);
    await koi.stop();
    const added = (await Promise.all(sent)).reduce((sum, n) => sum + n, 0);
    t.diagnostic(`${added} of ${40 * events.length} events acknowledged`);
    assert.ok(added >= events.length);
    const held = Number(await koi.sql('SELECT count(*) FROM event'));
    assert.ok(held >= added && held % events.length === 0, `${held} of them are there`);
  });

  test('leave the erased alone, and are in the answers soon', async (t) => {
    const koi = await start(t, engine);
    const admin = await koi.signIn('administrator');
    const events = many(300, { type: 'view' });
    assert.equal((await admin.post('/api/events', { events }, 200)).customers, 300);
    await until(async () => (await admin.get('/api/mirror')).behind === 0, 'the mirror');
    const expression = 'count(view) >= 2';
    const { items } = await admin.get('/api/customers?q=c7&limit=1');
    await admin.post(`/api/customers/${items[0].id}/erase`, { confirm: items[0].id }, 200);
    const later = events.map((event) => ({ ...event, time: event.time + 1000 }));
    const reply = await admin.post('/api/events', { events: later }, 200);
    assert.deepEqual([reply.added, reply.customers], [299, 0]);
    const count = async () => (await admin.post('/api/audiences/count', { expression }, 200)).count;
    const begun = Date.now();
    await until(async () => (await count()) === 299, 'an answer with the second batch', 5000);
    t.diagnostic(`in the answers after ${Date.now() - begun} ms`);
    /* What is no batch is in the next answer, and so is what came before it. */
    await admin.post('/api/events', { events: many(9, { type: 'share' }) }, 200);
    const other = (await admin.get('/api/customers?q=c8&limit=1')).items[0];
    await admin.patch(`/api/customers/${other.id}`, { city: '杭州' });
    const shared = { expression: 'ever(share)' };
    assert.equal((await admin.post('/api/audiences/count', shared, 200)).count, 8);
  });
});
