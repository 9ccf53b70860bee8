// Koi beside SQLite, PostgreSQL, DuckDB and ClickHouse on the questions of the log. What is made,
// how each side is laid out, and how to go through the full size in stages: README.md, "analytics".
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Peer } from './analytics/host.mjs';
import { Koi, databaseBytes, load as loadKoi } from './analytics/koi.mjs';
import * as world from './analytics/world.mjs';
import { Report, answerHash, median, root, seeded } from './lib.mjs';

const { values } = parseArgs({
  options: {
    small: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    customers: { type: 'string' },
    events: { type: 'string' },
    dir: { type: 'string' },
    keep: { type: 'boolean', default: false },
    stage: { type: 'string', default: 'generate,load-koi,load-peers,ask' },
    peers: { type: 'string', default: 'sqlite,postgres,duckdb,clickhouse' },
    layouts: { type: 'string', default: 'base,tuned' },
    questions: { type: 'string', default: Object.keys(world.QUESTIONS).join() },
    repetitions: { type: 'string' },
    patience: { type: 'string' },
  },
});
const customers = Number(values.customers ?? (values.small ? 20_000 : 2_000_000));
const options = {
  small: values.small,
  seed: Number(values.seed),
  customers,
  events: Number(values.events ?? customers * 50),
};
const asked = values.questions.split(',');
const layouts = values.layouts.split(',');
const stages = values.stage.split(',');
const peerNames = values.peers.split(',').filter(Boolean);

const dir = values.dir ? resolve(values.dir) : mkdtempSync(join(tmpdir(), 'koi-bench-analytics-'));
mkdirSync(dir, { recursive: true });
chmodSync(dir, 0o755); // PostgreSQL's server may be another user
const files = join(dir, 'files');
const statePath = join(dir, 'state.json');
const state = existsSync(statePath) ? JSON.parse(readFileSync(statePath, 'utf8')) : { options };
const save = () => writeFileSync(statePath, JSON.stringify(state, null, 1));
for (const key of ['customers', 'events', 'seed'])
  if (state.options[key] !== options[key])
    throw new Error(`${dir} was made with --${key} ${state.options[key]}`);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
const say = (words) => console.error(`· ${words}`);
const seconds = (begun) => (performance.now() - begun) / 1000;

/** Compiles a C program of analytics/ and gives its path. */
function compile(name, ...flags) {
  const out = join(dir, name);
  const source = join(root, 'bench', 'analytics', `${name}.c`);
  execFileSync('cc', ['-std=gnu17', ...flags, '-o', out, source, '-lm', '-pthread']);
  return out;
}

// ---- generate ----

function generate() {
  const needed = options.events * 500;
  const { bavail, bsize } = statfsSync(dir);
  if (bavail * bsize < needed)
    throw new Error(`${dir} needs ${Math.ceil(needed / 1e9)} GB free; give --dir DIR`);
  rmSync(files, { recursive: true, force: true });
  mkdirSync(files);
  const begun = performance.now();
  const args = [files, options.customers, options.events, options.seed].map(String);
  const told = execFileSync(compile('generate', '-O2'), args, { encoding: 'utf8' });
  state.made = JSON.parse(told);
  state.generate = { seconds: seconds(begun) };
  save();
}

const events = () => [1, 2, 3, 4, 5, 6, 'late'].map((part) => join(files, `events-${part}.csv`));

function peerOf(name) {
  const place = { dir: join(dir, name), layouts };
  place.files = { customers: join(files, 'customers.csv'), events: events() };
  return new Peer(name, place);
}

// ---- load ----

async function loadPeers() {
  state.peers ??= {};
  for (const name of peerNames) {
    if (state.peers[name]) continue;
    say(`loading ${name}`);
    const peer = peerOf(name);
    const loaded = await peer.load();
    await peer.open();
    state.peers[name] = { seconds: loaded, bytes: await peer.bytes(), about: await peer.about() };
    save();
    await peer.close();
  }
}

// ---- ask ----

