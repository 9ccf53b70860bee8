// Welcomes while friends pour in: the simulator makes them, each with a code that lives 20 s, their
// callbacks arrive at a given rate over several connections as WeCom's do, and the simulator counts
// who was welcomed.
//
// Two rushes: one that WeCom's ceiling of 10,000 calls a minute can take (150 a second), and one
// that it cannot (250 a second), of which every miss has to be written down. What else a new friend
// costs (asking for the customer, writing rows) goes on meanwhile.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Wire } from './analytics/wire.mjs';
import { client, makeCorp, serve } from './koi.mjs';
import { Report } from './lib.mjs';
import { envelopeXml, eventXml } from '../sim/src/callback/xml.ts';
import { start } from '../sim/src/server.ts';

const { encrypt, getSignature } = createRequire(new URL('../sim/package.json', import.meta.url))(
  '@wecom/crypto',
);

const number = (text) => ({ type: 'string', default: text });
const { values } = parseArgs({
  options: {
    small: { type: 'boolean', default: false },
    seed: number('1'),
    rate: number('150'), // friends a second that WeCom can take
    rush: number('250'), // and that it cannot
    seconds: { type: 'string' },
    connections: number('32'),
  },
});
const seconds = Number(values.seconds ?? (values.small ? 10 : 600));
const options = {
  small: values.small,
  seed: Number(values.seed),
  rate: Number(values.rate),
  rush: Number(values.rush),
  seconds,
  rushSeconds: Math.min(seconds, 120),
  connections: Number(values.connections),
};

const token = 'QDG6eK';
const key = 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C';
const STAFF = 200;
const say = (text) => console.log(`· ${text}`);

async function control(sim, path, body) {
  const reply = await fetch(`${sim.url}/control/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    body: body && JSON.stringify(body),
  });
  if (!reply.ok) throw new Error(`${path}: ${await reply.text()}`);
  return reply.json();
}

/** The callback of a new friend, as WeCom would post it. */
async function friend(sim, corpid, userid) {
  const { rows } = sim.desk.sim.journal;
  const before = rows.length;
  const { external_userid } = await control(sim, 'customer/add', { userid });
  const { act, what } = rows
    .slice(before)
    .find((x) => x.by === 'callback' && x.what.fields.ExternalUserID === external_userid);
  const at_s = Math.floor(Date.now() / 1000);
  const event = { event: what.event, change: act, fields: Object.entries(what.fields) };
  const secret = encrypt(key, eventXml(corpid, at_s, event), corpid);
  const query = new URLSearchParams({ timestamp: String(at_s), nonce: String(what.n) });
  query.set('msg_signature', getSignature(token, String(at_s), String(what.n), secret));
  return { path: `/api/wecom/callback?${query}`, body: envelopeXml(corpid, '', secret) };
}

/** One of the connections: every `connections`-th friend at its time. */
async function sender(run, wire, first) {
  const all = run.rate * run.seconds;
  for (let i = first; i < all; i += options.connections) {
    const early = run.begun + (i * 1000) / run.rate - performance.now();
    if (early > 1) await pause(early);
    const { path, body } = await friend(run.sim, run.corpid, run.staff[i % run.staff.length]);
    const { status, text } = await wire.send('POST', path, body);
    if (status !== 200 || text !== 'success') run.wrong.add(`${status} ${text.slice(0, 200)}`);
  }
}

/** What Koi says became of them, when none waits any more. */
async function ended(koi) {
  for (let tries = 0; tries < 300; tries++) {
    const { status, text } = await koi.request('GET', '/api/wecom/welcomes?hours=24');
    if (status !== 200) throw new Error(text);
    const seen = JSON.parse(text);
    if (seen.waiting === 0) return seen;
    await pause(100);
  }
  throw new Error('welcomes wait that have expired');
}

/** Seconds of processor time of a process so far. */
function processor(pid) {
  const words = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(words[11]) + Number(words[12])) / 100;
}

/** A rush; what it added to Koi's counts. */
async function rush(made, rate, length) {
  const { sim, corpid, staff, server, koi, report } = made;
  const all = rate * length;
  say(`${rate} friends a second for ${length} s`);
  const before = await ended(koi);
  const spent = processor(server.pid);
  const wires = Array.from({ length: options.connections }, () => new Wire(server.port, ''));
  const run = { sim, corpid, staff, rate, seconds: length, wrong: new Set() };
  run.begun = performance.now() + 100;
  await Promise.all(wires.map((wire, i) => sender(run, wire, i)));
  const took = (performance.now() - run.begun) / 1000;
  wires.forEach((wire) => wire.close());
  const after = await ended(koi);
  run.wrong.forEach((line) => report.wrong.push(line));
  report.row(`${rate} a second: came`, 'friends/s', [all / took]);
  report.row(`${rate} a second: server`, 'µs a friend', [
    ((processor(server.pid) - spent) / all) * 1e6,
  ]);
  const part = (name) => after[name] - before[name];
  say(`sent ${part('sent')}, missed ${part('missed')}, unsure ${part('unsure')} of ${all}`);
  for (const { reason, n } of after.reasons) say(`missed so far, ${reason}: ${n}`);
  return { all, sent: part('sent'), ended: part('sent') + part('missed') + part('unsure'), after };
}

async function measure(made) {
  const { report, sim } = made;
  const steady = await rush(made, options.rate, options.seconds);
  report.row('from callback to answer, p50', 'ms', [steady.after.p50_ms]);
  report.row('from callback to answer, p99', 'ms', [steady.after.p99_ms]);
  report.row('from callback to answer, p99.9', 'ms', [steady.after.p999_ms]);
  report.target('welcomed_within_20_s', steady.sent / steady.all, '>=', 0.999);
  report.target('unrecorded', steady.all - steady.ended, '<=', 0);
  const much = await rush(made, options.rush, options.rushSeconds);
  report.target('unrecorded_in_the_rush', much.all - much.ended, '<=', 0);
  /* What WeCom itself counts. */
  const { welcomes } = await control(sim, 'state');
  const taken = welcomes.filter((w) => w.sent).length;
  report.target('sent_but_not_at_wecom', steady.sent + much.sent - taken, '<=', 0);
  const { violations } = await control(sim, 'violations');
  report.target('violations', violations.length, '<=', 0);
}

const report = new Report('welcome', options);
const sim = await start(0, options.seed);
const corp = makeCorp();
await control(sim, 'corp', { seed: options.seed, staff: STAFF, customers: 10 });
await control(sim, 'clock/set', { at_s: Math.floor(Date.now() / 1000) });
await control(sim, 'clock/wall', { speed: 1 });
const { corpid, apps } = await control(sim, 'corp');
const { staff } = await control(sim, 'state');
Object.assign(process.env, {
  KOI_WECOM_BASE_URL: sim.url,
  KOI_WECOM_CORP_ID: corpid,
  KOI_WECOM_APP_SECRET: apps.find((app) => app.name === 'koi').secret,
  KOI_WECOM_TOKEN: token,
  KOI_WECOM_AES_KEY: key,
  KOI_WECOM_WELCOME: '您好{name}，欢迎来到锦池',
});
const server = await serve(corp.data);
const koi = client(server.port, corp.token, 1);
const able = staff.filter((s) => s.contact_right && s.status === 1).map((s) => s.userid);
try {
  await measure({ sim, corpid, staff: able, server, koi, report });
} finally {
  koi.close();
  await server.stop();
  await sim.close();
  corp.remove();
}
report.end();
