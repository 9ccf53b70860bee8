/* wecom_crypto — random messages there and back between Koi and npm's @wecom/crypto.
 *
 *   node test/torture/wecom_crypto.mjs [--seed S] [--count N]
 *
 * Each message is encrypted and signed by the npm package, verified, decrypted, encrypted and
 * signed anew by Koi (test/diff/wecom_stream), and verified and decrypted by the package: both
 * directions. A shard is a seed with 10,000 messages; ./run torture wecom_crypto makes 100 of
 * them, so a million. Lengths are 0 to 700 bytes and now and then some thousand, so every padding
 * comes thousands of times. KOI_STREAM names the program.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { decrypt, encrypt, getSignature } = createRequire(import.meta.url)('@wecom/crypto');

const { values } = parseArgs({
  options: { count: { type: 'string', default: '10000' }, seed: { type: 'string', default: '1' } },
});
const top = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const program = process.env.KOI_STREAM ?? join(top, 'build-test', 'test', 'diff', 'wecom_stream');
const BATCH = 500;

let state = Number(values.seed) >>> 0;

function random(n) {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * n);
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const WORDS = [
  '<xml>',
  '</Event>',
  '张三',
  '密文',
  '😀',
  'é',
  '\0',
  '\n',
  ' ',
  ']]>',
  '&',
  'a',
  '0',
];

const letters = (n) => Array.from({ length: n }, () => LETTERS[random(LETTERS.length)]).join('');

function text() {
  const pieces = [];
  for (let left = random(random(200) === 0 ? 3000 : 120); left > 0; left--)
    pieces.push(WORDS[random(WORDS.length)]);
  return pieces.join('');
}

function draw() {
  const m = {
    key: letters(43),
    id: `ww${letters(random(20))}`,
    token: letters(1 + random(32)),
    timestamp: String(1409659813 + random(1e9)),
    nonce: letters(1 + random(16)),
    message: text(),
  };
  m.encrypted = encrypt(m.key, m.message, m.id);
  m.signature = getSignature(m.token, m.timestamp, m.nonce, m.encrypted);
  return m;
}

function check(m, line) {
  const [signature, encrypted] = line.split(' ');
  assert.equal(signature, getSignature(m.token, m.timestamp, m.nonce, encrypted));
  assert.notEqual(encrypted, m.encrypted);
  const back = decrypt(m.key, encrypted);
  assert.equal(back.message, m.message);
  assert.equal(back.id, m.id);
  return Buffer.from(m.encrypted, 'base64').length;
}

const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
const ended = once(child, 'close');
const count = Number(values.count);
let bytes = 0;
for (let done = 0; done < count; done += BATCH) {
  const batch = Array.from({ length: Math.min(BATCH, count - done) }, draw);
  child.stdin.write(
    batch
      .map(
        (m) =>
          `${m.key} ${m.id} ${m.token} ${m.timestamp} ${m.nonce} ${m.signature} ${m.encrypted}\n`,
      )
      .join(''),
  );
  for (const m of batch) {
    const { value, done: over } = await lines.next();
    assert.ok(!over, `Koi refused one of the messages behind ${done} of seed ${values.seed}`);
    bytes += check(m, value);
  }
}
child.stdin.end();
assert.equal((await ended)[0], 0);
console.log(
  `${count} messages there and back, seed ${values.seed}, ${Math.round(bytes / count)} bytes each`,
);
