// What an import costs beside the fastest thing that reads the same file: `sqlite3 .import` into a
// table without types, keys or rules (the shell's default settings).
//
// The file is the public order file ten times as long, each copy with invoice numbers of its own
// (2.46 million lines, 220 MB of CSV), or where ../shared/data is absent a made one of the same
// shape. Ours is the whole command: check, hash, orders, lines, customers, products, events,
// statistics, in a fresh installation. The answer is compared: lines and the sum of sales.
// Target (issue "The spine"): total time <= 2 x the other's, median of the ratios.
import { execFileSync } from 'node:child_process';
import { createWriteStream, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { gunzipSync } from 'node:zlib';
import { koi } from './koi.mjs';
import { Report, benchOptions, interleave, median, root, seeded } from './lib.mjs';

const options = benchOptions();
const report = new Report('import', options);
const copies = options.small ? 1 : 10;
const folder = mkdtempSync(join(tmpdir(), 'koi-bench-import-'));
const shared = join(root, '..', 'shared', 'data', 'online_retail');
const source = join(shared, 'online_retail_2010-12_2011-06.csv.gz');

/** Lines of a made shop: invoices of about 19 lines, 3,000 customers, 3,600 products. */
function madeLines(random) {
  const lines = [];
  for (let invoice = 0; invoice < 13000; invoice++) {
    const cancelled = random() < 0.15;
    const customer = random() < 0.75 ? `${12000 + Math.floor(random() * 3000)}.0` : '';
    const minute = String(Math.floor(random() * 60)).padStart(2, '0');
    const day = String(1 + (invoice % 28)).padStart(2, '0');
    const n = 1 + Math.floor(-18 * Math.log(1 - random()));
    for (let i = 0; i < n; i++) {
      const product = 10000 + Math.floor(random() * 3600);
      const quantity = (cancelled ? -1 : 1) * (1 + Math.floor(random() * 24));
      lines.push(
        `${cancelled ? 'C' : ''}${536365 + invoice},${product},` +
          `"PRODUCT, NO ${product}",${quantity},` +
          `2011-0${1 + (invoice % 6)}-${day} 10:${minute}:00,${(random() * 10).toFixed(2)},` +
          `${customer},United Kingdom`,
      );
    }
  }
  return lines;
}

const head = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country';
const lines = existsSync(source)
  ? gunzipSync(readFileSync(source)).toString().trimEnd().split('\n').slice(1)
  : madeLines(seeded(options.seed));
const file = join(folder, 'orders.csv');
const out = createWriteStream(file);
out.write(`${head}\n`);
for (let copy = 0; copy < copies; copy++) {
  const renumbered = lines.map((line) =>
    /^[CA]/.test(line) ? `${line[0]}${copy}${line.slice(1)}` : `${copy}${line}`,
  );
  if (!out.write(`${renumbered.join('\n')}\n`)) await once(out, 'drain');
}
out.end();
await once(out, 'finish');

/** One import by us, into a fresh installation: milliseconds of the command alone. */
function ours() {
  const data = join(folder, 'data');
  rmSync(data, { recursive: true, force: true });
  koi('init', '--data', data);
  const begun = performance.now();
  const done = JSON.parse(koi('import', 'orders', file, '--data', data, '--json'));
  const value = performance.now() - begun;
  const sum = execFileSync('sqlite3', [
    join(data, 'koi.db'),
    `SELECT count(*), sum(CASE WHEN nature = 'sale' THEN amount_fen ELSE 0 END) FROM order_item`,
  ]);
  if (done.result.rejected !== 0) throw new Error(`${done.result.rejected} lines were rejected`);
  return { value, answer: sum.toString() };
}

/** The shell's own import, and the same two figures out of its table of texts. */
function shell() {
  const database = join(folder, 'plain.db');
  rmSync(database, { force: true });
  const begun = performance.now();
  execFileSync('sqlite3', [database, '.mode csv', `.import ${file} lines`]);
  const value = performance.now() - begun;
  const sum = execFileSync('sqlite3', [
    database,
    `SELECT count(*), CAST(round(sum(CASE WHEN CAST(Quantity AS INT) > 0
       AND CAST(UnitPrice AS REAL) > 0 AND InvoiceNo NOT LIKE 'C%'
       THEN round(CAST(Quantity AS INT) * CAST(round(CAST(UnitPrice AS REAL) * 1000) AS INT)
       / 10.0) ELSE 0 END)) AS INT) FROM lines`,
  ]);
  return { value, answer: sum.toString() };
}

try {
  const results = await interleave(
    [
      { name: 'koi import orders', run: async () => ours() },
      { name: 'sqlite3 .import', run: async () => shell() },
    ],
    { repetitions: options.small ? 3 : 7, warmup: options.small ? 0 : 1, seed: options.seed },
  );
  report.rowsOf(results, 'ms');
  const [a, b] = ['koi import orders', 'sqlite3 .import'].map((name) => results[name].samples);
  const rate = a.map((ms) => (lines.length * copies * 1000) / ms);
  report.row('lines a second, koi', 'lines/s', rate);
  report.target('import_ratio', median(a.map((ms, i) => ms / b[i])), '<=', 2);
} finally {
  rmSync(folder, { recursive: true });
}
report.end();
