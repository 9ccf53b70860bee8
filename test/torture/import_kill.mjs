/* import_kill — kill -9 at random moments of an import; what is resumed equals what was never
 * disturbed.
 *
 *   node test/torture/import_kill.mjs [--times N] [--seed S]
 *
 * Each round imports a made file, kills the program at a moment drawn from the seed, up to three
 * times, then lets it end. The database must be sound after each kill, and equal to the undisturbed
 * one at the end. KOI_BIN names the program. ./run torture makes 100 seeds of it.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { dump } from '../api/files.mjs';
import { binary, random } from '../api/harness.mjs';

const { values } = parseArgs({
  options: { times: { type: 'string', default: '2' }, seed: { type: 'string', default: '1' } },
});
const env = { ...process.env, KOI_LANGUAGE: 'en' };
const top = mkdtempSync(join(tmpdir(), 'koi-kill-'));
const below = random(Number(values.seed));

/* Orders in several places of the file, repeats, cancellations, broken lines. */
function orders() {
  const lines = ['order no,sku,product,qty,order time,price,customer'];
  for (let i = 0; i < 40000; i++) {
    const number =
      i % 500 === 7 ? `C${9000 + i}` : 10000 + Math.floor(i / 4) - (i % 97 === 0 ? 50 : 0);
    const qty = i % 500 === 7 ? -1 : i % 331 === 0 ? 'many' : 1 + (i % 5);
    const time = `2024-01-${10 + (Math.floor(i / 4) % 19)} 10:0${i % 7 === 0 ? 1 : 0}:00`;
    lines.push(
      `${number},S${i % 91},P${i % 91},${qty},${time},${1 + (i % 9)}.25,${i % 13 ? i % 499 : ''}`,
    );
  }
  return lines.join('\n') + '\n';
}

const file = join(top, 'orders.csv');
writeFileSync(file, orders());

const make = (name) => {
  const data = join(top, name);
  execFileSync(binary, ['init', '--data', data], { env, stdio: 'ignore' });
  return { engine: 'sqlite', data };
};

/* Runs to the end or to the kill; true when it ended by itself. */
function run(koi, args, kill_ms) {
  return new Promise((resolve) => {
    const child = spawn(binary, ['import', ...args, '--data', koi.data, '--json'], {
      env,
      stdio: 'ignore',
    });
    const timer = kill_ms === undefined ? null : setTimeout(() => child.kill('SIGKILL'), kill_ms);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve(code);
    });
  });
}

const sql = (koi, text) =>
  execFileSync('sqlite3', [join(koi.data, 'koi.db'), text], { encoding: 'utf8' }).trim();

const calm = make('calm');
const began = Date.now();
assert.equal(await run(calm, ['orders', file]), 0);
const usual_ms = Date.now() - began;
const want = dump(calm);
rmSync(calm.data, { recursive: true });

let kills = 0;
let inside = 0;
const times = Number(values.times);
for (let i = 0; i < times; i++) {
  const koi = make(`round${i}`);
  let code = await run(koi, ['orders', file], 20 + below(usual_ms));
  for (let k = 0; code !== 0; k++) {
    kills++;
    assert.equal(sql(koi, 'PRAGMA integrity_check'), 'ok');
    const [lines, state] = (sql(koi, 'SELECT lines, state FROM batch') || '0|none').split('|');
    inside += Number(lines) > 0 && state === 'running';
    if (state === 'done') break; /* killed between its last commit and its exit */
    const args = state === 'none' ? ['orders', file] : ['--resume'];
    code = await run(koi, args, k < 2 ? 20 + below(usual_ms) : undefined);
  }
  assert.ok(dump(koi) === want, `round ${i}, seed ${values.seed}: another result than undisturbed`);
  rmSync(koi.data, { recursive: true });
}
rmSync(top, { recursive: true });
console.log(`import_kill: ${times} rounds, ${kills} kills, ${inside} inside the import: all equal`);
