/* fixture — a small corp with own, team and other data, and a sample for every path argument of every route.
 *
 * Three salespeople: Anna and Ben in the east team, Carl in the west. Customers 1001, 1002 are Anna's, 2001 Ben's, 3001 … Carl's;
 * every text that belongs to a customer carries MARK-own, MARK-team or MARK-other, and figures over all customers that
 * are stored anywhere carry 777…, so that a leak is found by looking for them. forgetOthers() takes
 * out everything an account with that scope may not see: the answers of every route must not change.
 */
import assert from 'node:assert/strict';

const day = 20000; /* 2024-10-04 */
const at = day * 86400;

const people = [
  { id: 1001, staff: 11, mark: 'own' },
  { id: 1002, staff: 11, mark: 'own' },
  { id: 2001, staff: 12, mark: 'team' },
  { id: 3001, staff: 13, mark: 'other' },
  { id: 3002, staff: 13, mark: 'other' },
  { id: 3003, staff: 13, mark: 'other' },
  { id: 3004, staff: 13, mark: 'other' },
];

/* Rows as objects, so that columns are named; texts are quoted, numbers and null as they are, bytes as {hex}. */
function insert(table, rows, engine) {
  const value = (v) => {
    if (v === null || v === undefined) return 'NULL';
    if (typeof v === 'number') return String(v);
    if (typeof v === 'object') return engine === 'sqlite' ? `x'${v.hex}'` : `'\\x${v.hex}'`;
    return `'${v.replaceAll("'", "''")}'`;
  };
  const columns = Object.keys(rows[0]);
  const tuples = rows.map((row) => `(${columns.map((c) => value(row[c])).join(', ')})`);
  return `INSERT INTO ${table} (${columns.join(', ')}) VALUES ${tuples.join(', ')};`;
}

