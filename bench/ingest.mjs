// Answering while events pour in: batches over POST /api/events at a given rate, each durable when
// it is answered, beside questions on a connection of their own.
//
// A corp of its own gets its customers and a past of 90 days the same way. Then the questions are
// asked alone, beside the load, and alone again, so that the idle times are of both sizes of the
// log. Few customers do most, as everywhere. How fresh an answer is: from a moment at which
// batches were answered until GET /api/mirror says that the snapshot has all that was committed by
// then. Targets are the line "Ingest while answering".
import { parseArgs } from 'node:util';
import { setTimeout as pause } from 'node:timers/promises';
import { once } from 'node:events';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { makeCorp, serve } from './koi.mjs';
import { Report, quantile, root, seeded } from './lib.mjs';
import { Wire } from './analytics/wire.mjs';

const number = (text) => ({ type: 'string', default: text });
const { values } = parseArgs({
  options: {
    small: { type: 'boolean', default: false },
    seed: number('1'),
    customers: { type: 'string' },
    past: { type: 'string' }, // events before the load
    seconds: { type: 'string' },
    idle: { type: 'string' }, // seconds of questions alone, before and behind
    rate: { type: 'string' },
    batch: number('2000'),
    connections: number('4'),
  },
});
const [customers, past, seconds, idle, rate] = values.small
  ? [20000, 200000, 20, 5, 20000]
  : [200000, 2000000, 600, 30, 100000];
const options = {
  small: values.small,
  seed: Number(values.seed),
  customers: Number(values.customers ?? customers),
  past: Number(values.past ?? past),
  seconds: Number(values.seconds ?? seconds),
  idle: Number(values.idle ?? idle),
  rate: Number(values.rate ?? rate),
  batch: Number(values.batch),
  connections: Number(values.connections),
};

const say = (text) => console.log(`· ${text}`);
const now_s = () => Math.floor(Date.now() / 1000);

// ---- questions ----

const ALL = 'view, click, cart, favorite, share, coupon_claim, booking';
const QUESTIONS = {
  audience: () => [
    '/api/audiences/count',
    {
      expression: 'count(view, last 7d) >= 2 and ever(cart, last 30d) and never(share, last 1d)',
      sample: 0,
      now_s: now_s(),
    },
  ],
  funnel: () => [
    '/api/analyses/funnel',
    {
      times: false,
      steps: ['view', 'click', 'cart'].map((events) => ({ events })),
      within: '7d',
      window: 'last 30d',
      now_s: now_s(),
    },
  ],
  retention: () => [
    '/api/analyses/retention',
    {
      start: ALL,
      back: ALL,
      unit: 'week',
      columns: 12,
      first: true,
      measure: 'customers',
      window: '',
      now_s: now_s(),
    },
  ],
  counts: () => [
    '/api/analyses/counts',
    { series: ['view', 'click', 'cart'], unit: 'day', window: 'last 30d', now_s: now_s() },
  ],
};

class Asker {
  constructor(port, token) {
    this.wire = new Wire(port, token);
  }

  async ask(name) {
    const [path, body] = QUESTIONS[name]();
    const begun = performance.now();
    const { status, text } = await this.wire.request('POST', path, body);
    if (status !== 200) throw new Error(`${path}: ${status} ${text}`);
    return performance.now() - begun;
  }

  /** Asks in turn until the time is over: milliseconds by question. */
  async mix(forSeconds) {
    const samples = Object.fromEntries(Object.keys(QUESTIONS).map((name) => [name, []]));
    const end = performance.now() + forSeconds * 1000;
    while (performance.now() < end)
      for (const name of Object.keys(QUESTIONS)) samples[name].push(await this.ask(name));
    return samples;
  }
}

// ---- the server as it is seen from outside ----

async function mirrorOf(wire) {
  const { status, text } = await wire.request('GET', '/api/mirror');
  if (status !== 200) throw new Error(`/api/mirror: ${status} ${text}`);
  return JSON.parse(text);
}

async function caughtUp(wire) {
  for (let tries = 0; ; tries++) {
    const mirror = await mirrorOf(wire);
    if (mirror.state === 'ready' && mirror.behind === 0) return mirror;
    if (tries > 12000) throw new Error('the mirror does not catch up');
    await pause(10);
  }
}

const residentBytes = (pid) =>
  Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024;

/** Processor seconds of the server's threads by their names. */
function processor(pid) {
  const sums = {};
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const at = (file) => readFileSync(`/proc/${pid}/task/${task}/${file}`, 'utf8');
    try {
      const name = at('comm').trim();
      sums[name] = (sums[name] ?? 0) + Number(at('schedstat').split(' ')[0]) / 1e9;
    } catch {
      // it has ended meanwhile
    }
  }
  return sums;
}

/** Bytes an event and a customer, by the mirror's own account. */
function account(mirror, events) {
  const part = (name) => mirror.parts.find((p) => p.name === name).bytes;
  return {
    perEvent: part('events') / events,
    perCustomer: (part('sets') + part('columns') + part('dictionaries')) / mirror.customers,
  };
}

// ---- the sender, a thread of its own ----