// A side that has had this long for one question, or that took so long once, is asked no more.
const PATIENCE_MS = Number(values.patience ?? (values.small ? 6 : 100)) * 1000;

// Targets are warm medians: whoever answers sooner than this is asked the question with other
// constants right before it counts, since the sides take the caches from each other.
const WARM_MS = 1000;

// What takes a millisecond swings with all else that a machine does: asked three times as often.
const SHORT = ['Q1', 'Q2'];

/** All repetitions of a question: samples by side, and what differed. */
async function askAll(question, sides, report) {
  const random = seeded(options.seed * 100 + asked.indexOf(question) + 1);
  const usual = (values.small ? 5 : 9) * (SHORT.includes(question) ? 3 : 1);
  const repetitions = Number(values.repetitions ?? usual);
  const samples = Object.fromEntries(sides.map(({ name }) => [name, []]));
  const answers = Object.fromEntries(sides.map(({ name }) => [name, []]));
  const processor = Object.fromEntries(sides.map(({ name }) => [name, []]));
  const spent = {};
  const last = {};
  for (let repetition = -2; repetition < repetitions; repetition++) {
    const constants = world.draw(question, random);
    const before = world.draw(question, random);
    const warmed = new Map();
    const order = sides.map((side) => [random(), side]).sort((a, b) => a[0] - b[0]);
    const got = new Map();
    for (const [, side] of order) {
      if ((spent[side.name] ?? 0) > PATIENCE_MS) continue;
      if (last[side.name] < WARM_MS) {
        const outcome = await side.ask(question, before);
        if (side.compared !== false && outcome !== null) warmed.set(side.name, outcome.answer);
      }
      const outcome = await side.ask(question, constants);
      if (outcome === null) spent[side.name] = Infinity;
      if (outcome === null) continue;
      last[side.name] = outcome.value;
      spent[side.name] = (spent[side.name] ?? 0) + outcome.value;
      if (side.compared !== false) got.set(side.name, outcome.answer);
      if (repetition < 0 && outcome.value < PATIENCE_MS / 4) continue; // only to warm up
      samples[side.name].push(outcome.value);
      if (outcome.processor !== undefined) processor[side.name].push(outcome.processor);
      answers[side.name].push(answerHash(outcome.answer));
    }
    compare(question, before, warmed, report);
    compare(question, constants, got, report);
  }
  for (const { name } of sides)
    if (samples[name].length > 0)
      report.row(`${question} ${name}`, 'ms', samples[name], answers[name]);
  for (const { name } of sides)
    if (processor[name].length > 0)
      report.row(`${question} ${name}, processor`, 'ms', processor[name]);
  return Object.fromEntries(
    sides.map(({ name }) => [name, samples[name].length > 0 ? median(samples[name]) : null]),
  );
}

let compared = 0; // answers that were held against another side's

/** Every answer of every repetition must be the same. */
function compare(question, constants, got, report) {
  const byHash = new Map();
  for (const [name, answer] of got) {
    const hash = answerHash(answer);
    byHash.set(hash, [...(byHash.get(hash) ?? []), name]);
  }
  compared += Math.max(0, got.size - 1);
  if (byHash.size < 2) return;
  const parties = [...byHash.values()].map((names) => names.join(' = '));
  report.wrong.push(`${question} ${JSON.stringify(constants)}: ${parties.join(' but ')}`);
  if (report.wrong.length > 3) return;
  for (const [name, answer] of got) say(`${name}: ${JSON.stringify(answer).slice(0, 600)}`);
}

/** Milliseconds to stream what baselines name for a scan, by question of the whole log: samples. */
function stream() {
  const n = state.made.events;
  const bytes = { Q3: 5 * n, Q4: 4 * n, Q8: 5 * n }; // times and kinds; times
  const program = compile('stream', '-O3', '-march=native');
  const args = ['2', '21', ...Object.values(bytes).map(String)];
  const measured = JSON.parse(execFileSync(program, args, { encoding: 'utf8' }));
  return Object.fromEntries(Object.entries(bytes).map(([q, size]) => [q, measured[size]]));
}