function corp() {
  return [
    [
      'department',
      [
        { id: 1, parent_id: null, name: 'Corp', kind: 'office', created_s: at },
        { id: 2, parent_id: 1, name: 'East', kind: 'store', created_s: at },
        { id: 3, parent_id: 1, name: 'West', kind: 'store', created_s: at },
      ],
    ],
    [
      'department_above',
      [
        { department_id: 1, above_id: 1 },
        { department_id: 2, above_id: 2 },
        { department_id: 2, above_id: 1 },
        { department_id: 3, above_id: 3 },
        { department_id: 3, above_id: 1 },
      ],
    ],
    [
      'staff',
      [
        { id: 11, userid: 'anna', name: 'Anna', department_id: 2, created_s: at },
        { id: 12, userid: 'ben', name: 'Ben', department_id: 2, created_s: at },
        { id: 13, userid: 'carl', name: 'Carl', department_id: 3, created_s: at },
      ],
    ],
    ['tag_category', [{ id: 21, name: 'Value', created_s: at }]],
    ['tag_group', [{ id: 22, category_id: 21, name: 'Level', created_s: at }]],
    [
      'tag',
      [
        { id: 23, group_id: 22, name: 'VIP', created_s: at },
        { id: 24, group_id: 22, name: 'Lost', created_s: at },
      ],
    ],
    ['field', [{ id: 25, key: 'size', name: 'Size', type: 'text', class: 'plain', created_s: at }]],
    [
      'cost',
      [
        {
          id: 26,
          source_id: 1,
          kind: 'fixed',
          from_day: day,
          to_day: day,
          amount_fen: 777004,
          created_s: at,
        },
      ],
    ],
    ['product', [{ id: 27, issuer: '', code: 'P1', name: 'Tea', created_s: at }]],
    [
      'cycle',
      [
        {
          id: 51,
          name: 'Tea again',
          starts: 'purchase',
          length: 777,
          unit: 'day',
          created_s: at,
          updated_us: at * 1e6,
        },
      ],
    ],
    ['cycle_product', [{ cycle_id: 51, product_id: 27 }]],
    [
      'code',
      [
        {
          id: 71,
          kind: 'link',
          name: 'Leaflet',
          state: 'S71',
          status: 'active',
          config_id: 'ca71',
          link_url: 'https://work.weixin.qq.com/ca/71?customer_channel=S71',
          shift_s: at,
          created_s: at,
          updated_us: at * 1e6,
        },
      ],
    ],
    [
      'script',
      [
        {
          id: 81,
          group_name: 'Greeting',
          title: 'Welcome',
          text: 'Hello {name}',
          position: 1,
          created_s: at,
          updated_us: at * 1e6,
        },
      ],
    ],
    [
      'audience',
      [
        {
          id: 28,
          name: 'All VIP',
          expression: 'tag("VIP")',
          version: 1,
          live: 1,
          size: 777001,
          sized_s: at,
          created_s: at,
          updated_us: at * 1e6,
        },
      ],
    ],
    [
      'audience_size',
      [
        {
          audience_id: 28,
          hour_s: at - (at % 3600),
          size: 777013,
          entered_n: 777014,
          left_n: 777015,
          gone_n: 777016,
          unlisted_n: 0,
          began: 0,
        },
      ],
    ],
    [
      'audience_version',
      [{ audience_id: 28, version: 1, expression: 'tag("VIP")', at_us: at * 1e6 }],
    ],
    [
      'tier_model',
      [
        {
          id: 29,
          name: 'Value',
          kind: 'own',
          period_s: 86400 * 90,
          version: 1,
          created_s: at,
          updated_us: at * 1e6,
        },
      ],
    ],
    [
      'tier',
      [
        {
          id: 30,
          model_id: 29,
          position: 1,
          name: 'High',
          expression: 'tag("VIP")',
          color: '#aa0000',
        },
        {
          id: 31,
          model_id: 29,
          position: 2,
          name: 'Low',
          expression: 'not tag("VIP")',
          color: '#00aa00',
        },
      ],
    ],
    [
      'tier_run',
      [{ id: 32, model_id: 29, at_s: at, customers: 777002, moved: 777003, took_us: 1 }],
    ],
    [
      'score_fit',
      [
        {
          id: 33,
          kind: 'rfm',
          at_s: at,
          period_s: 86400 * 365,
          customers: 777005,
          detail: '{"r":[1,2,3,4],"f":[1,2,3,4],"m":[100,200,300,400]}',
        },
        {
          id: 38,
          kind: 'clv',
          at_s: at,
          period_s: 86400 * 364,
          customers: 777006,
          detail: JSON.stringify({
            model: 'bg_nbd',
            weeks: 52,
            discount_percent: 10,
            since: null,
            until: '2024-10-04',
            accepted: false,
            applied: true,
            buying: { parameters: [], customers: 777007, rows: 777008 },
            spending: { parameters: [], customers: 777009, rows: 777010 },
            warnings: [],
            counts: [{ repeats: 0, expected: 1, actual: 777011 }],
            points: [{ day: '2024-10-04', expected: 1, actual: 777012 }],
            cuts_fen: [1000, 200000],
            read_ms: 1,
            fit_ms: 1,
          }),
        },
      ],
    ],
    [
      'batch',
      [
        {
          id: 34,
          kind: 'orders',
          file_name: 'a.csv',
          file_hash: { hex: '00' },
          mapping: '{}',
          state: 'done',
          created_s: at,
        },
      ],
    ],
    [
      'chat_group',
      [
        { id: 35, name: 'MARK-own group', owner_id: 11, created_s: at },
        { id: 36, name: 'MARK-other group', owner_id: 13, created_s: at },
        { id: 37, name: 'MARK-team group', owner_id: 12, created_s: at },
      ],
    ],
    [
      'churn_alert',
      [
        [61, 1001, 11, 'MARK-own loss'],
        [62, 3001, 13, 'MARK-other loss'],
        [63, 2001, 12, 'MARK-team loss'],
      ].map(([id, customer_id, staff_id, matched]) => ({
        id,
        customer_id,
        kind: 'friend_delete',
        staff_id,
        at_s: at,
        seen_s: at,
        why: 'tier',
        matched,
        spend_fen: 123400 + id,
      })),
    ],
  ];
}

