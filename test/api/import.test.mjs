/* Imports: preview, mapping, dry run, rejects, repeats, corrections, undo, by the API and by the
 * command line. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { CUSTOMERS, EVENTS, LINES, counts, file, importFile, upload } from './files.mjs';
import { each, start } from './harness.mjs';

const shared = join(import.meta.dirname, '..', '..', '..', 'shared', 'data');
const NOTHING = {
  orders: 0,
  order_item: 0,
  refund: 0,
  customer: 0,
  identity: 0,
  product: 0,
  customer_tag: 0,
  customer_stats: 0,
  relation: 0,
};

const staff = (koi) =>
  koi.sql(
    `INSERT INTO department (id, name, created_s) VALUES (1, 'Corp', 0);` +
      `INSERT INTO staff (id, userid, name, department_id, created_s)
       VALUES (11, 'anna', 'Anna', 1, 0), (12, 'ben', 'Ben', 1, 0);`,
  );

each('imports of orders', (engine) => {
  test('what the file looks like, and what is wrong with it', async (t) => {
    const koi = await start(t, engine);
    const admin = await koi.signIn('administrator');
    const { id } = await upload(admin, '订单.csv', LINES);
    const seen = await admin.post('/api/imports/preview', { upload_id: id, kind: 'orders' });
    assert.equal(seen.format.delimiter, ',');
    assert.equal(seen.format.header, true);
    assert.equal(seen.header[0], 'Invoice No');
    assert.equal(seen.rows.length, 15);
    assert.equal(seen.remembered, false);
    assert.equal(seen.guesses.shape, 'lines');
    assert.deepEqual(
      { number: seen.mapping.number, customer: seen.mapping.customer, price: seen.mapping.price },
      { number: 'Invoice No', customer: 'CustomerID', price: 'UnitPrice' },
    );
    assert.equal(seen.mapping.options.cancel_prefix, 'C');
    assert.deepEqual(
      seen.problems.map((p) => [p.line, p.column]),
      [
        [11, 'Quantity'],
        [12, 'InvoiceDate'],
        [13, null],
        [14, 'Invoice No'],
      ],
    );
    const missing = await admin.call('POST', '/api/imports', {
      upload_id: id,
      kind: 'orders',
      mapping: { number: 'Invoice No' },
    });
    assert.equal(missing.status, 400);
    assert.equal(missing.body.error.code, 'column_missing');
    const wrong = await admin.call('POST', '/api/imports', {
      upload_id: id,
      kind: 'orders',
      mapping: { number: 'Order' },
    });
    assert.equal(wrong.body.error.code, 'column_unknown');
    await admin.call(
      'POST',
      '/api/imports/preview',
      { upload_id: 'x'.repeat(24), kind: 'orders' },
      { expect: 404 },
    );
    await admin.call(
      'POST',
      '/api/imports/preview',
      { upload_id: '../../../../koi.key/////', kind: 'orders' },
      { expect: 404 },
    );
  });

  test('a dry run writes nothing', async (t) => {
    const koi = await start(t, engine);
    const admin = await koi.signIn('administrator');
    const done = await importFile(admin, 'orders', 'a.csv', LINES, { dry_run: true });
    assert.deepEqual(
      {
        lines: done.result.lines,
        added: done.result.added,
        rejected: done.result.rejected,
        orders: done.result.orders,
      },
      { lines: 15, added: 11, rejected: 4, orders: 7 },
    );
    assert.equal(done.result.problems.length, 4);
    assert.deepEqual(await counts(koi), NOTHING);
    assert.deepEqual((await admin.get('/api/imports')).items, []);
  });

  test('rules of lines; a repeat changes nothing; undo leaves nothing', async (t) => {
    const koi = await start(t, engine);
    const admin = await koi.signIn('administrator');
    const done = await importFile(admin, 'orders', 'a.csv', LINES);
    assert.deepEqual(
      { ...done.result, import_id: 0, problems: 0 },
      {
        import_id: 0,
        dry_run: false,
        lines: 15,
        added: 11,
        changed: 0,
        known: 0,
        rejected: 4,
        orders: 7,
        customers: 2,
        products: 4,
        events: 5,
        problems: 0,
      },
    );
    const facts = await admin.get('/api/reports/facts');
    assert.equal(facts.sale_fen, 1530 + 625 + 625 + 255 + 0 + 2550 + 400 + 100);
    assert.equal(facts.cancelled_fen, -1530);
    assert.equal(facts.exact_duplicate_lines, 1);
    assert.equal(facts.orders_with_two_times, 2);
    assert.equal(
      await koi.sql(`SELECT at_s FROM orders WHERE number = '1001'`),
      String(Date.UTC(2024, 2, 1, 2) / 1000),
    );
    assert.equal(await koi.sql(`SELECT nature FROM order_item WHERE amount_fen = -2050`), 'adjust');
    assert.equal(await koi.sql(`SELECT value FROM identity ORDER BY value LIMIT 1`), '17850');

    const again = await importFile(admin, 'orders', 'again.csv', LINES);
    assert.deepEqual(
      [again.result.added, again.result.changed, again.result.known, again.result.rejected],
      [0, 0, 11, 4],
    );
    assert.equal(again.result.events, 0);

    const [second, first] = (await admin.get('/api/imports')).items;
    assert.equal(first.added, 11);
    const rejects = await admin.call('GET', `/api/imports/${first.id}/rejects`, undefined, {
      expect: 200,
    });
    const lines = rejects.text.trim().split('\r\n');
    assert.equal(lines.length, 5);
    assert.match(lines[1], /^11,Quantity,.*1007,A1/);
    assert.match(lines[3], /^13,,.*cells.*1007,A1/);

    for (const batch of [second, first]) {
      const { job } = await admin.post(`/api/imports/${batch.id}/undo`, {}, 202);
      assert.equal((await admin.job(job.id)).state, 'done');
    }
    assert.deepEqual(await counts(koi), NOTHING);
    assert.equal((await admin.get(`/api/imports/${first.id}`)).state, 'undone');
    await admin.call('POST', `/api/imports/${first.id}/undo`, {}, { expect: 409 });
  });

  test('a corrected file corrects; taking the correction back restores', async (t) => {
    const koi = await start(t, engine);
    const admin = await koi.signIn('administrator');
    await importFile(admin, 'orders', 'a.csv', LINES);
    const state = async () => ({
      facts: await admin.get('/api/reports/facts'),
      customers: (await admin.get('/api/customers?sort=-spend')).items.map((c) => [
        c.orders,
        c.spend_fen,
        c.last_order_s,
      ]),
      orders: await koi.sql(
        'SELECT number, total_fen, sale_fen, lines, at_s, state FROM orders ORDER BY number',
      ),
      items: await koi.sql('SELECT seq, line, quantity, amount_fen FROM order_item ORDER BY seq'),
    });
    const before = await state();
    const corrected = LINES.replace('"Cup, blue",6,2024-03-01', '"Cup, blue",8,2024-03-01').replace(
      'C1003',
      'C2003',
    );
    const done = await importFile(admin, 'orders', 'b.csv', corrected);
    assert.deepEqual([done.result.added, done.result.changed, done.result.known], [1, 1, 9]);
    const after = await state();
    assert.equal(after.facts.sale_fen, before.facts.sale_fen + 510);
    assert.equal(after.facts.cancelled_fen, 2 * before.facts.cancelled_fen);
    const timeline = await koi.sql(
      'SELECT count(*) FROM event WHERE kind = 43 AND object_kind = 17',
    );
    assert.ok(Number(timeline) >= 2); /* the line, and the order event that said another amount */

    const [batch] = (await admin.get('/api/imports')).items;
    const { job } = await admin.post(`/api/imports/${batch.id}/undo`, {}, 202);
    assert.equal((await admin.job(job.id)).state, 'done');
    assert.deepEqual(await state(), before);
    const repeat = await importFile(admin, 'orders', 'a.csv', LINES);
    assert.deepEqual([repeat.result.added, repeat.result.known], [0, 11]);
  });

  test('orders that state totals: payment, refunds, provinces, states', async (t) => {
    const koi = await start(t, engine);
    const admin = await koi.signIn('administrator');
    const head = '订单编号,总金额,买家实际支付金额,收货地址 ,订单创建时间,订单付款时间 ,退款金额\n';
    const rows = [
      'T1,178.8,0.0,上海,2024-02-21 00:00:00,,0.0',
      'T2,21.0,21.0,浙江省 杭州市 某路 1 号,2024-02-20 23:59:54,2024-02-21 00:00:02,0.0',
      'T3,64.8,64.8,江苏省,2024-02-20 23:57:04,2024-02-20 23:57:11,64.8',
      'T3,64.8,64.8,江苏省,2024-02-20 23:57:04,2024-02-20 23:57:11,64.8',
      'T4,1e99,1,江苏省,2024-02-20 23:57:04,2024-02-20 23:57:11,0',
    ];
    const done = await importFile(admin, 'orders', 't.csv', gzipSync(head + rows.join('\n')), {
      mapping: { guess: true, options: { channel: '天猫' } },
    });
    assert.deepEqual([done.result.added, done.result.rejected], [3, 2]);
    const facts = await admin.get('/api/reports/facts');
    assert.deepEqual([facts.paid_orders, facts.unpaid_orders, facts.refunded_orders], [2, 1, 1]);
    assert.deepEqual([facts.total_fen, facts.paid_fen, facts.refunded_fen], [26460, 8580, 6480]);
    assert.equal(await koi.sql(`SELECT province FROM orders WHERE number = 'T2'`), '浙江省');
    assert.equal(
      await koi.sql(`SELECT state, sale_fen FROM orders WHERE number = 'T1'`),
      'created|0',
    );
    /* The buyer pays: the same file a day later. */
    rows[0] = 'T1,178.8,178.8,上海,2024-02-21 00:00:00,2024-02-21 08:00:00,0.0';
    const later = await importFile(admin, 'orders', 't2.csv', head + rows.join('\n'), {
      mapping: { guess: true, options: { channel: '天猫' } },
    });
    assert.deepEqual([later.result.changed, later.result.known], [1, 2]);
    assert.equal(
      await koi.sql(`SELECT state, sale_fen, paid_fen FROM orders WHERE number = 'T1'`),
      'paid|17880|17880',
    );
    /* And an older file does not undo that. */
    rows[0] = 'T1,178.8,178.8,上海,2024-02-21 00:00:00,,0.0';
    await importFile(admin, 'orders', 't3.csv', head + rows.join('\n'), {
      mapping: { guess: true, options: { channel: '天猫' } },
    });
    assert.equal(
      await koi.sql(`SELECT state, sale_fen FROM orders WHERE number = 'T1'`),
      'paid|17880',
    );
  });

  test('purchases without a number, in columns of blanks; no phone shows in one', async (t) => {
    const koi = await start(t, engine, { serve: false });
    const log =
      ' 00004 0001 19970101  2   29.33\n 00004 0001 19970101  1   10.00\n' +
      ' 00021 0002 19970113  1    0.00\n';
    const run = await koi.koi('import', 'orders', file(koi, 'log.txt', log), '--json');
    assert.equal(run.code, 0, run.err);
    assert.equal(JSON.parse(run.out).result.orders, 3);
    assert.equal(
      await koi.sql(`SELECT number FROM orders ORDER BY number`),
      '00004@19970101#1\n00004@19970101#2\n00021@19970113#1',
    );
    assert.equal(await koi.sql(`SELECT count(*) FROM event WHERE kind = 11`), '3');
    const phones = '手机号,下单时间,总金额\n13800138000,2024-01-01,12.00\n';
    const second = await koi.koi('import', 'orders', file(koi, 'phones.csv', phones), '--json');
    assert.equal(second.code, 0, second.err);
    assert.equal(
      await koi.sql(`SELECT count(*) FROM orders WHERE number LIKE '%13800138000%'`),
      '0',
    );
    assert.equal(
      await koi.sql(
        `SELECT count(*) FROM identity
         WHERE kind = 'phone' AND value IS NULL AND value_sealed IS NOT NULL`,
      ),
      '1',
    );
  });
});

