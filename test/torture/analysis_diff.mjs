/* analysis_diff — random funnels, retentions, counts, RFM, repurchase and paths put to the
 * mirror, SQLite, PostgreSQL and the naive evaluator.
 *
 *   node test/torture/analysis_diff.mjs [--seed S] [--count N]
 *
 * A shard is a seed: 1,000 questions over a world of 300 customers and 20,000 events of its own.
 * ./run torture analysis_diff makes 100 of them. KOI_DIFF names the program.
 */
import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { count: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } },
});
const top = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const program = process.env.KOI_DIFF ?? join(top, 'build-test', 'test', 'diff', 'analysis_diff');
execFileSync(program, ['--count', values.count, '--seed', values.seed], {
  stdio: ['ignore', 'inherit', 'inherit'],
});