function customers() {
  const rows = {
    customer: [],
    identity: [],
    relation: [],
    relation_tag: [],
    customer_tag: [],
    customer_field: [],
    customer_stats: [],
    orders: [],
    order_item: [],
    refund: [],
    event: [],
    customer_tier: [],
    tier_move: [],
    audience_move: [],
    rfm_score: [],
    clv_score: [],
    code_entry: [],
    staff_day: [],
    handover: [],
    handover_item: [],
    group_member: [],
    binding_step: [],
    binding: [],
    binding_log: [],
  };
  for (const [staff, mark] of [
    [11, 'own'],
    [12, 'team'],
    [13, 'other'],
  ]) {
    rows.handover.push({
      id: staff + 70,
      from_staff_id: staff,
      kind: 'onjob',
      rule: 'one',
      heirs: '[]',
      reason: `MARK-${mark}`,
      state: 'done',
      created_s: at,
      ended_s: at,
    });
    for (const ago of [1, 2])
      rows.staff_day.push({
        staff_id: staff,
        day: Math.floor(Date.now() / 86400000) - ago,
        chat_cnt: staff === 13 ? 777 : staff,
        message_cnt: staff * 2,
        reply_percentage: 40 + staff,
        told_us: at * 1e6,
      });
  }
  for (const { id, staff, mark } of people) {
    const root = id === 3002 ? 3001 : id;
    rows.customer.push({
      id,
      root_id: root,
      nickname: `MARK-${mark} ${id}`,
      gender: 'female',
      province: '浙江',
      city: mark === 'other' ? 'MARK-other city' : '杭州',
      source_id: 1,
      stage_id: 1,
      first_s: at,
      added_s: at + id,
      phone_tail: '0000',
      created_s: at,
      updated_us: at * 1e6,
    });
    rows.identity.push({
      id: id + 10000,
      customer_id: id,
      kind: 'buyer',
      issuer: 'shop',
      value_hash: { hex: id.toString(16).padStart(32, '0') },
      value: `MARK-${mark}-buyer-${id}`,
      created_s: at,
    });
    rows.relation.push({
      id: id + 20000,
      customer_id: id,
      staff_id: staff,
      added_s: at + id,
      source_id: 1,
      created_s: at,
    });
    rows.relation_tag.push({ relation_id: id + 20000, tag_id: 23, put_s: at });
    rows.customer_tag.push({ customer_id: id, tag_id: 24, put_s: at });
    rows.customer_field.push({
      customer_id: id,
      field_id: 25,
      value_text: `MARK-${mark}`,
      set_s: at,
    });
    if (root === id) {
      rows.customer_stats.push({
        customer_id: id,
        orders: 1,
        spend_fen: id * 100,
        first_order_s: at,
        last_order_s: at + id,
      });
      rows.customer_tier.push({ model_id: 29, customer_id: id, tier_id: 30, since_s: at });
      rows.tier_move.push({
        run_id: 32,
        customer_id: id,
        from_tier_id: 31,
        to_tier_id: 30,
        at_s: at,
      });
      rows.audience_move.push({
        audience_id: 28,
        id: id + 80000,
        customer_id: id,
        at_s: at + id,
        entered: id % 2,
      });
      rows.rfm_score.push({
        customer_id: id,
        fit_id: 33,
        r: 5,
        f: 1,
        m: 3,
        last_s: at,
        orders: 1,
        amount_fen: id * 100,
      });
      rows.clv_score.push({
        customer_id: id,
        fit_id: 38,
        horizon_s: 86400 * 364,
        alive_ppm: id * 100,
        purchases_micro: id * 1000,
        value_fen: id * 100,
        clv_fen: id * 100,
        repeats: 1,
        first_day: day,
        last_day: day,
      });
    }
    rows.handover_item.push({
      id: id + 90000,
      handover_id: staff + 70,
      kind: 'customer',
      object_id: id,
      staff_id: staff === 11 ? 12 : 11,
      state: 'lost',
      code: 'customer_refused',
      tries: 2,
      refusals: 2,
      asked_s: at,
      changed_s: at,
    });
    rows.code_entry.push({
      code_id: 71,
      at_s: Math.floor(Date.now() / 1000) - 86400 * 3 - id,
      customer_id: id,
      staff_id: staff,
      customer: 'new',
    });
    rows.orders.push({
      id: id + 30000,
      channel_id: 5,
      number: `MARK-${mark}-${id}`,
      customer_id: id,
      staff_id: staff,
      state: 'paid',
      at_s: at + id,
      paid_s: at + id,
      total_fen: id * 100,
      sale_fen: id * 100,
      paid_fen: id * 100,
      refunded_fen: 0,
      province: mark === 'other' ? 'MARK-other land' : '浙江',
      lines: 1,
      updated_us: at * 1e6,
    });
    rows.order_item.push({
      seq: id + 40000,
      order_id: id + 30000,
      line: 1,
      customer_id: id,
      product_id: 27,
      at_s: at + id,
      quantity: 1,
      unit_price_micro: id * 1000000,
      amount_fen: id * 100,
      nature: 'sale',
    });
    rows.refund.push({
      id: id + 50000,
      order_id: id + 30000,
      number: '1',
      customer_id: id,
      at_s: at + id + 5,
      amount_fen: 1,
    });
    rows.event.push({
      seq: id + 60000,
      recorded_us: at * 1e6,
      customer_id: id,
      at_s: at + id,
      kind: 11,
      channel_id: 5,
      staff_id: staff,
      object_kind: 6,
      object_id: id + 30000,
      amount_fen: id * 100,
      props: `{"note":"MARK-${mark}"}`,
    });
    rows.event.push({
      seq: id + 70000,
      recorded_us: at * 1e6,
      customer_id: id,
      at_s: Math.floor(Date.now() / 1000) - id,
      kind: 48,
      object_kind: 11,
      object_id: id,
      props: `{"note":"MARK-${mark}"}`,
    });
    rows.binding_step.push({
      id: id + 90000,
      customer_id: id,
      kind: 'friend',
      staff_id: staff,
      at_s: at + id,
      source_id: 1,
      counts: 1,
      days: 30,
      told_us: at * 1e6,
    });
    if (root === id) {
      rows.binding.push({
        customer_id: id,
        staff_id: staff,
        step_id: id + 90000,
        since_s: at + id,
        until_s: at + id + 30 * 86400,
      });
      rows.binding_log.push({
        id: id + 90000,
        customer_id: id,
        at_us: at * 1e6,
        cause: 'touch',
        staff_id: staff,
        step_id: id + 90000,
        since_s: at + id,
        until_s: at + id + 30 * 86400,
      });
    }
    rows.group_member.push({
      group_id: { own: 35, other: 36, team: 37 }[mark],
      customer_id: id,
      joined_s: at,
    });
  }
  const merges = [
    [
      'merge',
      [
        {
          id: 41,
          kept_id: 3001,
          merged_id: 3002,
          reason: 'manual',
          moved: '["3002"]',
          filled: '{}',
          at_us: at * 1e6,
        },
      ],
    ],
    [
      'merge_proposal',
      [
        { id: 42, low_id: 3001, high_id: 3003, reason: 'phone', created_s: at },
        { id: 43, low_id: 1001, high_id: 3003, reason: 'phone', created_s: at },
        { id: 44, low_id: 1001, high_id: 1002, reason: 'phone', created_s: at },
      ],
    ],
  ];
  return [...Object.entries(rows), ...merges];
}