/** Of what was streamed before and after: where in memory a program happens to be matters. */
function floorsOf(before, after, report) {
  const floors = {};
  for (const question of Object.keys(before)) {
    const samples = [...before[question], ...after[question]];
    report.row(`stream the bytes of ${question}`, 'ms', samples);
    floors[question] = median(samples);
  }
  return floors;
}

function openSides(koi, peers) {
  const sides = [{ name: 'koi', ask: (question, constants) => koi.ask(question, constants) }];
  for (const peer of peers)
    for (const layout of peer.name === 'sqlite' ? ['tuned'] : layouts)
      sides.push({
        name: `${peer.name} ${layout}`,
        ask: (question, constants) => peer.ask(question, constants, layout),
      });
  return sides;
}

async function ask(report) {
  const streamed = stream();
  const koi = new Koi(join(dir, 'koi'), state.koi.token);
  say('starting koi, building its mirror');
  koi.forgetImage();
  const startMs = await koi.start();
  const built = await koi.mirror();
  const wholly = 'koi-late.csv' in state.koi.files;
  say(`${built.events} events in ${(startMs / 1000).toFixed(1)} s`);
  await koi.live(files, state.koi, save);
  await koi.rest();
  const figures = { startMs, built, held: await koi.mirror() };

  const peers = peerNames.map(peerOf);
  for (const peer of peers) await peer.open();
  const sides = openSides(koi, peers);
  const empty = { name: 'empty request', compared: false, ask: () => koi.ask('empty', {}) };
  const times = { name: 'koi with times', ask: (_, constants) => koi.ask('Q3times', constants) };
  const whole = { name: 'koi with whole', ask: (_, constants) => koi.ask('Q8whole', constants) };
  const more = { Q1: [empty], Q3: [times], Q8: [whole] };
  const medians = {};
  for (const question of asked) {
    say(`asking ${question}: ${world.QUESTIONS[question]}`);
    medians[question] = await askAll(question, [...sides, ...(more[question] ?? [])], report);
  }
  figures.memory = { koi: koi.memory() };
  for (const peer of peers) {
    figures.memory[peer.name] = await peer.memory();
    await peer.close();
  }
  figures.resident = koi.residentBytes();
  figures.rebuilt = wholly; // the late parts were in the first build already
  await koi.stop();
  figures.image = koi.imageBytes();
  if (figures.image > 0) {
    figures.imageStartMs = await koi.start();
    await koi.stop();
  }
  figures.floors = floorsOf(streamed, stream(), report);
  return { medians, figures };
}

// ---- report ----

const MB = 1e6;

function loadRows(report) {
  const once = (label, unit, value) => report.row(label, unit, [value]);
  once('generate', 's', state.generate.seconds);
  for (const [name, { rows, seconds: s, resumed }] of Object.entries(state.koi.files))
    if (!resumed) once(`koi import ${name.replace(/^koi-|\.csv$/g, '')}`, 'rows/s', rows / s);
  const whole = Object.values(state.koi.files).reduce((sum, file) => sum + file.seconds, 0);
  once('koi load', 's', whole);
  once('koi size', 'MB', databaseBytes(join(dir, 'koi')) / MB);
  for (const [name, peer] of Object.entries(state.peers)) {
    if (!peerNames.includes(name)) continue;
    for (const [step, s] of Object.entries(peer.seconds)) once(`${name} ${step}`, 's', s);
    once(`${name} size`, 'MB', peer.bytes / MB);
  }
}

function memoryRows(report, figures) {
  const { held } = figures;
  const part = (name) => held.parts.find((p) => p.name === name).bytes;
  const perEvent = part('events') / held.events;
  const perCustomer = (part('sets') + part('columns') + part('dictionaries')) / held.customers;
  report.row('koi mirror, per event', 'bytes', [perEvent]);
  report.row('koi mirror, per customer', 'bytes', [perCustomer]);
  report.row('koi resident', 'MB', [figures.resident / MB]);
  for (const [name, bytes] of Object.entries(figures.memory))
    report.row(`${name} memory (pss)`, 'MB', [bytes / MB]);
  report.row('koi start and build', 'ms', [figures.startMs]);
  return { perEvent, perCustomer };
}

