// ClickHouse, embedded (chdb): MergeTree tables, merged to one part each before anything is asked.
//
// base: events ordered by customer and time; one boolean column a tag.
// tuned: the same with columns of week and day; orders ordered by customer, claims by time, the
// last 40 days by day and customer; tags as bits of one number, customers ordered by city.
import { createRequire } from 'node:module';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as world from '../world.mjs';

const { Session } = createRequire(import.meta.url)('chdb');
const { START, DAY, WEEK } = world;
const SETTINGS = 'max_threads = 2, max_memory_usage = 6000000000, use_query_cache = 0';
// A third less work where tables are sorted by customer.
const IN_ORDER = 'optimize_aggregation_in_order = 1';
let session;

const run = (sql) => session.query(sql, 'JSONCompactColumns');
function rows(sql, settings = '') {
  const columns = JSON.parse(run(`${sql} SETTINGS ${SETTINGS}${settings && `, ${settings}`}`));
  return columns[0].map((_, i) => columns.map((column) => column[i]));
}

export const about = () => `ClickHouse ${rows('SELECT version()')[0][0]} (chdb)`;

function connect(dir) {
  session = new Session(join(dir, 'data')); // must be absolute
  run('CREATE DATABASE IF NOT EXISTS bench');
}

export async function load({ dir, files, layouts }, step) {
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  connect(dir);
  const table = (name, columns, order) =>
    run(`CREATE TABLE bench.${name} (${columns}) ENGINE = MergeTree ORDER BY (${order})`);
  const fill = (name, select) => {
    run(`INSERT INTO bench.${name} ${select} SETTINGS ${SETTINGS}`);
    run(`OPTIMIZE TABLE bench.${name} FINAL SETTINGS ${SETTINGS}`);
  };
  const csv = (file, columns) => `file('${file}', 'CSV', '${columns}')`;
  const who =
    'id UInt32, city UInt16, gender UInt8, age UInt8, channel UInt8, staff UInt16, added UInt32';
  const log = 'customer UInt32, ts UInt32, kind UInt8, amount UInt32';
  const bits = Array.from({ length: world.TAGS }, (_, i) => `bitTest(tags, ${i})`);
  const more = `toUInt8(intDiv(ts - ${START}, ${WEEK})), toUInt8(intDiv(ts - ${START}, ${DAY}))`;
  const all = files.events.map((file) => `SELECT * FROM ${csv(file, log)}`).join(' UNION ALL ');
  await step('load', async () => {
    table('events_tuned', `${log}, week UInt8, day UInt8`, 'customer, ts');
    for (const file of files.events)
      run(`INSERT INTO bench.events_tuned SELECT *, ${more} FROM ${csv(file, log)}
        SETTINGS ${SETTINGS}`);
    run(`OPTIMIZE TABLE bench.events_tuned FINAL SETTINGS ${SETTINGS}`);
    table('customers_tuned', `${who}, tags UInt32`, 'city, id');
    fill('customers_tuned', `SELECT * FROM ${csv(files.customers, `${who}, tags UInt32`)}`);
  });
  await step('tune', async () => {
    table('orders', 'customer UInt32, ts UInt32, amount UInt32', 'customer, ts');
    fill('orders', 'SELECT customer, ts, amount FROM bench.events_tuned WHERE kind = 4');
    table('claims', 'customer UInt32, ts UInt32', 'ts');
    fill('claims', 'SELECT customer, ts FROM bench.events_tuned WHERE kind = 3');
    table('recent', 'day UInt8, customer UInt32, kind UInt8', 'day, customer');
    fill(
      'recent',
      `SELECT day, customer, kind FROM bench.events_tuned
       WHERE day >= ${world.DAYS - world.RECENT_DAYS}`,
    );
  });
  if (layouts.includes('base'))
    await step('base', async () => {
      table('events', log, 'customer, ts');
      fill('events', all);
      const names = bits.map((_, i) => `t${i + 1} Bool`);
      table('customers_base', `${who}, ${names}`, 'id');
      fill('customers_base', `SELECT * EXCEPT tags, ${bits} FROM bench.customers_tuned`);
    });
  session.close();
}

export async function open({ dir }) {
  connect(dir);
}

export const pids = () => [process.pid];

function folderBytes(path) {
  let sum = 0;
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const inner = join(path, entry.name);
    sum += entry.isDirectory() ? folderBytes(inner) : entry.isFile() ? statSync(inner).size : 0;
  }
  return sum;
}
export const bytes = ({ dir }) => folderBytes(join(dir, 'data', 'store'));

