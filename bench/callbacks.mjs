// Callbacks while they pour in: WeCom's deliveries over kept-alive connections at a given rate,
// each durable when it is answered.
//
// A few connections send each delivery at its time, encrypted and signed before it. How long an
// answer took is counted from the time at which it should have been sent, so that a server that
// stalls is charged for all it kept waiting. Afterwards the inbox is counted: every message that
// was answered is there, once, and worked on.
import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { makeCorp, serve } from './koi.mjs';
import { Report, quantile } from './lib.mjs';
import { Wire } from './analytics/wire.mjs';

const number = (text) => ({ type: 'string', default: text });
const { values } = parseArgs({
  options: {
    small: { type: 'boolean', default: false },
    seed: number('1'),
    rate: number('2000'), // a second
    seconds: { type: 'string' },
    connections: number('64'),
  },
});
const options = {
  small: values.small,
  seed: Number(values.seed),
  rate: Number(values.rate),
  seconds: Number(values.seconds ?? (values.small ? 10 : 600)),
  connections: Number(values.connections),
};

const corp = 'wwa1b2c3d4e5f60718';
const token = 'QDG6eK';
const key = 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C';
const say = (text) => console.log(`· ${text}`);

// ---- what WeCom would send ----

const bytes = Buffer.from(`${key}=`, 'base64');

function encrypt(message) {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(message.length);
  const plain = Buffer.concat([randomBytes(16), length, message, Buffer.from(corp)]);
  const pad = 32 - (plain.length % 32);
  const cipher = createCipheriv('aes-256-cbc', bytes, bytes.subarray(0, 16)).setAutoPadding(false);
  const padded = Buffer.concat([plain, Buffer.alloc(pad, pad)]);
  return Buffer.concat([cipher.update(padded), cipher.final()]).toString('base64');
}

/** One delivery: one of 50,000 customer groups is dismissed, which is worked on without asking
 * WeCom. */
function delivery(i) {
  const message = Buffer.from(
    `<xml><ToUserName><![CDATA[${corp}]]></ToUserName>` +
      '<FromUserName><![CDATA[sys]]></FromUserName>' +
      `<CreateTime>${1700000000 + i}</CreateTime><MsgType><![CDATA[event]]></MsgType>` +
      '<Event><![CDATA[change_external_chat]]></Event>' +
      '<ChangeType><![CDATA[dismiss]]></ChangeType>' +
      `<ChatId><![CDATA[wrAJ2GCAAAXtWyujaWJHDDGi0m${i % 50000}]]></ChatId></xml>`,
  );
  const sealed = encrypt(message);
  const timestamp = String(Math.floor(Date.now() / 1000));
  const nonce = String(i);
  const signature = createHash('sha1')
    .update([token, timestamp, nonce, sealed].sort().join(''))
    .digest('hex');
  return {
    path: `/api/wecom/callback?msg_signature=${signature}&timestamp=${timestamp}&nonce=${nonce}`,
    body:
      `<xml><ToUserName>${corp}</ToUserName><AgentID></AgentID>` +
      `<Encrypt>${sealed}</Encrypt></xml>`,
  };
}

// ---- the run ----

/** One of the connections: every `connections`-th delivery at its time. */
async function sender(wire, first, begun, found) {
  const all = options.rate * options.seconds;
  for (let i = first; i < all; i += options.connections) {
    const at = begun + (i * 1000) / options.rate;
    const { path, body } = delivery(i);
    const early = at - performance.now();
    if (early > 0) await pause(Math.max(1, early));
    const { status, text } = await wire.send('POST', path, body);
    if (status !== 200 || text !== 'success') found.wrong.push(`${status} ${text.slice(0, 200)}`);
    found.answers.push(performance.now() - at);
  }
}

/** Seconds of processor time of a process so far, in ticks of 10 ms. */
function processor(pid) {
  const words = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(words[11]) + Number(words[12])) / 100;
}

const inboxOf = (database, where) =>
  database.prepare(`SELECT count(*) AS n FROM inbox ${where}`).get().n;

async function measure(made, server, report) {
  const all = options.rate * options.seconds;
  const { rate, seconds, connections } = options;
  say(`${rate} callbacks a second for ${seconds} s, ${connections} connections`);
  const wires = Array.from({ length: options.connections }, () => new Wire(server.port, ''));
  const found = { answers: [], wrong: [] };
  const before = processor(server.pid);
  const begun = performance.now() + 100;
  await Promise.all(wires.map((wire, i) => sender(wire, i, begun, found)));
  const took = (performance.now() - begun) / 1000;
  wires.forEach((wire) => wire.close());
  const database = new DatabaseSync(join(made.data, 'koi.db'), { readOnly: true });
  const there = inboxOf(database, '');
  const worked = performance.now();
  while (inboxOf(database, "WHERE state = 'waiting'") > 0) {
    if (performance.now() - worked > 120000) throw new Error('the worker does not catch up');
    await pause(20);
  }
  report.row('answer', 'ms', found.answers);
  report.row('answered', 'callbacks/s', [found.answers.length / took]);
  report.row('server, a callback', 'µs', [((processor(server.pid) - before) / all) * 1e6]);
  report.row('worked off after', 's', [(performance.now() - worked) / 1000]);
  for (const line of new Set(found.wrong)) report.wrong.push(line);
  for (const q of [0.5, 0.99, 0.999])
    say(`answer p${q * 100}: ${quantile(found.answers, q).toFixed(1)} ms`);
  report.target('callbacks_per_s', found.answers.length / took, '>=', options.rate * 0.99);
  report.target('answer_p99_ms', quantile(found.answers, 0.99), '<=', 50);
  report.target('lost', all - there, '<=', 0);
  database.close();
}

const report = new Report('callbacks', options);
const made = makeCorp();
Object.assign(process.env, {
  KOI_WECOM_CORP_ID: corp,
  KOI_WECOM_TOKEN: token,
  KOI_WECOM_AES_KEY: key,
});
const server = await serve(made.data);
try {
  await measure(made, server, report);
} finally {
  await server.stop();
  made.remove();
}
report.end();
