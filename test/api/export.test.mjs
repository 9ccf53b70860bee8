/* Exports: what the list shows, masked and scoped as there; nothing runs in a spreadsheet; sealed,
 * and only for its owner. */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { inflateRawSync } from 'node:zlib';
import { corp } from './corp.mjs';
import { importFile } from './files.mjs';
import { each, start } from './harness.mjs';

const NAUGHTY = [
  '=1+1',
  '+1+1',
  '-1+1',
  '@SUM(A1)',
  '\tx',
  '=cmd|"/c calc"!A1',
  '-5',
  '普通',
  'a,"b"',
];

/* Every list that can be exported; and those of which the small corp has none. */
const LISTS = (
  'accounts analysis_counts analysis_funnel analysis_intervals analysis_paths ' +
  'analysis_repurchase analysis_retention analysis_rfm audience audience_moves ' +
  'audience_sizes audiences audit backups churn churn_rates ' +
  'clv_alive clv_amounts clv_bands clv_counts clv_customers clv_points code_statistics codes ' +
  'costs customers ' +
  'cycle_customers cycle_due cycles fields ' +
  'group_days group_members group_review group_sift group_valuable groups ' +
  'handover_items handovers imports inbox jobs ' +
  'merge_proposals merges orders outbox products ' +
  'report_cohorts ' +
  'report_concentration report_facts report_first_purchase report_intervals ' +
  'report_product_repurchase report_products report_provinces report_repurchase ' +
  'report_revenue report_sources rfm scripts sources staff staff_figures stages ' +
  'tag_coverage tags ' +
  'tier_history tier_moves tiers timeline tokens trend'
).split(' ');
const EMPTY = new Set(
  (
    'backups churn churn_rates code_statistics codes ' +
    'clv_alive clv_amounts clv_bands clv_counts clv_customers clv_points group_members ' +
    'group_valuable imports inbox outbox products report_product_repurchase report_products rfm ' +
    'staff_figures'
  ).split(' '),
);

/* The console's words by prefix, and the column that has them. */
const TERMS = {
  role: 'role',
  scope: 'scope',
  job_state: 'state',
  batch_state: 'state',
  order_state: 'state',
  gender: 'gender',
  grain: 'grain',
  merge_reason: 'reason',
  merge_proposal: 'reason',
  group_kind: 'kind',
  group_level: 'level',
  group_scene: 'scene',
  group_plan: 'plan',
  group_verdict: 'verdict',
  code_kind: 'kind',
  source_kind: 'kind',
  cost_kind: 'kind',
  import_kind: 'kind',
  staff_status: 'status',
  nature: 'nature',
  field_type: 'type',
  field_class: 'class',
  outcome: 'outcome',
  permission: 'permissions',
};

/* Columns with words of the API, which people are not shown. */
const SAID = new Set(
  '状态 类型 角色 原因 粒度 敏感级别 性质 级别 数据范围 单位 长度单位 从何算起 性别 权限 结果 决定 建议'.split(
    ' ',
  ),
);