/* Fills a fresh installation. Its server may be running. */
export async function fill(koi) {
  const tables = [...corp(), ...customers()];
  await koi.sql(
    tables.map(([table, rows]) => insert(table, rows, koi.engine)).join('\n') +
      'UPDATE log_sequence SET last = 100000;',
  );
}

const kept = { own: '1002', team: '2001' };

/* Takes out every customer that an account of that scope may not see, with all that hangs on them. */
export async function forgetOthers(koi, scope) {
  const gone = `> ${kept[scope]}`;
  const statements = [
    `DELETE FROM rfm_score WHERE customer_id ${gone}`,
    `DELETE FROM clv_score WHERE customer_id ${gone}`,
    `DELETE FROM tier_move WHERE customer_id ${gone}`,
    `DELETE FROM audience_move WHERE customer_id ${gone}`,
    `DELETE FROM customer_tier WHERE customer_id ${gone}`,
    `DELETE FROM churn_alert WHERE customer_id ${gone}`,
    `DELETE FROM code_entry WHERE customer_id ${gone}`,
    `DELETE FROM handover_item WHERE object_id ${gone}`,
    `DELETE FROM handover WHERE id > ${scope === 'own' ? 81 : 82}`,
    `DELETE FROM staff_day WHERE staff_id > ${scope === 'own' ? 11 : 12}`,
    `DELETE FROM group_member WHERE customer_id ${gone}`,
    `DELETE FROM event WHERE customer_id ${gone}`,
    `DELETE FROM refund WHERE customer_id ${gone}`,
    `DELETE FROM order_item WHERE customer_id ${gone}`,
    `DELETE FROM orders WHERE customer_id ${gone}`,
    `DELETE FROM customer_stats WHERE customer_id ${gone}`,
    `DELETE FROM customer_field WHERE customer_id ${gone}`,
    `DELETE FROM customer_tag WHERE customer_id ${gone}`,
    `DELETE FROM relation_tag WHERE relation_id ${gone.replace('> ', '> 2')}`,
    `DELETE FROM relation WHERE customer_id ${gone}`,
    ...['binding', 'binding_step', 'binding_log'].map(
      (table) => `DELETE FROM ${table} WHERE customer_id ${gone}`,
    ),
    `DELETE FROM identity WHERE customer_id ${gone}`,
    `DELETE FROM merge WHERE kept_id ${gone} OR merged_id ${gone}`,
    `DELETE FROM merge_proposal WHERE high_id ${gone}`,
    `DELETE FROM chat_group WHERE id = 36${scope === 'own' ? ' OR id = 37' : ''}`,
    `DELETE FROM customer WHERE id ${gone} AND id <> root_id`,
    `DELETE FROM customer WHERE id ${gone}`,
  ];
  await koi.sql(statements.join(';'));
}

