// PostgreSQL, a server of its own on a socket: parallel plans with two workers.
//
// base: events in the order of the log with an index of customer and time.
// tuned: events written in the order of customer and time, with a week column and a covering index
// (so windows need no sort); orders and claims with covering indexes, the last 40 days; customers
// with covering indexes of city and tags, and of staff.
import { execFileSync } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import * as world from '../world.mjs';

const { START, DAY, WEEK } = world;
const bin = readdirSync('/usr/lib/postgresql')
  .map((v) => `/usr/lib/postgresql/${v}/bin`)
  .pop();
const root = process.getuid() === 0;
let folder, socket, db;

export const about = () =>
  execFileSync(join(bin, 'postgres'), ['--version'], { encoding: 'utf8' }).trim();

// A server refuses to run as root.
function as(program, ...args) {
  const who = ['--reuid=postgres', '--regid=postgres', '--clear-groups', '--inh-caps=-all'];
  const [command, list] = root ? ['setpriv', [...who, program, ...args]] : [program, args];
  return execFileSync(command, list, {
    encoding: 'utf8',
    cwd: '/',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function give(path) {
  if (!root) return;
  const id = (flag) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  chownSync(path, id('-u'), id('-g'));
}

async function start(dir) {
  folder = dir;
  const left = join(dir, 'data', 'postmaster.pid'); // by a benchmark that was killed
  if (existsSync(left))
    try {
      as(join(bin, 'pg_ctl'), '-D', join(dir, 'data'), '-m', 'immediate', '-w', 'stop');
    } catch {
      rmSync(left, { force: true }); // no such process any more
    }
  socket = mkdtempSync(join(tmpdir(), 'koi-bench-pg-'));
  give(socket);
  const options = {
    listen_addresses: "''",
    unix_socket_directories: socket,
    shared_buffers: '3GB',
    effective_cache_size: '12GB',
    work_mem: '1GB',
    hash_mem_multiplier: '2',
    maintenance_work_mem: '1GB',
    max_wal_size: '16GB',
    wal_level: 'minimal',
    max_wal_senders: '0',
    fsync: 'off',
    autovacuum: 'off',
    jit: 'off', // slower on
    max_worker_processes: '4',
    max_parallel_workers: '2',
    max_parallel_workers_per_gather: '2',
    max_parallel_maintenance_workers: '2',
    min_parallel_table_scan_size: '1MB',
    random_page_cost: '1.1',
    dynamic_shared_memory_type: 'mmap',
  };
  const told = Object.entries(options).map(([name, value]) => `-c ${name}=${value}`);
  const where = ['-D', join(dir, 'data'), '-l', join(dir, 'data', 'log')];
  as(join(bin, 'pg_ctl'), ...where, '-w', '-t', '120', 'start', '-o', told.join(' '));
  db = new pg.Client({ host: socket, user: 'koi', database: 'postgres' });
  db.on('error', () => {}); // stopped while it answers
  await db.connect();
}

async function stop() {
  as(join(bin, 'pg_ctl'), '-D', join(folder, 'data'), '-m', 'fast', '-w', 'stop');
  rmSync(socket, { recursive: true, force: true });
}

export async function load({ dir, files, layouts }, step) {
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  give(dir);
  as(join(bin, 'initdb'), '-D', join(dir, 'data'), '-U', 'koi', '--auth=trust', '--encoding=UTF8',
    '--locale=C', '--no-sync'); // prettier-ignore
  await start(dir);
  const copy = (table, file) => `COPY ${table} FROM '${file}' (FORMAT csv);`;
  await step('load', async () => {
    await db.query(`BEGIN;
      CREATE TABLE customers (id INT, city SMALLINT, gender SMALLINT, age SMALLINT,
        channel SMALLINT,
        staff SMALLINT, added INT, tags INT);
      CREATE TABLE events (customer INT, ts INT, kind SMALLINT, amount INT);
      ${copy('customers', files.customers)} ${files.events.map((f) => copy('events', f)).join(' ')}
      COMMIT`);
    if (layouts.includes('base')) {
      await db.query('CREATE INDEX ON events (customer, ts)');
      const bits = Array.from(
        { length: world.TAGS },
        (_, i) => `(tags >> ${i}) & 1 = 1 AS t${i + 1}`,
      );
      await db.query(
        `CREATE TABLE customers_base AS SELECT id, city, staff, ${bits} FROM customers`,
      );
      await db.query('CREATE INDEX ON customers_base (city)');
      await db.query('CREATE INDEX ON customers_base (staff)');
    }
  });
  await step('tune', async () => {
    for (const sql of [
      `CREATE TABLE events_tuned AS SELECT customer, ts, kind, ((ts - ${START}) / ${WEEK})::SMALLINT
         AS week FROM events ORDER BY customer, ts`,
      'CREATE INDEX ON events_tuned (customer, ts) INCLUDE (kind)',
      'CREATE TABLE orders AS SELECT customer, ts, amount FROM events WHERE kind = 4 ORDER BY 1, 2',
      'CREATE INDEX ON orders (customer, ts) INCLUDE (amount)',
      'CREATE TABLE claims AS SELECT customer, ts FROM events WHERE kind = 3 ORDER BY ts',
      'CREATE INDEX ON claims (ts) INCLUDE (customer)',
      `CREATE TABLE recent AS SELECT ((ts - ${START}) / ${DAY})::SMALLINT AS day, kind, customer
         FROM events WHERE ts >= ${START + (world.DAYS - world.RECENT_DAYS) * DAY} ORDER BY 1, 3`,
      'CREATE INDEX ON customers (city) INCLUDE (tags)',
      'CREATE INDEX ON customers (staff) INCLUDE (id)',
      ...(layouts.includes('base') ? [] : ['DROP TABLE events']),
      'VACUUM (ANALYZE)',
    ])
      await db.query(sql);
  });
  await stop();
}

export async function open({ dir }) {
  await start(dir);
}

export const pids = () => {
  const file = join(folder, 'data', 'postmaster.pid');
  return existsSync(file) ? [Number(readFileSync(file, 'utf8').split('\n')[0])] : [];
};

export async function bytes() {
  const [[n]] = await rows(`SELECT sum(pg_total_relation_size(oid)) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`);
  return Number(n);
}

async function rows(text) {
  return (await db.query({ text, rowMode: 'array' })).rows;
}

const tables = (layout) =>
  layout === 'tuned'
    ? { log: 'events_tuned', orders: 'orders', claims: 'claims', customers: 'customers' }
    : {
        log: 'events',
        orders: '(SELECT customer, ts, amount FROM events WHERE kind = 4)',
        claims: '(SELECT customer, ts FROM events WHERE kind = 3)',
        customers: 'customers_base',
      };

// Each row carries the latest start that leads to its step: a running maximum over a running
// maximum over a running maximum. (Looking each start up in an index of its kind, as SQLite does
// it, takes as long here.)
function windows(log, seconds) {
  const most = 'OVER (PARTITION BY customer ORDER BY ts ROWS UNBOUNDED PRECEDING)';
  return `SELECT level, count(*) FROM (SELECT customer, max(CASE
      WHEN kind = 4 AND ts - k <= ${seconds} THEN 4
      WHEN kind = 3 AND ts - c <= ${seconds} THEN 3
      WHEN kind = 2 AND ts - v <= ${seconds} THEN 2
      WHEN kind = 1 THEN 1 ELSE 0 END) AS level FROM
    (SELECT customer, ts, kind, v, c, max(CASE kind WHEN 3 THEN c END) ${most} AS k FROM
      (SELECT customer, ts, kind, v, max(CASE kind WHEN 2 THEN v END) ${most} AS c FROM
        (SELECT customer, ts, kind, max(CASE kind WHEN 1 THEN ts END) ${most} AS v
         FROM ${log} WHERE kind <= 4) x) y) z
    GROUP BY customer) s GROUP BY level`;
}

export const ask = {
  async Q1({ a, b, c, d, cities }, layout) {
    const bit = (t) => 2 ** (t - 1);
    const both = bit(a) + bit(b);
    const where =
      layout === 'tuned'
        ? `(tags & ${both} = ${both} OR tags & ${bit(c)} <> 0) AND tags & ${bit(d)} = 0`
        : `((t${a} AND t${b}) OR t${c}) AND NOT t${d}`;
    const [[n]] = await rows(
      `SELECT count(*) FROM ${tables(layout).customers} WHERE city IN (${cities}) AND ${where}`,
    );
    return Number(n);
  },
  async Q2({ staff, fen, now }, layout) {
    const t = tables(layout);
    const mine = `JOIN ${t.customers} c ON c.id = o.customer AND c.staff IN (${staff})`;
    const [[n]] = await rows(`SELECT count(*) FROM (SELECT o.customer FROM ${t.orders} o
      ${staff ? mine : ''} WHERE o.ts > ${now - 90 * DAY} AND o.ts <= ${now} GROUP BY o.customer
      HAVING count(*) >= 2 AND sum(o.amount) >= ${fen}) b WHERE NOT EXISTS (SELECT 1
      FROM ${t.claims} k WHERE k.customer = b.customer
        AND k.ts > ${now - WEEK} AND k.ts <= ${now})`);
    return Number(n);
  },
  Q2f: (constants, layout) => ask.Q2(constants, layout),
  async Q3({ days }, layout) {
    const found = await rows(windows(tables(layout).log, days * DAY));
    const levels = Array(5).fill(0);
    for (const [level, n] of found) levels[level] = Number(n);
    return world.reached(levels);
  },
  async Q4({ weeks }, layout) {
    const source =
      layout === 'tuned'
        ? `SELECT customer, week FROM events_tuned WHERE week < ${weeks}`
        : `SELECT customer, (ts - ${START}) / ${WEEK} AS week FROM events
           WHERE ts < ${START + weeks * WEEK}`;
    const sums = Array.from({ length: weeks }, (_, w) => `sum((active >> ${w}) & 1)`);
    const found = await rows(`SELECT bit_count((active # (active - 1))::BIT(32)) - 1, ${sums} FROM
      (SELECT customer, bit_or(1 << week) AS active FROM (${source}) e GROUP BY customer) a
      GROUP BY 1`);
    return world.cohorts(found.map(([first, ...active]) => [Number(first), active]));
  },
  async Q5({ now }, layout) {
    const score = (x) =>
      [1, 2, 3, 4].reduce((sum, k) => `${sum} + (b.${x} > q.${x}[${k}])::INT`, '1');
    const cuts = (x) =>
      `percentile_disc(ARRAY[0.2, 0.4, 0.6, 0.8]) WITHIN GROUP (ORDER BY ${x}) AS ${x}`;
    const found = await rows(`WITH b AS MATERIALIZED (SELECT customer, max(ts) AS r, count(*) AS f,
        sum(amount) AS m FROM ${tables(layout).orders} o WHERE ts <= ${now} GROUP BY customer),
      q AS (SELECT ${cuts('r')}, ${cuts('f')}, ${cuts('m')} FROM b)
      SELECT ${score('r')}, ${score('f')}, ${score('m')}, count(*) FROM b, q GROUP BY 1, 2, 3`);
    return world.cells(found);
  },
  async Q8({ day }, layout) {
    const source =
      layout === 'tuned'
        ? `SELECT day, customer, kind FROM recent WHERE day >= ${day} AND day < ${day + 30}`
        : `SELECT (ts - ${START}) / ${DAY} AS day, customer, kind FROM events
           WHERE ts >= ${START + day * DAY} AND ts < ${START + (day + 30) * DAY}`;
    const kinds = await rows(`SELECT day, kind, count(*) FROM (${source}) e GROUP BY day, kind`);
    const customers = await rows(
      `SELECT day, count(*) FROM (SELECT DISTINCT day, customer FROM (${source}) e) u GROUP BY day`,
    );
    return world.daily(day, kinds, customers);
  },
};

export async function close() {
  await stop();
}
