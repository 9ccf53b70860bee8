/* mirror_diff — the mirror against SQL while a corp lives, and over the demo corp.
 *
 *   node test/torture/mirror_diff.mjs [--seed S] [--count N] [--data DIR]
 *
 * A shard is a seed: 1,000 random expressions and 120 tables (100 of them funnels and retentions)
 * asked of a corp of 300 customers and 20,000 events of its own that goes on living meanwhile. Of
 * every ten shards six step the mirror by hand on SQLite, one does so on PostgreSQL, two ask from
 * two threads while the running mirror follows on SQLite, one likewise on PostgreSQL: 100 shards
 * are 100,000 expressions and 10,000 funnels and retentions. --data asks the corp of an
 * installation on SQLite instead, 1,000 expressions and 1,200 tables: `koi demo` makes one.
 * KOI_DIFF names the program.
 */
import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    data: { type: 'string' },
  },
});
const top = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const program = process.env.KOI_DIFF ?? join(top, 'build-test', 'test', 'diff', 'mirror_diff');
const WAYS = [[], [], [], [], [], [], ['--postgres'], ['--threads', '2'], ['--threads', '2']];
const way = WAYS[Number(values.seed) % 10] ?? ['--threads', '2', '--postgres'];
const tables = Math.round(Number(values.count) * (values.data ? 1.2 : 0.12));
const args = ['--count', values.count, '--tables', String(tables), '--seed', values.seed];
execFileSync(program, [...args, ...(values.data ? ['--data', values.data] : way)], {
  stdio: ['ignore', 'inherit', 'inherit'],
});