const tables = (layout) =>
  layout === 'tuned'
    ? {
        log: 'bench.events_tuned',
        orders: 'bench.orders',
        claims: 'bench.claims',
        customers: 'bench.customers_tuned',
      }
    : {
        log: 'bench.events',
        orders: '(SELECT customer, ts, amount FROM bench.events WHERE kind = 4)',
        claims: '(SELECT customer, ts FROM bench.events WHERE kind = 3)',
        customers: 'bench.customers_base',
      };

export const ask = {
  async Q1({ a, b, c, d, cities }, layout) {
    const where =
      layout === 'tuned'
        ? `(bitTestAll(tags, ${a - 1}, ${b - 1}) OR bitTest(tags, ${c - 1}))
           AND NOT bitTest(tags, ${d - 1})`
        : `((t${a} AND t${b}) OR t${c}) AND NOT t${d}`;
    const [[n]] = rows(
      `SELECT count() FROM ${tables(layout).customers} WHERE city IN (${cities}) AND ${where}`,
    );
    return Number(n);
  },
  async Q2({ staff, fen, now }, layout) {
    const t = tables(layout);
    const mine = `AND customer IN (SELECT id FROM ${t.customers} WHERE staff IN (${staff}))`;
    const [[n]] = rows(`SELECT count() FROM (SELECT customer FROM ${t.orders}
      WHERE ts > ${now - 90 * DAY} AND ts <= ${now} ${staff ? mine : ''} GROUP BY customer
      HAVING count() >= 2 AND sum(amount) >= ${fen}) WHERE customer NOT IN
      (SELECT customer FROM ${t.claims} WHERE ts > ${now - WEEK} AND ts <= ${now})`);
    return Number(n);
  },
  Q2f: (constants, layout) => ask.Q2(constants, layout),
  async Q3({ days }, layout) {
    const found = rows(
      `SELECT level, count() FROM (SELECT customer, windowFunnel(${days * DAY})
      (ts, kind = 1, kind = 2, kind = 3, kind = 4) AS level FROM ${tables(layout).log}
      WHERE kind <= 4 GROUP BY customer) GROUP BY level`,
      IN_ORDER,
    );
    const levels = Array(5).fill(0);
    for (const [level, n] of found) levels[level] = Number(n);
    return world.reached(levels);
  },
  async Q4({ weeks }, layout) {
    const source =
      layout === 'tuned'
        ? `SELECT customer, week FROM bench.events_tuned WHERE week < ${weeks}`
        : `SELECT customer, intDiv(ts - ${START}, ${WEEK}) AS week FROM bench.events
           WHERE ts < ${START + weeks * WEEK}`;
    const sums = Array.from({ length: weeks }, (_, w) => `sum(bitTest(active, ${w}))`);
    const found = rows(
      `SELECT bitCount(bitXor(active, active - 1)) - 1 AS first, ${sums} FROM
      (SELECT customer, groupBitOr(bitShiftLeft(toUInt32(1), week)) AS active FROM (${source})
       GROUP BY customer) GROUP BY first`,
      IN_ORDER,
    );
    return world.cohorts(found.map(([first, ...active]) => [Number(first), active]));
  },
  async Q5({ now }, layout) {
    // Of n values quantilesExact takes the one at place floor(level x n) from 0; just under k/5
    // that is the one of rank ceil(k n / 5) from 1.
    const levels = [1, 2, 3, 4].map((k) => k / 5 - 1e-9);
    const score = (x) => [1, 2, 3, 4].reduce((sum, k) => `${sum} + (b.${x} > q.q${x}[${k}])`, '1');
    const cuts = (x) => `quantilesExact(${levels})(${x}) AS q${x}`;
    const buyers = `SELECT customer, max(ts) AS r, count() AS f, sum(amount) AS m
      FROM ${tables(layout).orders} WHERE ts <= ${now} GROUP BY customer`;
    const found = rows(`WITH q AS (SELECT ${cuts('r')}, ${cuts('f')}, ${cuts('m')} FROM (${buyers}))
      SELECT ${score('r')} AS sr, ${score('f')} AS sf, ${score('m')} AS sm, count()
      FROM (${buyers}) AS b CROSS JOIN q GROUP BY sr, sf, sm`);
    return world.cells(found);
  },
  async Q8({ day }, layout) {
    const source =
      layout === 'tuned'
        ? `SELECT day, customer, kind FROM bench.recent WHERE day >= ${day} AND day < ${day + 30}`
        : `SELECT intDiv(ts - ${START}, ${DAY}) AS day, customer, kind FROM bench.events
           WHERE ts >= ${START + day * DAY} AND ts < ${START + (day + 30) * DAY}`;
    const kinds = rows(`SELECT day, kind, count() FROM (${source}) GROUP BY day, kind`);
    const customers = rows(`SELECT day, uniqExact(customer) FROM (${source}) GROUP BY day`);
    return world.daily(day, kinds, customers);
  },
};

export async function close() {
  session.close();
}