/* Something for each of those lists, where a line of SQL or a call can make it. */
async function lifeOf(koi, admin, operator) {
  await koi.stop();
  await koi.sql(
    `INSERT INTO tag (id, group_id, name, created_s, archived_s)
       VALUES (3, 1, '=1+1', 0, NULL), (4, 1, 'old', 0, 5);
     INSERT INTO chat_group (id, name, kind, level, created_s)
       VALUES (1, '@group', 'feed', 'vip', 0);
     INSERT INTO staff (id, userid, name, created_s) VALUES (70, 'left70', '=left', 0);
     INSERT INTO handover (id, from_staff_id, kind, rule, heirs, reason, state, created_s)
       VALUES (1, 70, 'resigned', 'one', '[]', '=店', 'done', 0);
     INSERT INTO handover_item (id, handover_id, kind, object_id, staff_id, state, changed_s)
       VALUES (1, 1, 'customer', 1001, 70, 'lost', 0);
     INSERT INTO merge_proposal (id, low_id, high_id, reason, state, created_s)
       VALUES (1, 1005, 1006, 'phone', 'open', 5);
     INSERT INTO audience (id, name, subject, expression, version, created_s, updated_us)
       VALUES (5, '=moved', 'customer', 'all', 1, 0, 0);
     INSERT INTO audience_move (audience_id, id, customer_id, at_s, entered)
       VALUES (5, 1, 1001, 7, 1), (5, 2, 1002, 8, 0);
     INSERT INTO audience_size
       (audience_id, hour_s, size, entered_n, left_n, gone_n, unlisted_n, began)
       VALUES (5, ${Math.floor(Date.now() / 3600e3) * 3600}, 1, 1, 1, 0, 0, 0);`,
  );
  await koi.serve();
  await operator.post('/api/audiences', { name: '+all', expression: 'all' }, 201);
  await operator.post('/api/merges', { kept_id: '1003', merged_id: '1007' }, 201);
  const tiers = [{ name: '-tier', expression: 'all', color: '#112233', position: 1 }];
  const model = { name: 'model', kind: 'own', period_days: 90, tiers };
  const made = await admin.post('/api/tier-models', model, 201);
  const run = await admin.post(`/api/tier-models/${made.id}/run`, {}, 202);
  await admin.job(run.job.id);
  await admin.post('/api/tokens', { name: '@t', permissions: ['export'] }, 201);
  await admin.post('/api/fields', { key: 'skin', name: '=skin', type: 'text' }, 201);
  const cycle = { name: '=回访', starts: 'event', kind: 'order', length: 1 };
  await operator.post('/api/cycles', cycle, 201);
  const { id } = await admin.post('/api/sources', { name: '=shop', kind: 'other' }, 201);
  await admin.post('/api/scripts', { group: '=group', title: '@title', text: '-text' }, 201);
  const cost = { source_id: id, kind: 'fixed', amount_fen: 100, note: '=note' };
  await admin.post('/api/costs', { ...cost, from_day: '2026-01-01', to_day: '2026-01-02' }, 201);
}

const people = () =>
  '客户编号,昵称,手机号\n' +
  NAUGHTY.map((name, i) => `${i + 1},"${name.replaceAll('"', '""')}",1380013800${i}`).join('\n') +
  '\n';

async function exported(caller, body, headers = {}) {
  const asked = await caller.call('POST', '/api/exports', body, { headers, expect: 202 });
  const { job } = asked.body;
  const done = await caller.job(job.id);
  assert.equal(done.state, 'done', JSON.stringify(done.error));
  const reply = await caller.call('GET', `/api/exports/${job.id}/file`, undefined, { expect: 200 });
  return { job: done, reply };
}

/* Cells of an RFC 4180 text. */
function parse(text) {
  const rows = [[]];
  for (const m of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)) {
    rows.at(-1).push(m[1] !== undefined ? m[1].replaceAll('""', '"') : m[2]);
    if (m[3] === '\r\n') rows.push([]);
    if (m[3] === '') break;
  }
  return rows.filter((row) => row.length > 1);
}

/* The rows of a table, and below a free line what was asked. */
function tableOf(reply) {
  const [table, notes = ''] = reply.text.replace(/^\ufeff/, '').split('\r\n\r\n');
  return { table: parse(table), notes: Object.fromEntries(parse(notes)) };
}

/* One file of a zip, by its name. */
function unzip(bytes, name) {
  for (
    let at = bytes.indexOf('PK\x01\x02', 0, 'latin1');
    at >= 0;
    at = bytes.indexOf('PK\x01\x02', at + 4, 'latin1')
  ) {
    const n = bytes.readUInt16LE(at + 28);
    if (bytes.toString('utf8', at + 46, at + 46 + n) !== name) continue;
    const head = bytes.readUInt32LE(at + 42);
    const from = head + 30 + bytes.readUInt16LE(head + 26) + bytes.readUInt16LE(head + 28);
    return inflateRawSync(bytes.subarray(from, from + bytes.readUInt32LE(at + 20))).toString();
  }
  return null;
}