function sender(port, token) {
  const worker = new Worker(new URL('./ingest_sender.mjs', import.meta.url), {
    workerData: { port, token, ...options },
  });
  worker.on('error', (error) => {
    throw error;
  });
  const run = async (order) => {
    worker.postMessage(order);
    const [message] = await once(worker, 'message');
    return message;
  };
  return { run, done: () => worker.terminate() };
}

/** From a moment at which batches were answered until the mirror holds them, again and again. */
async function watch(port, token, pid, until, events) {
  const wire = new Wire(port, token);
  const found = { fresh: [], perEvent: [], perCustomer: [], resident: [], steps: [], runs: [] };
  while (performance.now() < until) {
    const begun = performance.now();
    let mirror = await mirrorOf(wire);
    const wanted = mirror.seq + mirror.behind;
    while (mirror.seq < wanted) {
      await pause(2);
      mirror = await mirrorOf(wire);
    }
    found.fresh.push(performance.now() - begun);
    found.steps.push(mirror.step_us / 1000);
    found.runs.push(mirror.runs_most);
    const { perEvent, perCustomer } = account(mirror, events(mirror));
    found.perEvent.push(perEvent);
    found.perCustomer.push(perCustomer);
    found.resident.push(residentBytes(pid) / 1e6);
    await pause(50);
  }
  wire.close();
  return found;
}

// ---- the run ----

function questionRows(report, samples, label) {
  for (const [name, list] of Object.entries(samples)) report.row(`${name}, ${label}`, 'ms', list);
}

/** The worst question's p99 beside the load, as a multiple of its idle one. */
function worstRatio(idleSamples, loaded) {
  const ratios = Object.keys(QUESTIONS).map(
    (name) => quantile(loaded[name], 0.99) / quantile(idleSamples[name], 0.99),
  );
  return Math.max(...ratios);
}

const join2 = (a, b) =>
  Object.fromEntries(Object.keys(a).map((name) => [name, [...a[name], ...b[name]]]));

async function measure(corp, server, report) {
  const { port, pid } = server;
  const send = sender(port, corp.token);
  say(`${options.customers} customers, ${options.past} events of the past`);
  const before = await send.run({ what: 'past' });
  say(`in ${before.seconds.toFixed(1)} s; asking alone`);
  const asker = new Asker(port, corp.token); // the server closes connections that say nothing
  const held = await caughtUp(asker.wire);
  const first = held.seq;
  await asker.mix(Math.min(2, options.idle));
  const alone = await asker.mix(options.idle);

  say(`${options.rate} events a second for ${options.seconds} s`);
  const cpu = processor(pid);
  const until = performance.now() + options.seconds * 1000;
  const events = (mirror) => options.past + Math.max(0, mirror.seq - first);
  const [load, loaded, watched] = await Promise.all([
    send.run({ what: 'load' }),
    asker.mix(options.seconds),
    watch(port, corp.token, pid, until, events),
  ]);
  const after = processor(pid);
  const end = await caughtUp(asker.wire);
  say('asking alone again');
  const aloneAgain = await asker.mix(options.idle);
  send.done();
  asker.wire.close();

  report.row('accepted', 'events/s', load.perSecond);
  report.row('reply to a batch', 'ms', load.replies);
  questionRows(report, alone, 'alone before');
  questionRows(report, loaded, 'beside the load');
  questionRows(report, aloneAgain, 'alone behind');
  report.row('fresh after', 'ms', watched.fresh);
  report.row('step of the mirror', 'ms', watched.steps);
  report.row('runs of a chunk, at most', 'runs', watched.runs);
  const anew = (end.rows_anew - held.rows_anew) / (end.seq - first);
  report.row('rows written anew, an event', 'rows', [anew]);
  report.row('mirror, an event', 'bytes', watched.perEvent);
  report.row('mirror, a customer', 'bytes', watched.perCustomer);
  report.row('resident', 'MB', watched.resident);
  report.row('database', 'MB', [statSync(join(corp.data, 'koi.db')).size / 1e6]);
  for (const [name, value] of Object.entries(after))
    report.row(`processor, ${name}`, 's/s', [(value - (cpu[name] ?? 0)) / options.seconds]);
  report.target('accepted_events_per_s', load.accepted / load.seconds, '>=', options.rate * 0.99);
  for (const q of [0.5, 0.95])
    say(`fresh p${q * 100}: ${quantile(watched.fresh, q).toFixed(1)} ms`);
  report.target('freshness_p99_ms', quantile(watched.fresh, 0.99), '<=', 200);
  const idleSamples = join2(alone, aloneAgain);
  for (const name of Object.keys(QUESTIONS))
    say(
      `${name} p99: ${quantile(idleSamples[name], 0.99).toFixed(1)} ms alone, ` +
        `${quantile(loaded[name], 0.99).toFixed(1)} ms beside the load`,
    );
  report.target('query_p99_ratio', worstRatio(idleSamples, loaded), '<=', 3);
  report.target('memory_per_event', Math.max(...watched.perEvent), '<=', 14);
  report.target('memory_per_customer', Math.max(...watched.perCustomer), '<=', 200);
}

const report = new Report('ingest', options);
const corp = makeCorp();
const server = await serve(corp.data);
try {
  await measure(corp, server, report);
} finally {
  await server.stop();
  corp.remove();
}
report.end();
