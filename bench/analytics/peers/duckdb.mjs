// DuckDB: one file, columns in row groups of 122,880 rows with smallest and largest value of each.
//
// base: events in the order of the log; one boolean column a tag.
// tuned: events sorted by customer and time, with columns of week and day; orders sorted by
// customer, claims by time (a question asks of the last days), the last 40 days sorted by day; tags
// as bits of one number, customers sorted by city, so that five cities are a few row groups.
import { DuckDBInstance, version } from '@duckdb/node-api';
import { mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as world from '../world.mjs';

const { START, DAY, WEEK } = world;
let instance, db;

export const about = () => `DuckDB ${version()}`;

async function connect(dir) {
  instance = await DuckDBInstance.create(join(dir, 'bench.duckdb'), { threads: '2' });
  db = await instance.connect();
  await db.run(`SET memory_limit = '5GB'; SET temp_directory = '${join(dir, 'spill')}'`);
}

export async function load({ dir, files, layouts }, step) {
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  await connect(dir);
  const csv = (file, columns) =>
    `read_csv(${file}, header = false, auto_detect = false, delim = ',', columns = {${columns}})`;
  const bits = Array.from({ length: world.TAGS }, (_, i) => `(tags >> ${i}) & 1 = 1 AS t${i + 1}`);
  await step('load', async () => {
    await db.run(
      `CREATE TABLE customers AS SELECT * FROM ${csv(
        `'${files.customers}'`,
        `id: 'UINTEGER', city: 'USMALLINT', gender: 'UTINYINT', age: 'UTINYINT', ` +
          `channel: 'UTINYINT', staff: 'USMALLINT', added: 'UINTEGER', tags: 'UINTEGER'`,
      )}`,
    );
    await db.run(
      `CREATE TABLE events AS SELECT * FROM ${csv(
        `[${files.events.map((file) => `'${file}'`)}]`,
        `customer: 'UINTEGER', ts: 'UINTEGER', kind: 'UTINYINT', amount: 'UINTEGER'`,
      )}`,
    );
    if (layouts.includes('base'))
      await db.run(
        `CREATE TABLE customers_base AS SELECT * EXCLUDE (tags), ${bits} FROM customers`,
      );
  });
  await step('tune', async () => {
    await db.run(`CREATE TABLE customers_tuned AS SELECT * FROM customers ORDER BY city, id`);
    await db.run(`CREATE TABLE events_tuned AS SELECT *,
      ((ts - ${START}) // ${WEEK})::UTINYINT AS week,
      ((ts - ${START}) // ${DAY})::UTINYINT AS day FROM events ORDER BY customer, ts`);
    await db.run(`CREATE TABLE orders AS SELECT customer, ts, amount FROM events
      WHERE kind = 4 ORDER BY customer, ts`);
    await db.run(
      `CREATE TABLE claims AS SELECT customer, ts FROM events WHERE kind = 3 ORDER BY ts`,
    );
    await db.run(`CREATE TABLE recent AS SELECT day, customer, kind FROM events_tuned
      WHERE day >= ${world.DAYS - world.RECENT_DAYS} ORDER BY day, customer`);
    if (!layouts.includes('base')) await db.run(`DROP TABLE events`);
    await db.run(`DROP TABLE customers; CHECKPOINT`);
  });
  db.closeSync();
  instance.closeSync();
}

export async function open({ dir }) {
  await connect(dir);
}

export const pids = () => [process.pid];
export const bytes = ({ dir }) => statSync(join(dir, 'bench.duckdb')).size;

async function rows(sql) {
  return (await db.runAndReadAll(sql)).getRowsJS();
}

const tables = (layout) =>
  layout === 'tuned'
    ? { orders: 'orders', claims: 'claims', customers: 'customers_tuned' }
    : {
        orders: '(SELECT customer, ts, amount FROM events WHERE kind = 4)',
        claims: '(SELECT customer, ts FROM events WHERE kind = 3)',
        customers: 'customers_base',
      };

// The quickest of the ways tried: joins to the next step by time beat windows over the sorted log.
// Each click knows the latest view before it, each claim the latest click, each order the latest
// claim; carrying the view's time along gives for each step the latest start that leads to it.
function funnel(log, seconds) {
  return `WITH c AS MATERIALIZED (SELECT c.customer, c.ts, v.ts AS start FROM
      (SELECT customer, ts FROM ${log} WHERE kind = 2) c ASOF JOIN
      (SELECT customer, ts FROM ${log} WHERE kind = 1) v
      ON c.customer = v.customer AND c.ts > v.ts),
    k AS MATERIALIZED (SELECT k.customer, k.ts, c.start FROM
      (SELECT customer, ts FROM ${log === 'events' ? 'events WHERE kind = 3' : 'claims'}) k
      ASOF JOIN c ON k.customer = c.customer AND k.ts > c.ts),
    o AS (SELECT o.customer, o.ts, k.start FROM
      (SELECT customer, ts FROM ${log === 'events' ? 'events WHERE kind = 4' : 'orders'}) o
      ASOF JOIN k ON o.customer = k.customer AND o.ts > k.ts),
    steps AS (SELECT customer, 4 AS level FROM o WHERE ts - start <= ${seconds}
      UNION ALL SELECT customer, 3 FROM k WHERE ts - start <= ${seconds}
      UNION ALL SELECT customer, 2 FROM c WHERE ts - start <= ${seconds}),
    deepest AS (SELECT customer, max(level) AS level FROM steps GROUP BY customer)
    SELECT level, count(*) FROM deepest GROUP BY level
    UNION ALL SELECT 1, (SELECT count(DISTINCT customer) FROM ${log} WHERE kind = 1)
      - (SELECT count(*) FROM deepest)`;
}

export const ask = {
  async Q1({ a, b, c, d, cities }, layout) {
    const bit = (t) => `(1::UINTEGER << ${t - 1})`;
    const where =
      layout === 'tuned'
        ? `((tags & (${bit(a)} | ${bit(b)})) = (${bit(a)} | ${bit(b)}) OR tags & ${bit(c)} <> 0)
           AND tags & ${bit(d)} = 0`
        : `((t${a} AND t${b}) OR t${c}) AND NOT t${d}`;
    const [[n]] = await rows(
      `SELECT count(*) FROM ${tables(layout).customers} WHERE city IN (${cities}) AND ${where}`,
    );
    return Number(n);
  },
  async Q2({ staff, fen, now }, layout) {
    const t = tables(layout);
    const mine = `AND customer IN (SELECT id FROM ${t.customers} WHERE staff IN (${staff}))`;
    const [[n]] = await rows(`SELECT count(*) FROM (SELECT customer FROM ${t.orders}
      WHERE ts > ${now - 90 * DAY} AND ts <= ${now} ${staff ? mine : ''} GROUP BY customer
      HAVING count(*) >= 2 AND sum(amount) >= ${fen}) AS bought
      ANTI JOIN (SELECT customer FROM ${t.claims} WHERE ts > ${now - WEEK} AND ts <= ${now})
      AS claimed USING (customer)`);
    return Number(n);
  },
  Q2f: (constants, layout) => ask.Q2(constants, layout),
  async Q3({ days }, layout) {
    const found = await rows(funnel(layout === 'tuned' ? 'events_tuned' : 'events', days * DAY));
    const levels = Array(5).fill(0);
    for (const [level, n] of found) levels[level] = Number(n);
    return world.reached(levels);
  },
  async Q4({ weeks }, layout) {
    const source =
      layout === 'tuned'
        ? `SELECT customer, week FROM events_tuned WHERE week < ${weeks}`
        : `SELECT customer, (ts - ${START}) // ${WEEK} AS week FROM events
           WHERE ts < ${START + weeks * WEEK}`;
    const sums = Array.from({ length: weeks }, (_, w) => `sum((active >> ${w}) & 1)`);
    const found =
      await rows(`SELECT bit_count(xor(active, active - 1::UINTEGER)) - 1 AS first, ${sums} FROM
      (SELECT customer, bit_or(1::UINTEGER << week) AS active FROM (${source}) GROUP BY customer)
      GROUP BY first`);
    return world.cohorts(found.map(([first, ...active]) => [Number(first), active]));
  },
  async Q5({ now }, layout) {
    const score = (x) =>
      [1, 2, 3, 4].reduce((sum, k) => `${sum} + (b.${x} > q.${x}[${k}])::INT`, '1');
    const cuts = (x) => `quantile_disc(${x}, [0.2, 0.4, 0.6, 0.8]) AS ${x}`;
    const found = await rows(`WITH b AS MATERIALIZED (SELECT customer, max(ts) AS r, count(*) AS f,
        sum(amount) AS m FROM ${tables(layout).orders} WHERE ts <= ${now} GROUP BY customer),
      q AS (SELECT ${cuts('r')}, ${cuts('f')}, ${cuts('m')} FROM b)
      SELECT ${score('r')} AS sr, ${score('f')} AS sf, ${score('m')} AS sm, count(*)
      FROM b, q GROUP BY sr, sf, sm`);
    return world.cells(found);
  },
  async Q8({ day }, layout) {
    const source =
      layout === 'tuned'
        ? `SELECT day, customer, kind FROM recent WHERE day >= ${day} AND day < ${day + 30}`
        : `SELECT (ts - ${START}) // ${DAY} AS day, customer, kind FROM events
           WHERE ts >= ${START + day * DAY} AND ts < ${START + (day + 30) * DAY}`;
    const kinds = await rows(`SELECT day, kind, count(*) FROM (${source}) GROUP BY day, kind`);
    // Bits of days by customer, then counted day by day: half the work of count(DISTINCT …).
    const sums = Array.from({ length: 30 }, (_, d) => `sum((active >> ${d}) & 1)`);
    const [counts] = await rows(`SELECT ${sums} FROM (SELECT customer,
      bit_or(1::UINTEGER << (day - ${day})) AS active FROM (${source}) GROUP BY customer)`);
    const customers = counts.map((n, i) => [day + i, n]);
    return world.daily(day, kinds, customers);
  },
};

export async function close() {
  db.closeSync();
  instance.closeSync();
}