test('exports and the console say the fixed words alike', () => {
  const root = join(import.meta.dirname, '..', '..');
  const source = readFileSync(join(root, 'src/api/export_terms.c'), 'utf8');
  const terms = [...source.matchAll(/\{"(\w+)",\s*"(\w+)",\s*"([^"]*)",\s*"([^"]*)"\}/g)];
  assert.ok(terms.length > 90);
  for (const [language, at] of [
    ['zh', 3],
    ['en', 4],
  ]) {
    const words = readFileSync(join(root, `web/src/i18n/${language}.ts`), 'utf8');
    for (const [prefix, column] of Object.entries(TERMS))
      for (const [, value, quoted] of words.matchAll(
        new RegExp(`'${prefix}\\.(\\w+)':\\s*'([^']*)'`, 'g'),
      ))
        assert.ok(
          terms.some((x) => x[1] === column && x[2] === value && x[at] === quoted),
          `${language}: ${prefix}.${value}`,
        );
  }
});

each('exports', (engine) => {
  test('CSV: the list as it is shown, nothing that a spreadsheet would run', async (t) => {
    const koi = await start(t, engine);
    const admin = await koi.signIn('administrator');
    await importFile(admin, 'customers', 'p.csv', people());
    const { job, reply } = await exported(admin, {
      what: 'customers',
      filter: { sort: 'added', limit: '3', page: '2' },
      columns: ['id', 'nickname', 'phone', 'spend_fen', 'first_s'],
      format: 'csv',
    });
    assert.equal(job.result.rows, NAUGHTY.length);
    assert.match(reply.headers['content-type'], /text\/csv/);
    const rows = parse(reply.text.replace(/^\ufeff/, ''));
    assert.deepEqual(rows[0], ['id', 'nickname', 'phone', 'spend', 'first seen']);
    const names = rows.slice(1).map((row) => row[1]);
    for (const name of NAUGHTY) {
      const danger = /^[=+\-@\t\r]/.test(name) && name !== '-5';
      assert.ok(
        names.includes(danger ? `'${name.trim() === name ? name : name.trim()}` : name) ||
          names.includes(name.trim()),
        name,
      );
    }
    for (const row of rows.slice(1))
      for (const cell of row)
        assert.ok(
          !/^[=+@\t\r]/.test(cell) && !/^-[^0-9]/.test(cell) && !/^-\d+[^\d.]/.test(cell),
          cell,
        );
    assert.ok(!reply.text.includes('13800138001'));
    assert.match(rows[1][2], /\*/);

    /* Sealed at rest; the filter may name someone, so it is sealed in the job as well. */
    const at = readdirSync(join(koi.data, 'export')).map((name) =>
      readFileSync(join(koi.data, 'export', name)),
    );
    assert.ok(at.length > 0 && at.every((bytes) => !bytes.includes('nickname')));
    await exported(admin, {
      what: 'customers',
      filter: { q: '13800138003' },
      columns: [],
      format: 'csv',
    });
    assert.ok(!(await koi.sql('SELECT detail FROM job')).includes('13800138003'));
  });

  test('XLSX: texts are texts, numbers are numbers', async (t) => {
    const koi = await start(t, engine);
    const admin = await koi.signIn('administrator');
    await importFile(admin, 'customers', 'p.csv', people());
    await importFile(
      admin,
      'orders',
      'o.csv',
      'order no,total,order time,customer\n' +
        'N1,-12.50,2024-01-02 03:04:05,1\nN2,99.90,2024-01-02 03:04:05,2\n',
    );
    const { reply } = await exported(admin, {
      what: 'customers',
      filter: {},
      columns: [],
      format: 'xlsx',
    });
    const sheet = unzip(reply.bytes, 'xl/worksheets/sheet1.xml');
    assert.ok(sheet.includes('=1+1') && !sheet.includes('<f>'));
    const orders = await exported(admin, {
      what: 'orders',
      filter: {},
      columns: ['number', 'total_fen', 'at_s'],
      format: 'xlsx',
    });
    const cells = unzip(orders.reply.bytes, 'xl/worksheets/sheet1.xml');
    assert.match(cells, /<v>-12\.5<\/v>/);
    assert.match(cells, /<v>99\.90*1?<\/v>/);
    assert.match(cells, /<v>45293\.12783\d*<\/v>/); /* 2024-01-02 03:04:05 */
  });

  test('every list there is, in both formats and languages, each column named', async (t) => {
    const { koi, operator } = await corp(t, engine);
    const admin = await koi.signIn('administrator');
    await lifeOf(koi, admin, operator);
    const model = { model_id: (await admin.get('/api/tier-models')).items[0].id };
    const cycle = { cycle_id: (await admin.get('/api/cycles')).items[0].id };
    const days = { window: 'last 90d' };
    const filters = {
      analysis_counts: { series: ['order', 'tag_put'], unit: 'week', ...days },
      analysis_funnel: { steps: [{ events: 'order' }, { events: 'order' }], by: 'city', ...days },
      analysis_paths: { nodes: ['order'], steps: 2, ...days },
      analysis_retention: { start: 'order', back: 'order', unit: 'month', columns: 3, ...days },
      audience_moves: { audience_id: '5' },
      audience_sizes: { audience_id: '5' },
      audience: { audience_id: (await admin.get('/api/audiences')).items[0].id },
      cycle_customers: { ...cycle, to: '2099-12-31' },
      cycle_due: cycle,
      group_days: { group_id: '1' },
      group_sift: { level: 'vip', expression: 'all' },
      group_valuable: { group_id: '1' },
      handover_items: { handover_id: '1' },
      group_members: { group_id: '1' },
      report_sources: { from: '2026-01-01', to: '2026-12-31' },
      tier_history: model,
      tier_moves: model,
      tiers: model,
      timeline: { customer_id: '1002' },
    };
    for (const what of LISTS) {
      const ask = { what, filter: filters[what] ?? {}, columns: [] };
      const { job, reply } = await exported(admin, { ...ask, format: 'csv' });
      const [head, ...rows] = tableOf(reply).table;
      assert.equal(rows.length, job.result.rows, what);
      assert.ok(rows.length > 0 || EMPTY.has(what), `${what} has no rows`);
      for (const title of head) assert.ok(!/[._]/.test(title), `${what}: ${title}`);
      for (const cell of rows.flat()) assert.ok(!/^[=+@\t\r]/.test(cell), `${what}: ${cell}`);
      const sheet = await exported(admin, { ...ask, format: 'xlsx' });
      assert.ok(!unzip(sheet.reply.bytes, 'xl/worksheets/sheet1.xml').includes('<f>'), what);
      const zh = { 'accept-language': 'zh' };
      const chinese = await exported(admin, { ...ask, format: 'csv' }, zh);
      const [titles, ...said] = tableOf(chinese.reply).table;
      titles.forEach((title, i) => {
        if (!SAID.has(title)) return;
        for (const row of said) assert.ok(!/^[a-z_]{2,}$/.test(row[i]), `${what}: ${row[i]}`);
      });
      assert.equal(titles.length, head.length);
      const plain = /^(R|F|M)$|[\u4e00-\u9fff]/;
      for (const title of titles) assert.match(title, plain, what);
    }
    const { items } = await admin.get('/api/exports');
    assert.deepEqual(
      items.map(({ what }) => what),
      LISTS,
    );
    const { error } = await admin.post('/api/exports', { what: 'tag', format: 'csv' }, 400);
    assert.equal(error.field, 'what');
    assert.match(error.hint, /tags.*GET \/api\/exports/);
  });

  test('analyses: the table of the answer, and below it what was asked', async (t) => {
    const { koi, operator } = await corp(t, engine);
    const some = await koi.signIn('manager', { scope: 'own', staff_id: '1' });
    const exportOf = async (who, what, filter, headers = {}) => {
      const { job, reply } = await exported(who, { what, filter, format: 'csv' }, headers);
      return { ...tableOf(reply), rows: job.result.rows };
    };
    const steps = [{ events: 'order where amount > 5' }, { events: 'order', audience: 'friend' }];
    const body = { steps, within: '60d', window: 'last 90d', times: true };
    for (const who of [operator, some]) {
      const { groups, now_s } = await who.post('/api/analyses/funnel', body);
      const { table, notes, rows } = await exportOf(who, 'analysis_funnel', body);
      assert.equal(rows, 2);
      const levels = groups[0].levels;
      levels.forEach(({ customers, p50_s }, k) => {
        const rate = (whole) => String(Math.round((1e4 * customers) / whole) / 1e4);
        assert.deepEqual(table[k + 1].slice(0, 7), [
          'all',
          String(k + 1),
          k === 0 ? 'order where amount > 5' : 'order',
          String(customers),
          rate(levels[Math.max(0, k - 1)].customers),
          rate(levels[0].customers),
          String(levels[Math.max(0, k - 1)].customers - customers),
        ]);
        assert.equal(Number(table[k + 1][8]), Math.round(p50_s / 36) / 100);
      });
      assert.ok(levels[0].customers === (who === operator ? 9 : 3));
      assert.equal(notes.window, 'last 90d');
      assert.equal(notes.within, '60d');
      assert.equal(notes.steps, 'order where amount > 5; order [friend]');
      assert.match(notes['as of'], /^\d{4}-\d\d-\d\d \d\d:\d\d/);
      assert.ok(now_s > 0);
    }
    const again = { events: 'order', window: 'last 90d', audience: 'friend' };
    const { times, buyers } = await operator.post('/api/analyses/repurchase', again);
    const bought = await exportOf(operator, 'analysis_repurchase', again, {
      'accept-language': 'zh',
    });
    assert.deepEqual(bought.table[0], ['购买次数', '客户数', '占比']);
    times.forEach((n, i) => assert.equal(bought.table[i + 1][1], String(n)));
    assert.equal(bought.table[1][2], String(Math.round((1e4 * times[0]) / buyers) / 1e4));
    assert.equal(bought.notes['人群'], 'friend');
    const kept = { start: 'order', back: 'order', columns: 4, measure: 'amount', unit: 'week' };
    const { cohorts } = await operator.post('/api/analyses/retention', kept);
    const sums = await exportOf(operator, 'analysis_retention', kept);
    cohorts.forEach(({ day, cells }, i) => {
      assert.equal(sums.table[i + 1][0], day);
      cells.forEach((cell, k) =>
        assert.equal(sums.table[i + 1][2 + k], cell === null ? '' : String(cell / 100)),
      );
    });
    assert.equal(sums.notes.periods, '4');
    const counted = { series: ['order', 'order, tag_put'], unit: 'month' };
    const { buckets, all } = await operator.post('/api/analyses/counts', counted);
    const lines = (await exportOf(operator, 'analysis_counts', counted)).table.slice(1);
    assert.equal(lines.length, 2 * buckets.length + 2);
    assert.deepEqual(lines[0], [
      buckets[0].day,
      'order',
      String(buckets[0].series[0].events),
      String(buckets[0].series[0].customers),
    ]);
    assert.deepEqual(lines.at(-2).slice(2), [
      String(all.series[0].events),
      String(all.series[0].customers),
    ]);
    const paths = { nodes: ['order'], collapse: false, gap_s: 30 * 86400, steps: 3 };
    const { links } = await operator.post('/api/analyses/paths', paths);
    const walked = (await exportOf(operator, 'analysis_paths', paths)).table.slice(1);
    assert.deepEqual(
      walked.map((row) => [row[0], row[3]]),
      links.map(({ step, visits }) => [String(step + 1), String(visits)]),
    );
    assert.ok(walked.some((row) => row[2] === '(left)'));

    /* What is asked is refused as the page would refuse it; the job has an audit row. */
    const { job } = (
      await operator.call(
        'POST',
        '/api/exports',
        { what: 'analysis_funnel', filter: { steps: [{ events: 'ordr' }] }, format: 'csv' },
        { expect: 202 },
      )
    ).body;
    const failed = await operator.job(job.id);
    assert.equal(failed.state, 'failed');
    assert.equal(failed.error.code, 'kind_unknown');
    const admin = await koi.signIn('administrator');
    const { items } = await admin.get('/api/audit?limit=100');
    assert.ok(items.filter(({ action }) => action === 'export_create').length >= 6);
  });

  test('trees, figures and wide tables become rows; filters count', async (t) => {
    const { koi, operator } = await corp(t, engine);
    const admin = await koi.signIn('administrator');
    await lifeOf(koi, admin, operator);
    const rowsOf = async (what, filter = {}, columns = []) => {
      const { reply } = await exported(admin, { what, filter, columns, format: 'csv' });
      return parse(reply.text.replace(/^\ufeff/, ''));
    };
    const tags = await rowsOf('tags');
    assert.deepEqual(tags[0], [
      'tag category',
      'tag group',
      'name',
      'grain',
      'customers',
      'archived',
    ]);
    assert.deepEqual(tags[1].slice(0, 4), ['C', 'G', 'VIP', 'Basic']);
    assert.ok(tags.some((row) => row[2] === "'=1+1" && row[5] === 'no'));
    assert.equal((await rowsOf('tags', { q: 'vip' })).length, 2);
    assert.equal((await rowsOf('tags', { archived: true })).length, 2);
    assert.equal((await rowsOf('tags', { archived: 'false' })).length, 4);

    const want = await admin.get('/api/reports/facts');
    const facts = await rowsOf('report_facts');
    assert.equal(facts.length - 1, Object.keys(want).length);
    const sales = facts.find((row) => row[0] === 'sales');
    assert.equal(sales[2], (want.sale_fen / 100).toFixed(2));

    const { cohorts } = await admin.get('/api/reports/cohorts?unit=week');
    const wide = await rowsOf('report_cohorts', { unit: 'week' });
    const most = Math.max(...cohorts.map((c) => c.active.length));
    assert.equal(wide[0].length, 2 + most);
    assert.equal(wide[0][2], 'period 0');
    cohorts.forEach((c, i) =>
      c.active.forEach((n, k) => assert.equal(wide[i + 1][2 + k], String(n))),
    );
    const accounts = await rowsOf('accounts', {}, ['login', 'disabled']);
    assert.deepEqual(accounts[0], ['login', 'disabled']);
    assert.ok(accounts.slice(1).every((row) => row[1] === 'no'));
    const jobs = await rowsOf('jobs', { state: 'failed' });
    assert.equal(jobs.length, 1);
    const stopped = await exported(admin, { what: 'jobs', filter: {}, columns: [], format: 'csv' });
    assert.ok(stopped.job.result.rows > 5);
    const moved = await rowsOf('trend');
    assert.equal(moved.length, 31);
  });

  test('whose it is, what it shows, and what it refuses', async (t) => {
    const koi = await start(t, engine);
    const admin = await koi.signIn('administrator');
    await importFile(admin, 'customers', 'p.csv', people());
    await koi.sql(
      `INSERT INTO department (id, name, created_s) VALUES (1, 'Corp', 0);
       INSERT INTO department_above VALUES (1, 1);
       INSERT INTO staff (id, userid, name, department_id, created_s)
         VALUES (11, 'anna', 'Anna', 1, 0);
       INSERT INTO relation (id, customer_id, staff_id, added_s, created_s)
         SELECT 1, customer_id, 11, 0, 0 FROM identity WHERE kind = 'buyer' AND value = '8';`,
    );
    const manager = await koi.signIn('manager', { scope: 'team', staff_id: '11' });
    const { job, reply } = await exported(manager, {
      what: 'customers',
      filter: {},
      columns: ['nickname'],
      format: 'csv',
    });
    assert.equal(job.result.rows, 1);
    assert.ok(reply.text.includes('普通'));
    await admin.call('GET', `/api/exports/${job.id}/file`, undefined, { expect: 404 });
    await manager.call(
      'POST',
      '/api/exports',
      { what: 'passwords', filter: {}, format: 'csv' },
      { expect: 400 },
    );
    const refused = await manager.post(
      '/api/exports',
      { what: 'imports', filter: {}, format: 'csv' },
      202,
    );
    const failed = await manager.job(refused.job.id);
    assert.equal(failed.state, 'failed');
    assert.match(failed.error.code, /permission_missing|scope_whole/);
    const wrong = await manager.post(
      '/api/exports',
      { what: 'customers', filter: { nonsense: '1' }, format: 'csv' },
      202,
    );
    assert.equal((await manager.job(wrong.job.id)).state, 'failed');
  });

  test('on the command line', async (t) => {
    const koi = await start(t, engine, { serve: false });
    await koi.serve();
    const admin = await koi.signIn('administrator');
    await importFile(admin, 'customers', 'p.csv', people());
    const file = join(koi.data, '..', 'out.csv');
    for (const stopped of [false, true]) {
      if (stopped) await koi.stop();
      const run = await koi.koi(
        'export',
        'customers',
        '--output',
        file,
        '--columns',
        'nickname,phone',
      );
      assert.equal(run.code, 0, run.err);
      assert.equal(
        parse(readFileSync(file, 'utf8').replace(/^\ufeff/, '')).length,
        NAUGHTY.length + 1,
      );
    }
  });
});