const RATIOS = { Q2: 30, Q2f: 4, Q3: 25, Q4: 10, Q5: 4, Q8: 5 };

/** A target of a thing that may not be there yet. */
function target(report, name, value, op, limit) {
  if (Number.isFinite(value)) report.target(name, value, op, limit);
  else report.targets.push({ name, value: 'none', op, limit, ok: false });
}

function setTargets(report, medians, figures, { perEvent, perCustomer }) {
  const has = (question) => asked.includes(question);
  const q1 = medians.Q1;
  if (has('Q1')) target(report, 'Q1_to_empty', q1.koi / q1['empty request'], '<=', 2);
  for (const [question, limit] of Object.entries(RATIOS)) {
    if (!has(question)) continue;
    const { koi, fastest } = medians[question];
    target(report, `${question}_ratio`, koi === null ? NaN : fastest.ms / koi, '>=', limit);
  }
  for (const [question, floor] of Object.entries(figures.floors)) {
    const koi = medians[question]?.koi;
    if (has(question)) target(report, `${question}_to_stream`, koi ? koi / floor : NaN, '<=', 3);
  }
  target(report, 'memory_per_event', perEvent, '<=', 14);
  target(report, 'memory_per_customer', perCustomer, '<=', 200);
  target(report, 'image_per_event', figures.image / figures.held.events || NaN, '<=', 16);
  const rate = figures.built.events / (figures.built.build_us / 1e6);
  target(report, 'rebuild_events_per_s', rate, '>=', 2e6);
  target(report, 'start_from_image_s', (figures.imageStartMs ?? NaN) / 1000, '<=', 2);
}

function findFastest(medians) {
  for (const list of Object.values(medians)) {
    const tuned = Object.entries(list).filter(([name, ms]) => / tuned$/.test(name) && ms !== null);
    const [name, ms] = tuned.sort((a, b) => a[1] - b[1])[0] ?? ['none', NaN];
    list.fastest = { name: name.replace(' tuned', ''), ms };
  }
}

/** One line a question: medians of all sides, and how many times the fastest tuned peer takes. */
function printTable(medians) {
  const sides = peerNames.flatMap((name) =>
    (name === 'sqlite' ? ['tuned'] : layouts).map((layout) => `${name} ${layout}`),
  );
  const names = ['koi', ...sides];
  const text = (ms) => (ms === null ? 'none' : ms.toFixed(ms < 10 ? 2 : ms < 100 ? 1 : 0));
  const width = Math.max(...names.map((name) => name.length)) + 2;
  const line = (cells) => cells.map((cell, i) => cell.padStart(i ? width : 5)).join('');
  console.log(`\n${state.made.customers} customers, ${state.made.events} events; medians in ms`);
  for (const name of peerNames) console.log(`  ${state.peers[name].about}`);
  console.log(line(['', ...names, 'fastest tuned', 'ratio']));
  for (const question of asked) {
    const list = medians[question];
    const ratio = list.koi === null ? 'none' : (list.fastest.ms / list.koi).toFixed(1);
    const cells = names.map((name) => text(list[name]));
    console.log(line([question, ...cells, list.fastest.name, ratio]));
  }
}

if (stages.includes('generate') && !state.made) generate();
if (stages.includes('load-koi')) {
  say('loading koi');
  state.koi ??= {};
  loadKoi(join(dir, 'koi'), files, state.koi, save);
}
if (stages.includes('load-peers')) await loadPeers();
if (stages.includes('ask')) {
  const report = new Report('analytics', { ...options, repetitions: values.repetitions });
  const { medians, figures } = await ask(report);
  findFastest(medians);
  loadRows(report);
  setTargets(report, medians, figures, memoryRows(report, figures));
  report.end();
  printTable(medians);
  // As a test: each answer of a side beside the first side's.
  console.log(`\n${compared} passed, ${report.wrong.length} failed`);
}
if (!values.keep && !values.dir) rmSync(dir, { recursive: true });
