// SQLite, in the process, one thread: rows in trees.
//
// One layout, tuned: events clustered by customer and time, with an index of customer and week;
// views, clicks, claims and orders once more, clustered by customer and time; the last 40 days with
// covering indexes by kind and by customer; customers with covering indexes of city and tags, and
// of staff.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import * as world from '../world.mjs';

const { START, DAY, WEEK } = world;
let db;

export const about = () => {
  const plain = new DatabaseSync(':memory:');
  return `SQLite ${plain.prepare('SELECT sqlite_version() AS v').get().v}`;
};

function shell(dir, lines) {
  const script = join(dir, 'script.sql');
  writeFileSync(script, lines.join('\n'));
  const output = execFileSync('sqlite3', ['-bail', join(dir, 'bench.db')], {
    input: `.read ${script}\n`,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  rmSync(script);
  return output;
}

export async function load({ dir, files }, step) {
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  const settings = [
    `PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -4000000;`,
    `PRAGMA temp_store = FILE; PRAGMA threads = 2;`,
    `ATTACH '${join(dir, 'staging.db')}' AS staging; PRAGMA staging.journal_mode = OFF;`,
    `PRAGMA staging.synchronous = OFF; PRAGMA staging.cache_size = -500000;`,
  ];
  shell(dir, ['PRAGMA page_size = 8192; VACUUM;']);
  await step('load', async () =>
    shell(dir, [
      ...settings,
      `CREATE TABLE customers (id INTEGER PRIMARY KEY, city INT, gender INT, age INT, channel INT,
         staff INT, added INT, tags INT);`,
      `CREATE TABLE staging.log (customer INT, ts INT, kind INT, amount INT);`,
      '.mode csv',
      `.import ${files.customers} customers`,
      ...files.events.map((file) => `.import ${file} log`),
    ]),
  );
  await step('tune', async () =>
    shell(dir, [
      ...settings,
      `CREATE TABLE events (customer INT, ts INT, kind INT, amount INT, week INT,
         PRIMARY KEY (customer, ts)) WITHOUT ROWID;
       INSERT INTO events SELECT customer, ts, kind, amount, (ts - ${START}) / ${WEEK}
         FROM staging.log ORDER BY customer, ts;
       CREATE INDEX events_week ON events (customer, week);
       CREATE TABLE orders (customer INT, ts INT, amount INT, PRIMARY KEY (customer, ts))
         WITHOUT ROWID;
       INSERT INTO orders SELECT customer, ts, amount FROM events WHERE kind = 4;
       CREATE TABLE claims (customer INT, ts INT, PRIMARY KEY (customer, ts)) WITHOUT ROWID;
       INSERT INTO claims SELECT customer, ts FROM events WHERE kind = 3;
       CREATE TABLE views (customer INT, ts INT, PRIMARY KEY (customer, ts)) WITHOUT ROWID;
       INSERT INTO views SELECT customer, ts FROM events WHERE kind = 1;
       CREATE TABLE clicks (customer INT, ts INT, PRIMARY KEY (customer, ts)) WITHOUT ROWID;
       INSERT INTO clicks SELECT customer, ts FROM events WHERE kind = 2;
       CREATE TABLE recent (day INT, kind INT, customer INT);
       INSERT INTO recent SELECT (ts - ${START}) / ${DAY}, kind, customer FROM staging.log
         WHERE ts >= ${START + (world.DAYS - world.RECENT_DAYS) * DAY};
       CREATE INDEX recent_kind ON recent (day, kind);
       CREATE INDEX recent_customer ON recent (day, customer);
       CREATE INDEX customers_city ON customers (city, tags);
       CREATE INDEX customers_staff ON customers (staff);
       DETACH staging; ANALYZE;`,
    ]),
  );
  rmSync(join(dir, 'staging.db'));
}

export async function open({ dir }) {
  db = new DatabaseSync(join(dir, 'bench.db'), { readOnly: true });
  db.exec(
    'PRAGMA cache_size = -1000000; PRAGMA mmap_size = 20000000000; PRAGMA temp_store = MEMORY',
  );
}

export const pids = () => [process.pid];
export const bytes = ({ dir }) => statSync(join(dir, 'bench.db')).size;

const rows = (sql) => {
  const statement = db.prepare(sql);
  statement.setReturnArrays(true);
  return statement.all();
};

export const ask = {
  async Q1({ a, b, c, d, cities }) {
    const bit = (t) => 2 ** (t - 1);
    const both = bit(a) + bit(b);
    const [[n]] = rows(`SELECT count(*) FROM customers WHERE city IN (${cities})
      AND (tags & ${both} = ${both} OR tags & ${bit(c)}) AND NOT tags & ${bit(d)}`);
    return n;
  },
  async Q2({ staff, fen, now }) {
    const mine = `customers c CROSS JOIN orders o ON c.staff IN (${staff}) AND o.customer = c.id`;
    const [[n]] = rows(`SELECT count(*) FROM (SELECT o.customer FROM ${staff ? mine : 'orders o'}
      WHERE o.ts > ${now - 90 * DAY} AND o.ts <= ${now} GROUP BY o.customer
      HAVING count(*) >= 2 AND sum(o.amount) >= ${fen}) AS b
      WHERE NOT EXISTS (SELECT 1 FROM claims k
      WHERE k.customer = b.customer AND k.ts > ${now - WEEK} AND k.ts <= ${now})`);
    return n;
  },
  Q2f: (constants) => ask.Q2(constants),
  // For each click, claim and order the latest start that leads to it: the latest view before the
  // latest click before the latest claim before it. Ten times quicker than windows over the log.
  async Q3({ days }) {
    const last = (table, before) =>
      `(SELECT max(x.ts) FROM ${table} x WHERE x.customer = e.customer AND x.ts < ${before})`;
    const view = (click) => last('views', click);
    const click = (claim) => last('clicks', claim);
    const level = (n, table, start) =>
      `SELECT e.customer, ${n} FROM ${table} e WHERE e.ts - ${start} <= ${days * DAY}`;
    const found = rows(`WITH steps (customer, level) AS (${level(2, 'clicks', view('e.ts'))}
        UNION ALL ${level(3, 'claims', view(click('e.ts')))}
        UNION ALL ${level(4, 'orders', view(click(last('claims', 'e.ts'))))}),
      deepest AS (SELECT customer, max(level) AS level FROM steps GROUP BY customer)
      SELECT level, count(*) FROM deepest GROUP BY level`);
    const [[all]] = rows('SELECT count(DISTINCT customer) FROM views');
    const levels = Array(5).fill(0);
    for (const [level, n] of found) levels[level] = n;
    levels[1] = all - levels[2] - levels[3] - levels[4];
    return world.reached(levels);
  },
  async Q4({ weeks }) {
    const active = rows(`WITH active AS MATERIALIZED (SELECT customer, week FROM events
        WHERE week < ${weeks} GROUP BY customer, week)
      SELECT first, week, count(*) FROM (
        SELECT week, min(week) OVER (PARTITION BY customer) AS first
        FROM active) GROUP BY first, week`);
    const byFirst = new Map();
    for (const [first, week, n] of active) {
      if (!byFirst.has(first)) byFirst.set(first, []);
      byFirst.get(first)[week] = n;
    }
    return world.cohorts(
      [...byFirst].map(([first, list]) => [first, Array.from(list, (n) => n ?? 0)]),
    );
  },
  async Q5({ now }) {
    db.exec(`DROP TABLE IF EXISTS temp.b; CREATE TEMP TABLE b AS SELECT customer, max(ts) AS r,
      count(*) AS f, sum(amount) AS m FROM orders WHERE ts <= ${now} GROUP BY customer`);
    const [[n]] = rows('SELECT count(*) FROM b');
    const score = (x) => {
      const sorted = rows(`SELECT k.v FROM (SELECT ${x} AS v, row_number() OVER (ORDER BY ${x}) AS i
        FROM b) k WHERE k.i IN (${[1, 2, 3, 4].map((k) => Math.ceil((k * n) / 5))}) ORDER BY k.i`);
      return sorted.reduce((sum, [cut]) => `${sum} + (${x} > ${cut})`, '1');
    };
    return world.cells(
      rows(`SELECT ${score('r')}, ${score('f')}, ${score('m')}, count(*) FROM b GROUP BY 1, 2, 3`),
    );
  },
  async Q8({ day }) {
    const span = `day >= ${day} AND day < ${day + 30}`;
    const kinds = rows(`SELECT day, kind, count(*) FROM recent WHERE ${span} GROUP BY day, kind`);
    const customers =
      rows(`SELECT day, count(*) FROM (SELECT day, customer FROM recent WHERE ${span}
      GROUP BY day, customer) GROUP BY day`);
    return world.daily(day, kinds, customers);
  },
};

export async function close() {
  db.close();
}
