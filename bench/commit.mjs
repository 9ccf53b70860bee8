// What durability costs: single-row writes through the real API, each answered after its commit,
// beside the same server whose writer rolls back instead of committing.
//
// Both sides run the same program (build-bench/koi), the same route, the same signed-in JSON
// requests from the same client; the second is started with KOI_BENCH_DRY=1. With one client the
// price is one fsync a request; with 64 a group shares it. Targets (issue "The spine"): throughput
// of the durable side >= 0.7 of the other with one client, >= 0.5 with 64. The disk's own fsync is
// measured beside it, for it sets the limit, and the durable side once more on a file system in
// memory, where a sync costs nothing: what Koi itself adds.
import { closeSync, existsSync, fdatasyncSync, mkdtempSync, openSync } from 'node:fs';
import { rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Report, benchOptions, interleave, median, root } from './lib.mjs';

process.env.KOI_BIN = join(root, 'build-bench', 'koi');
const { client, makeCorp, serve, signIn } = await import('./koi.mjs');

const options = benchOptions();
const report = new Report('commit', options);
const repetitions = options.small ? 3 : 9;

/** Requests a second of `clients` that each wait for their answer before they ask again. */
async function throughput(side, clients, requests, tag) {
  const api = client(side.server.port, side.session, clients);
  const one = async (who) => {
    for (let i = who; i < requests; i += clients) {
      const { status, text } = await api.request('PUT', `/api/views/bench${who}`, {
        value: { tag, i },
      });
      if (status >= 300) throw new Error(`${side.name}: ${status} ${text}`);
    }
  };
  await one(0, clients); // connections are open and statements prepared before the clock runs
  const begun = performance.now();
  await Promise.all(Array.from({ length: clients }, (_, who) => one(who)));
  const elapsed = (performance.now() - begun) / 1000;
  api.close();
  return requests / elapsed;
}

/**
 * A server of one side, its corp in `folder`. The session is made before it runs dry, when nothing
 * can be kept.
 */
async function startSide(name, { dry = false, folder = tmpdir() } = {}) {
  const before = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  const corp = makeCorp();
  if (before === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = before;
  const first = await serve(corp.data);
  const session = await signIn(first.port, corp.secret);
  await first.stop();
  if (dry) process.env.KOI_BENCH_DRY = '1';
  const server = await serve(corp.data);
  delete process.env.KOI_BENCH_DRY;
  return { name, corp, server, session };
}

/**
 * Microseconds of what a commit of one page must do: write it in place in a log, and sync it; with
 * `pause_ms` between, for a disk that is asked now and then is slower than one that is kept busy.
 */
function diskSync(pause_ms) {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  const folder = mkdtempSync(join(tmpdir(), 'koi-sync-'));
  const file = openSync(join(folder, 'log'), 'w+');
  const page = Buffer.alloc(8192 + 24, 1); // SQLite's page with its frame header
  for (let i = 0; i < 256; i++) writeSync(file, page, 0, page.length, i * page.length);
  fdatasyncSync(file);
  const samples = [];
  for (let i = 0; i < 500; i++) {
    Atomics.wait(cell, 0, 0, pause_ms);
    const begun = performance.now();
    writeSync(file, page, 0, page.length, (i % 256) * page.length);
    fdatasyncSync(file);
    samples.push((performance.now() - begun) * 1000);
  }
  closeSync(file);
  rmSync(folder, { recursive: true });
  return samples;
}

/** The best ratio this disk allows one client: the other side's time and one bare sync. */
function bound(rates) {
  const syncs = diskSync(1000 / median(rates));
  const sync_s = median(syncs) / 1e6;
  report.row('disk: write a page and sync', 'us', syncs);
  report.row(
    '1 client, best ratio this disk allows',
    '',
    rates.map((rate) => 1 / rate / (1 / rate + sync_s)),
  );
}

const sides = [await startSide('durable'), await startSide('without commit', { dry: true })];
const inMemory = '/dev/shm';
if (existsSync(inMemory)) sides.push(await startSide('durable in memory', { folder: inMemory }));
try {
  for (const [clients, requests, limit] of [
    [1, options.small ? 400 : 2000, 0.7],
    [64, options.small ? 4000 : 20000, 0.5],
  ]) {
    const results = await interleave(
      sides.map((side) => ({
        name: side.name,
        run: async ({ tag }) => ({
          value: await throughput(side, clients, requests, tag),
          answer: tag,
        }),
      })),
      {
        repetitions,
        seed: options.seed,
        constants: (repetition, random) => ({ tag: Math.floor(random() * 1e9) }),
      },
    );
    report.rowsOf(results, 'requests/s', `${clients} client${clients > 1 ? 's' : ''}, `);
    const dry = results['without commit'].samples;
    if (clients === 1) bound(dry);
    const ratiosOf = (name) => results[name].samples.map((v, i) => v / dry[i]);
    if (results['durable in memory'])
      report.row(`in memory: ratio without a disk`, '', ratiosOf('durable in memory'));
    const ratios = ratiosOf('durable');
    report.target(`commit_ratio_${clients}`, median(ratios), '>=', limit);
  }
} finally {
  for (const side of sides) {
    await side.server.stop();
    side.corp.remove();
  }
}
report.end();
