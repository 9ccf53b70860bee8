// Koi's side: loaded by `koi import`, asked over HTTP.
//
// What can be told before the server runs is imported by the command into the SQLite file: the
// accounts with profile, tags, staff and friendship; half of the merges; orders with half of the
// refunds; six files of events. The rest is imported through the running server, in three parts:
// the other merges, the other refunds, the late events. The mirror follows them step by step.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { koi, routes, serve } from '../koi.mjs';
import { proportionalSetSize } from '../lib.mjs';
import { Wire } from './wire.mjs';
import * as world from './world.mjs';

const { START, DAY, WEEK, KINDS } = world;
const EVERY_KIND = KINDS.join(', ');

const BEFORE = [
  ['customers', 'koi-customers.csv'],
  ['customers', 'koi-merges-1.csv'],
  ['orders', 'koi-orders.csv'],
  ...[1, 2, 3, 4, 5, 6].map((period) => ['events', `koi-events-${period}.csv`]),
];
const LIVE = [
  ['customers', 'koi-merges-2.csv'],
  ['orders', 'koi-refunds.csv'],
  ['events', 'koi-late.csv'],
];

function importFile(data, files, [kind, name], resumed) {
  const begun = performance.now();
  const run = (...what) => JSON.parse(koi('import', ...what, '--data', data, '--json'));
  const whole = () => run(kind, join(files, name), '--channel', '商城');
  let told;
  try {
    told = resumed ? run('--resume') : whole();
  } catch (error) {
    if (!resumed) throw error;
    told = whole(); // it was interrupted before it began, or a server has ended it since
  }
  const { state, result } = told;
  if (state !== 'done' || result.rejected > 0)
    throw new Error(`${name}: ${state}, ${result?.rejected} rejected: ${JSON.stringify(result)}`);
  return { rows: result.lines, seconds: (performance.now() - begun) / 1000 };
}

/** Imports each file that is not done; one that was interrupted goes on where it was. */
function importAll(data, files, list, done, save) {
  for (const file of list) {
    const [, name] = file;
    if (done.files[name]) continue;
    const resumed = done.running === name;
    done.running = name;
    save();
    done.files[name] = { ...importFile(data, files, file, resumed), resumed };
    delete done.running;
    save();
  }
}

/** Makes the corp and imports, each file once: `done` says what was, and is kept by `save()`. */
export function load(data, files, done, save) {
  if (!done.token) {
    rmSync(data, { recursive: true, force: true });
    mkdirSync(data, { recursive: true });
    const zone = ['--corp_zone', 'Asia/Shanghai'];
    const { id } = JSON.parse(koi('init', '--data', data, '--json', ...zone));
    const needs = [...new Set(routes().map((route) => route.need))];
    const permissions = needs.filter((need) => !['public', 'self'].includes(need)).join(',');
    const options = ['--account', id, '--permissions', permissions, '--data', data, '--json'];
    // There is no way in for staff yet but the connection to WeCom.
    const staff = Array.from({ length: world.STAFF }, (_, i) => {
      const name = world.staffName(i + 1);
      return `INSERT INTO staff (id, userid, name, created_s) VALUES
        (${i + 1}, '${name}', '${name}', 0);`;
    });
    const input = `BEGIN;${staff.join('')}COMMIT;`;
    execFileSync('sqlite3', ['-bail', join(data, 'koi.db')], { input });
    done.token = JSON.parse(koi('token', 'add', 'bench', ...options)).token;
    done.files = {};
    save();
  }
  importAll(data, files, BEFORE, done, save);
}

export const databaseBytes = (data) =>
  ['koi.db', 'koi.db-wal']
    .map((name) => join(data, name))
    .reduce((sum, path) => sum + (existsSync(path) ? statSync(path).size : 0), 0);

/** The image of the mirror in the data directory, if this Koi writes one: paths. */
function images(data) {
  const entries = readdirSync(data, { withFileTypes: true });
  const found = entries.filter((entry) => entry.isFile() && /mirror|image/i.test(entry.name));
  return found.map((entry) => join(data, entry.name));
}

/** Milliseconds that the threads of a process have run. */
function processorMs(pid) {
  const tasks = readdirSync(`/proc/${pid}/task`);
  const ran = (task) =>
    Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]);
  return tasks.reduce((sum, task) => sum + ran(task), 0) / 1e6;
}

export class Koi {
  constructor(data, token) {
    Object.assign(this, { data, token, name: 'koi' });
  }

