/* audience_corp — random expressions over the demo corp give equal sets on SQLite and PostgreSQL.
 *
 *   node test/torture/audience_corp.mjs [--seed S] [--customers N] [--count N] [--data DIR]
 *
 * Makes the demo corp on SQLite, copies every row into an installation on PostgreSQL (so ids are
 * equal), and runs audience_corp over both. Shard 1 is the demo corp as `koi demo` makes it: 20,000
 * customers, 1,000 expressions. The shards after it are corps of their own seed, of 2,000 customers
 * and with 100 expressions. --data takes an installation on SQLite that is there already, and only
 * reads it. PostgreSQL is the one that KOI_TEST_PG names; its user may switch
 * triggers off. KOI_BIN names the program, KOI_DIFF_CORP the one that asks.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { binary, start } from '../api/harness.mjs';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    customers: { type: 'string' },
    count: { type: 'string' },
    data: { type: 'string' },
  },
});
const first = values.seed === '1';
const customers = values.customers ?? (first ? '20000' : '2000');
const count = values.count ?? (first ? '1000' : '100');
const program = process.env.KOI_DIFF_CORP ?? join(dirname(binary), 'test', 'diff', 'audience_corp');

if (!process.env.KOI_TEST_PG) {
  console.log('skipped: KOI_TEST_PG names no PostgreSQL (tools/postgres start prints one)');
  process.exit(0);
}

/* What the database layer keeps for itself, and differs between engines. */
const OWN = ['migration', 'meta', 'log_sequence'];

const file = (koi) => join(koi.data, 'koi.db');
const sqlite = (koi, form, text) =>
  execFileSync('sqlite3', ['-readonly', form, file(koi), text], { encoding: 'utf8' });
/* Foreign keys are triggers; replication leaves them out. */
const psqlEnv = { ...process.env, PGOPTIONS: '-c session_replication_role=replica' };
const psql = (koi, text) =>
  execFileSync('psql', [koi.env.KOI_DATABASE_URL, '-qXAt', '-v', 'ON_ERROR_STOP=1', '-c', text], {
    encoding: 'utf8',
    env: psqlEnv,
  });

/* Tables with the columns that are stored, not generated: Map of name to [{name, bytes}]. */
function tables(koi) {
  const rows = JSON.parse(
    sqlite(
      koi,
      '-json',
      `SELECT t.name AS "table", c.name, c.type FROM sqlite_schema t, pragma_table_xinfo(t.name) c
       WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND c.hidden = 0
       ORDER BY t.name, c.cid`,
    ),
  );
  const out = new Map();
  for (const row of rows) {
    if (OWN.includes(row.table)) continue;
    if (!out.has(row.table)) out.set(row.table, []);
    out.get(row.table).push({ name: `"${row.name}"`, bytes: row.type === 'BLOB' });
  }
  return out;
}

const ended = (child) =>
  new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`${child.spawnfile} ended with ${code}`)),
    );
  });

/* One table as CSV: NULL is nothing, empty text is "", bytes are hexadecimal. */
async function copyTable(from, to, table, columns) {
  const values = columns.map(({ name, bytes }) =>
    bytes ? `CASE WHEN ${name} IS NOT NULL THEN '\\x' || hex(${name}) END` : name,
  );
  const reader = spawn(
    'sqlite3',
    ['-readonly', '-csv', file(from), `SELECT ${values.join(', ')} FROM "${table}"`],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const names = columns.map(({ name }) => name).join(', ');
  const writer = spawn(
    'psql',
    [
      ...[to.env.KOI_DATABASE_URL, '-qX', '-v', 'ON_ERROR_STOP=1', '-c'],
      `COPY "${table}" (${names}) FROM STDIN WITH (FORMAT csv)`,
    ],
    { stdio: ['pipe', 'ignore', 'inherit'], env: psqlEnv },
  );
  reader.stdout.pipe(writer.stdin);
  await Promise.all([ended(reader), ended(writer)]);
}

/* Every row of one installation in place of those of the other. */
async function copy(from, to) {
  const all = tables(from);
  const names = [...all.keys()];
  const each = names.map((table) => `SELECT '${table}', count(*) FROM "${table}"`);
  const counts = (text) => text.trim().split('\n').sort();
  const counted = counts(sqlite(from, '-list', each.join(' UNION ALL ')));
  psql(to, `TRUNCATE ${names.map((table) => `"${table}"`).join(', ')}`);
  for (const [table, columns] of all)
    if (!counted.includes(`${table}|0`)) await copyTable(from, to, table, columns);
  psql(to, 'ANALYZE');
  assert.deepEqual(counts(psql(to, each.join(' UNION ALL '))), counted);
}

/* start() of the harness wants a test to say when things end. */
const ends = [];
const until = { after: (end) => ends.unshift(end) };

async function makeDemo() {
  const one = await start(until, 'sqlite', { serve: false });
  const made = await one.koi('demo', '--no-link', '--customers', customers, '--seed', values.seed);
  assert.equal(made.code, 0, made.err);
  console.log(made.err.trim().split('\n').at(-1));
  return one;
}

try {
  const one = values.data ? { data: values.data } : await makeDemo();
  const other = await start(until, 'postgresql', { serve: false });
  await copy(one, other);
  const url = other.env.KOI_DATABASE_URL;
  const settings = [
    /* Compiling a plan to machine code takes longer than these questions. */
    'SET jit = off',
    /* The heaviest take seconds: minutes are a plan gone wrong, and a failure. */
    "SET statement_timeout = '120s'",
  ];
  const name = psql(other, 'SELECT current_database()').trim();
  for (const set of settings) psql(other, `ALTER DATABASE ${name} ${set}`);
  const args = ['--sqlite', file(one), '--postgres', url, '--count', count, '--seed', values.seed];
  await ended(spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] }));
} finally {
  for (const end of ends) await end();
}