/* One sample of each path argument: `own` is Anna's, `other` is out of her scope, `none` does not exist. A catalogue's id is
 * the same for all. A new argument without a row here fails the tests. */
export const samples = {
  account_id: { own: '1', other: '1', none: '9' },
  alert_id: { own: '61', other: '62', none: '9' },
  audience_id: { own: '28', other: '28', none: '9' },
  category_id: { own: '21', other: '21', none: '9' },
  cost_id: { own: '26', other: '26', none: '9' },
  customer_id: { own: '1001', other: '3001', none: '9' },
  cycle_id: { own: '51', other: '51', none: '9' },
  code_id: { own: '71', other: '71', none: '9' },
  handover_id: { own: '81', other: '83', none: '9' },
  page_key: { own: '71-0', other: '71-0', none: '9-0' },
  field_id: { own: '25', other: '25', none: '9' },
  group_id: { own: '35', other: '36', none: '9' },
  import_id: { own: '34', other: '34', none: '9' },
  inbox_id: { own: '9', other: '9', none: '9' },
  job_id: { own: '9', other: '9', none: '9' },
  key: { own: 'size', other: 'size', none: 'nothing' },
  media_id: { own: '91', other: '91', none: '9' },
  merge_id: { own: '41', other: '41', none: '9' },
  model_id: { own: '29', other: '29', none: '9' },
  name: { own: 'corp_name', other: 'corp_name', none: 'nothing' },
  note_id: { own: '9', other: '9', none: '9' },
  order_id: { own: '31001', other: '33001', none: '9' },
  outbox_id: { own: '9', other: '9', none: '9' },
  product_id: { own: '27', other: '27', none: '9' },
  proposal_id: { own: '44', other: '42', none: '9' },
  script_id: { own: '81', other: '81', none: '9' },
  source_id: { own: '1', other: '1', none: '9' },
  staff_id: { own: '11', other: '13', none: '9' },
  stage_id: { own: '1', other: '1', none: '9' },
  tag_id: { own: '23', other: '23', none: '9' },
  token_id: { own: '9', other: '9', none: '9' },
};

/* Arguments that mean one of the samples but stand in a query or body. */
const alike = {
  kept_id: '1001',
  merged_id: '3001',
  staff_id: '13',
  bound_to: '13',
  from_staff_id: '13',
  assigned_id: '13',
  department_id: '3',
  channel_id: '5',
  tier_id: '30',
  upload_id: 'x',
  link_id: '9',
};

/* tag_groups/{group_id} is a catalogue's group, groups/{group_id} a chat group. */
function sampleOf(route, name, which) {
  if (name === 'group_id' && route.path.includes('tag-groups'))
    return which === 'none' ? '9' : '22';
  assert.ok(samples[name], `test/api/fixture.mjs has no sample for {${name}} of ${route.name}`);
  return samples[name][which];
}

/* The route's path with samples put in. */
export function pathOf(route, which = 'own') {
  return route.path.replace(/\{([^}]+)\}/g, (_, name) => sampleOf(route, name, which));
}

/* Values worth trying for an argument of a query or body. */
export function valuesOf(route, arg, mark = 'other') {
  const text = {
    q: [`MARK-${mark}`, '3001', 'MARK-other-buyer-3001', '0000'],
    expression: ['tag("VIP")', 'not tag("VIP")'],
    city: ['杭州', 'MARK-other city'],
    sort: ['added'],
    kind: ['order'],
    cursor: [],
  };
  /* of vip first: that level has groups below it, to be told with whom an expression picks */
  if (route.name === 'group_sift' && arg.name === 'level') return ['vip', 'diamond', 'welfare'];
  if (arg.kind === 'choice') return arg.choices.split('|');
  if (arg.kind === 'bool') return ['true', 'false'];
  if (arg.name in text) return text[arg.name];
  if (arg.kind === 'id') return [alike[arg.name] ?? samples[arg.name]?.other ?? '3001'];
  if (arg.kind === 'ids') return ['1001,3001'];
  if (arg.kind === 'day') return [new Date(at * 1000).toISOString().slice(0, 10)];
  if (arg.kind === 'time') return [String(at)];
  if (arg.kind === 'expression') return ['tag("VIP")'];
  if (arg.kind === 'int' || arg.kind === 'fen' || arg.kind === 'number')
    return [String(Math.max(1, arg.min))];
  return [`MARK-${mark}`];
}
