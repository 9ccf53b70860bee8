// The sender of bench/ingest.mjs: makes batches and sends them over kept-alive connections.
//
// A batch is one compact body: columns once, a row an event. Each has an Idempotency-Key of its
// own. Batches go out when they are due; when all connections wait, the sender falls behind, and
// what was accepted says so.
import { parentPort, workerData } from 'node:worker_threads';
import { setTimeout as pause } from 'node:timers/promises';
import { seeded } from './lib.mjs';
import { Wire } from './analytics/wire.mjs';

const { port, token, seed, customers, past, seconds, rate, batch, connections } = workerData;
const random = seeded(seed);
let keys = 0;

const KINDS = [
  ['view', 0.5],
  ['click', 0.7],
  ['cart', 0.78],
  ['favorite', 0.83],
  ['share', 0.88],
  ['coupon_claim', 0.95],
  ['booking', 1],
];
const PRODUCTS = 1000;
const DAY = 86400;

const kind = () => {
  const u = random();
  return KINDS.find(([, upTo]) => u < upTo)[0];
};

/** As bench/analytics/generate.c has it: in proportion to (rank + q)^-1.2, 5,000 to 1 between the
 * first and the last. */
const Q = customers / 1272;
const [FIRST, LAST] = [Q ** -0.2, (customers + Q) ** -0.2];
const someone = () =>
  Math.min(customers - 1, Math.floor((FIRST - random() * (FIRST - LAST)) ** -5 - Q));

/** What stands before and behind the time. */
const parts = (who) => {
  const what = kind();
  const product = what === 'view' || what === 'click' || what === 'cart';
  const code = product ? `"P${Math.floor(PRODUCTS * random() ** 2)}"` : 'null';
  const amount = what === 'cart' ? Math.floor(random() * 50000) / 100 : 'null';
  return [`["u${who}","${what}",`, `,${code},${amount}]`];
};

const row = (who, time) => parts(who).join(time);

/** The load's rows are drawn from a stock that is made before it, so that making them takes little
 * of a core that the server could use. */
const STOCK = 1 << 18;

const bodyOf = (rows) =>
  `{"channel":"商城","columns":["customer","type","time","code","amount"],"rows":[${rows.join()}]}`;

async function send(wire, rows) {
  const headers = `idempotency-key: bench-${keys++}\r\n`;
  const { status, text } = await wire.send('POST', '/api/events', bodyOf(rows), headers);
  if (status !== 200) throw new Error(`/api/events: ${status} ${text}`);
  const { added, rejected } = JSON.parse(text);
  if (added !== rows.length) throw new Error(`${added} added, ${rejected} rejected: ${text}`);
}

/** The work on each of some new connections, to its end. */
async function onAll(work) {
  const wires = Array.from({ length: connections }, () => new Wire(port, token));
  await Promise.all(wires.map(work));
  wires.forEach((wire) => wire.close());
}

/** Everyone once, in an order of their own, then the past in the order of time. */
async function sendPast() {
  const now = Math.floor(Date.now() / 1000);
  const total = Math.max(past, customers);
  const at = (i) => now - 90 * DAY + Math.floor((i / total) * 89 * DAY);
  const stride = 7919; // prime, so that everyone comes once
  let next = 0;
  const work = async (wire) => {
    while (next < total) {
      const rows = [];
      const from = next;
      next = Math.min(total, next + batch);
      for (let i = from; i < next; i++)
        rows.push(row(i < customers ? (i * stride) % customers : someone(), at(i)));
      await send(wire, rows);
    }
  };
  await onAll(work);
}

async function sendLoad() {
  const stock = Array.from({ length: STOCK }, () => parts(someone()));
  const begun = performance.now();
  const end = begun + seconds * 1000;
  const replies = [];
  const perSecond = new Array(seconds).fill(0);
  let due = begun;
  let accepted = 0;
  const work = async (wire) => {
    for (;;) {
      const mine = due;
      due = Math.max(due + (batch / rate) * 1000, performance.now() - 1000);
      const wait = mine - performance.now();
      if (wait > 1) await pause(wait);
      const sent = performance.now();
      if (sent >= end) return;
      const now = Math.floor(Date.now() / 1000);
      const rows = new Array(batch);
      for (let i = 0; i < batch; i++) rows[i] = stock[Math.floor(random() * STOCK)].join(now);
      const asked = performance.now();
      await send(wire, rows);
      const got = performance.now();
      if (got > end) return;
      replies.push(got - asked);
      accepted += batch;
      perSecond[Math.min(seconds - 1, Math.floor((got - begun) / 1000))] += batch;
    }
  };
  await onAll(work);
  return { accepted, replies, perSecond };
}

parentPort.on('message', async ({ what }) => {
  const begun = performance.now();
  const found = what === 'past' ? await sendPast() : await sendLoad();
  const took = what === 'past' ? (performance.now() - begun) / 1000 : seconds;
  parentPort.postMessage({ ...found, seconds: took });
});