  /** Starts the server, waits for the mirror: milliseconds from the start to its first answer. */
  async start() {
    const begun = performance.now();
    this.server = await serve(this.data);
    const { pid } = this.server;
    this.leave = () => process.kill(pid, 'SIGTERM'); // must not outlive the benchmark
    process.on('exit', this.leave);
    this.wire = new Wire(this.server.port, this.token);
    for (let pause = 2; ; pause = Math.min(pause * 1.2, 500)) {
      const status = await this.mirror();
      if (status.state === 'ready') break;
      if (status.state !== 'building')
        throw new Error(`the mirror is ${status.state}: ${status.trouble}`);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
    return performance.now() - begun;
  }

  async stop() {
    this.wire.close();
    process.off('exit', this.leave);
    await this.server.stop();
  }

  async mirror() {
    const { status, text } = await this.wire.request('GET', '/api/mirror');
    if (status !== 200) throw new Error(`/api/mirror: ${status} ${text}`);
    return JSON.parse(text);
  }

  /** Imports the rest through the running server, and waits until the mirror holds it. */
  async live(files, done, save) {
    importAll(this.data, files, LIVE, done, save);
    for (let tries = 0; (await this.mirror()).behind > 0; tries++) {
      if (tries > 6000) throw new Error('the mirror does not catch up');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /**
   * Waits until what follows a build or an import is over (the image, merges of runs, of which the
   * last come after some quiet seconds): the threads rest.
   */
  async rest() {
    const pause = 1000;
    const enough = 8;
    let last = processorMs(this.server.pid);
    for (let tries = 0, quiet = 0; quiet < enough; tries++) {
      if (tries > 300) throw new Error('the server does not come to rest');
      await new Promise((resolve) => setTimeout(resolve, pause));
      const now = processorMs(this.server.pid);
      quiet = now - last < pause / 50 ? quiet + 1 : 0;
      last = now;
    }
  }

  memory = () => proportionalSetSize(this.server.pid);
  databaseBytes = () => databaseBytes(this.data);
  imageBytes = () => images(this.data).reduce((sum, path) => sum + statSync(path).size, 0);
  /** So that the next start builds the mirror from the database. The server is not running. */
  forgetImage = () => images(this.data).forEach((path) => rmSync(path));

  residentBytes() {
    const status = readFileSync(`/proc/${this.server.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)[1]) * 1024;
  }

  /** A question: { value: milliseconds, processor: of all threads, answer }; null: no route. */
  async ask(question, constants) {
    const { path, body, read } = questions[question](constants);
    const before = processorMs(this.server.pid);
    const begun = performance.now();
    const { status, text } = await this.wire.request(body ? 'POST' : 'GET', path, body);
    const value = performance.now() - begun;
    const processor = processorMs(this.server.pid) - before;
    if (status === 404) return null;
    if (status !== 200) throw new Error(`${path}: ${status} ${text}`);
    return { value, processor, answer: read(JSON.parse(text)) };
  }
}

const quoted = (names) => names.map((name) => `"${name}"`).join(', ');
const yuan = (fen) => (fen / 100).toFixed(2);
const dayIndex = (text) => (Date.parse(`${text}T00:00:00+08:00`) / 1000 - START) / DAY;

function audience(expression, now) {
  return {
    path: '/api/audiences/count',
    body: { expression, now_s: now, sample: 0 },
    read: ({ count }) => count,
  };
}

const questions = {
  empty: () => ({ path: '/api/version', read: () => null }),
  Q1: ({ a, b, c, d, cities }) =>
    audience(
      `(tag("t${a}") and tag("t${b}") or tag("t${c}")) and not tag("t${d}")` +
        ` and city in (${quoted(cities.map(world.cityName))})`,
    ),
  Q2: ({ staff, fen, now }) =>
    audience(
      `count(order, last 90d) >= 2 and sum(order.amount, last 90d) >= ${yuan(fen)}` +
        ` and never(coupon_claim, last 7d)` +
        (staff ? ` and staff in (${quoted(staff.map(world.staffName))})` : ''),
      now,
    ),
  Q2f: (constants) => questions.Q2(constants),
  // The peers only count; with times Koi also gives how long each step took, as its page shows it.
  Q3: (constants) => questions.Q3times(constants, false),
  Q3times: ({ days }, times = true) => ({
    path: '/api/analyses/funnel',
    body: {
      times,
      steps: ['view', 'click', 'coupon_claim', 'order'].map((events) => ({ events })),
      within: `${days}d`,
      window: '',
      now_s: world.END,
    },
    read: ({ groups }) => groups[0].levels.map(({ customers }) => customers),
  }),
  Q4: ({ weeks }) => ({
    path: '/api/analyses/retention',
    body: {
      start: EVERY_KIND,
      back: EVERY_KIND,
      unit: 'week',
      columns: world.WEEKS,
      first: true,
      measure: 'customers',
      window: '',
      now_s: START + weeks * WEEK - 1,
    },
    read: (reply) =>
      world.cohorts(
        reply.cohorts.map(({ day, cells }) => {
          const first = dayIndex(day) / 7;
          return [first, [...Array(Math.max(first, 0)).fill(0), ...cells.map((n) => n ?? 0)]];
        }),
      ),
  }),
  Q5: ({ now }) => ({
    path: '/api/analyses/rfm',
    body: { events: 'order', window: '', now_s: now },
    read: (reply) => world.cells(reply.cells.map(({ r, f, m, customers }) => [r, f, m, customers])),
  }),
  // Likewise: with the whole window Koi also tells how many customers there were in all of it.
  Q8: (constants) => questions.Q8whole(constants, false),
  Q8whole: ({ day }, whole = true) => ({
    path: '/api/analyses/counts',
    body: {
      series: KINDS,
      unit: 'day',
      whole,
      window: 'last 30d',
      now_s: START + (day + 30) * DAY - 1,
    },
    read: ({ buckets }) => {
      const kinds = [];
      const customers = [];
      for (const bucket of buckets) {
        const at = dayIndex(bucket.day);
        customers.push([at, bucket.customers]);
        bucket.series.forEach(({ events }, i) => kinds.push([at, i + 1, events]));
      }
      return world.daily(day, kinds, customers);
    },
  }),
};