each('imports of customers and events', (engine) => {
  test('profiles, tags, friends; phones are sealed; a repeat changes nothing', async (t) => {
    const koi = await start(t, engine);
    const admin = await koi.signIn('administrator');
    await staff(koi);
    const done = await importFile(admin, 'customers', '客户.csv', CUSTOMERS);
    assert.deepEqual([done.result.lines, done.result.added, done.result.rejected], [6, 3, 3]);
    assert.deepEqual(
      done.result.problems.map((p) => [p.line, p.column]),
      [
        [4, '跟进人'],
        [5, '生日'],
        [6, '客户编号'],
      ],
    );
    const list = (await admin.get('/api/customers')).items;
    const ming = list.find((c) => c.nickname === '阿明');
    assert.deepEqual([ming.gender, ming.city, ming.staff[0].name], ['male', '杭州', 'Anna']);
    assert.deepEqual(ming.tags.map((tag) => tag.name).sort(), ['VIP', '老客']);
    assert.match(ming.phone, /8001$/);
    assert.ok(!ming.phone.includes('13800138001'));
    for (const table of ['customer', 'identity', 'event', 'job', 'batch'])
      assert.ok(!(await koi.sql(`SELECT * FROM ${table}`)).includes('1380013800'), table);
    assert.equal((await admin.get('/api/customers?q=13800138002')).items.length, 1);

    const again = await importFile(admin, 'customers', '客户.csv', CUSTOMERS);
    assert.deepEqual([again.result.added, again.result.changed, again.result.known], [0, 0, 3]);
    const moved = await importFile(
      admin,
      'customers',
      '客户.csv',
      CUSTOMERS.replace('杭州,VIP、老客', '上海,VIP、老客、核心'),
    );
    assert.deepEqual([moved.result.changed, moved.result.known], [1, 2]);
    for (const batch of (await admin.get('/api/imports')).items) {
      const { job } = await admin.post(`/api/imports/${batch.id}/undo`, {}, 202);
      assert.equal((await admin.job(job.id)).state, 'done');
    }
    assert.deepEqual(await counts(koi), NOTHING);
  });

  test('behaviour: kinds that are new, two equal events, a cut last line', async (t) => {
    const koi = await start(t, engine);
    const admin = await koi.signIn('administrator');
    const done = await importFile(admin, 'events', 'e.csv', EVENTS);
    assert.deepEqual([done.result.lines, done.result.added, done.result.rejected], [7, 5, 2]);
    const kinds = await koi.sql(
      `SELECT k.name, count(*) FROM event e JOIN event_kind k ON k.id = e.kind
       GROUP BY k.name ORDER BY k.name`,
    );
    assert.equal(kinds, 'cart|1\npurchase|1\nview|2\nwish_list|1');
    assert.equal(await koi.sql(`SELECT min(at_s) FROM event`), String(Date.UTC(2024, 2, 1) / 1000));
    const again = await importFile(admin, 'events', 'e.csv', EVENTS);
    assert.deepEqual([again.result.added, again.result.known], [0, 5]);
    const more = await importFile(
      admin,
      'events',
      'e.csv',
      EVENTS.replace(/(\n.*view,P1.*\n)/, '$1$1').replace(/\n\n/g, '\n'),
    );
    assert.equal(more.result.added, 1); /* a third equal one */
    const other = `77,2200475,3607361,pv,1511848894\n77,1796505,3607361,buy,1511848908\n`;
    const positions = await importFile(admin, 'events', 'no-header.csv', other);
    assert.equal(positions.result.added, 2);
    assert.equal(await koi.sql(`SELECT count(*) FROM event WHERE at_s = 1511848908`), '1');
  });

  test('times of another zone; a mapping is remembered', async (t) => {
    const koi = await start(t, engine);
    const admin = await koi.signIn('administrator');
    const text = 'who,when,did\n5,2024-07-01 12:00:00,view\n6,2024-07-01T12:00:00Z,view\n';
    const mapping = {
      customer: 'who',
      time: 'when',
      type: 'did',
      options: { zone: 'America/New_York' },
    };
    await importFile(admin, 'events', 'z.csv', text, { mapping });
    assert.equal(
      await koi.sql('SELECT at_s FROM event ORDER BY at_s'),
      [Date.UTC(2024, 6, 1, 12), Date.UTC(2024, 6, 1, 16)].map((ms) => ms / 1000).join('\n'),
    );
    const { id } = await upload(admin, 'z2.csv', text);
    const seen = await admin.post('/api/imports/preview', { upload_id: id, kind: 'events' });
    assert.equal(seen.remembered, true);
    assert.equal(seen.mapping.type, 'did');
    assert.equal(seen.mapping.options.zone, 'America/New_York');
  });
});

