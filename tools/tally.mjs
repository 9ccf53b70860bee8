// Counts what a test runner did, from its own log: prints "passed failed".
//
//   tally.mjs meson FILE        testlog.json of `meson test`; cmocka programs count by their cases
//   tally.mjs tap FILE          TAP of `node --test`; cancelled tests count as failed
//   tally.mjs has-script FILE S whether package.json FILE has the script S (exit code)
import { readFileSync } from 'node:fs';

const sum = (text, pattern) => [...text.matchAll(pattern)].reduce((n, m) => n + Number(m[1]), 0);

function countMeson(text) {
  let passed = 0;
  let failed = 0;
  for (const line of text.split('\n').filter(Boolean)) {
    const test = JSON.parse(line);
    if (test.result === 'SKIP') continue;
    const output = `${test.stdout ?? ''}\n${test.stderr ?? ''}`;
    const good = sum(output, /^\[ {2}PASSED {2}\] (\d+) test/gm);
    const bad = sum(output, /^\[ {2}FAILED {2}\] (\d+) test/gm);
    const ok = test.result === 'OK' || test.result === 'EXPECTEDFAIL';
    passed += good > 0 ? good : ok ? 1 : 0;
    failed += bad > 0 ? bad : ok ? 0 : 1;
  }
  return [passed, failed];
}

function countTap(text) {
  const last = (word) =>
    Number([...text.matchAll(new RegExp(`^# ${word} (\\d+)$`, 'gm'))].at(-1)[1]);
  return [last('pass'), last('fail') + last('cancelled')];
}

const [kind, file, name] = process.argv.slice(2);
const text = readFileSync(file, 'utf8');
if (kind === 'has-script') {
  process.exit(JSON.parse(text).scripts?.[name] ? 0 : 1);
}
console.log((kind === 'meson' ? countMeson(text) : countTap(text)).join(' '));
