/* audience_diff — random expressions put to SQLite, PostgreSQL and the naive evaluator.
 *
 *   node test/torture/audience_diff.mjs [--seed S] [--count N]
 *
 * A shard is a seed: 1,000 expressions over a world of 300 customers and 20,000 events of its own.
 * ./run torture audience_diff makes 100 of them, so 100,000 expressions; every production of the
 * grammar then comes hundreds of times. KOI_DIFF names the program.
 */
import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { count: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } },
});
const top = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const program = process.env.KOI_DIFF ?? join(top, 'build-test', 'test', 'diff', 'audience_diff');
execFileSync(program, ['--count', values.count, '--seed', values.seed], {
  stdio: ['ignore', 'inherit', 'inherit'],
});