each('imports on the command line', (engine) => {
  test('with a server and without: same result; resume without anything to resume', async (t) => {
    const koi = await start(t, engine);
    const path = file(koi, 'orders.csv', LINES);
    const there = await koi.koi('import', 'orders', path, '--json');
    assert.equal(there.code, 0, there.err);
    assert.equal(JSON.parse(there.out).result.added, 11);
    await koi.stop();
    const here = await koi.koi('import', 'orders', path, '--json');
    assert.equal(here.code, 0, here.err);
    assert.deepEqual(
      [JSON.parse(here.out).result.known, JSON.parse(here.out).result.rejected],
      [11, 4],
    );
    const dry = await koi.koi('import', 'orders', path, '--dry-run', '--json');
    assert.equal(JSON.parse(dry.out).result.known_orders, 7);
    const rejects = await koi.koi('import', '--rejects', JSON.parse(here.out).result.import_id);
    assert.match(rejects.out, /11,Quantity/);
    assert.notEqual((await koi.koi('import', '--resume')).code, 0);
    const undone = await koi.koi(
      'import',
      '--undo',
      JSON.parse(there.out).result.import_id,
      '--json',
    );
    assert.equal(undone.code, 0, undone.err);
    for (const [args, code] of [
      [['import', 'orders', '/nowhere.csv'], 'file_open'],
      [['import', 'nothing', path], 'usage'],
      [['import', 'customers', path, '--map', 'phone'], 'map'],
      [['import', 'orders', file(koi, 'a.pdf', '%PDF-1.4 …')], 'file_kind'],
      [['import', 'orders', file(koi, 'empty.csv', '')], 'file_empty'],
    ]) {
      const run = await koi.koi(...args, '--json');
      assert.notEqual(run.code, 0);
      assert.match(run.err + run.out, new RegExp(code), args.join(' '));
    }
  });

  test('public data with known answers', async (t) => {
    if (!existsSync(shared)) return t.skip('../shared/data is not here');
    const koi = await start(t, engine, { serve: false });
    const find = (folder, part) =>
      join(
        shared,
        folder,
        readdirSync(join(shared, folder)).find((n) => n.includes(part)),
      );
    const purchases = await koi.koi(
      'import',
      'orders',
      find('cdnow', 'sample'),
      '--json',
      '--channel',
      'CDNOW',
    );
    assert.equal(JSON.parse(purchases.out).result.orders, 6919);
    const events = await koi.koi(
      'import',
      'events',
      find('events', 'rees46'),
      '--json',
      '--channel',
      'REES46',
    );
    const want = JSON.parse(readFileSync(join(shared, 'expected', 'rees46_funnel.json'), 'utf8'));
    const got = JSON.parse(events.out).result;
    assert.deepEqual(
      [got.lines, got.added, got.rejected, got.customers],
      [want.rows, want.rows_used, 1, want.users],
    );
    for (const [kind, n] of Object.entries(want.by_type))
      assert.equal(
        await koi.sql(
          `SELECT count(*) FROM event
           WHERE kind = (SELECT id FROM event_kind WHERE name = '${kind}')`,
        ),
        String(n),
      );
    await koi.serve();
    const admin = await koi.signIn('administrator');
    const report = await admin.get('/api/reports/repurchase');
    const log = readFileSync(find('cdnow', 'sample'), 'utf8')
      .trim()
      .split(/\r?\n/)
      .map((l) => l.trim().split(/\s+/));
    const dates = new Map();
    for (const [id, , day] of log) dates.set(id, [...(dates.get(id) ?? []), day]);
    assert.equal(report.buyers, dates.size);
    assert.equal(report.repeat_buyers, [...dates.values()].filter((d) => d.length > 1).length);
    const cohorts = (await admin.get('/api/reports/cohorts?unit=month')).cohorts;
    for (const cohort of cohorts) {
      const month = cohort.start_day.slice(0, 7).replace('-', '');
      const members = [...dates.values()].filter((d) => [...d].sort()[0].startsWith(month));
      assert.equal(cohort.customers, members.length, cohort.start_day);
      cohort.active.forEach((n, k) => {
        const at = new Date(Date.UTC(+month.slice(0, 4), +month.slice(4) - 1 + k, 1))
          .toISOString()
          .slice(0, 7)
          .replace('-', '');
        assert.equal(
          n,
          members.filter((d) => d.some((day) => day.startsWith(at))).length,
          `${cohort.start_day} + ${k}`,
        );
      });
    }
  });
});
