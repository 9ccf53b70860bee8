/* The demo corp copied from SQLite to PostgreSQL row by row: random audiences are the same sets on
 * both. The full run is test/torture/audience_corp.mjs, this is its small share. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

const script = join(import.meta.dirname, '..', 'torture', 'audience_corp.mjs');
const skip = process.env.KOI_TEST_PG ? false : 'KOI_TEST_PG names no PostgreSQL';

test('40 random audiences of 2,000 customers', { skip }, () => {
  const run = spawnSync(process.execPath, [script, '--customers', '2000', '--count', '40'], {
    encoding: 'utf8',
  });
  assert.equal(run.status, 0, run.stdout + run.stderr);
  assert.match(run.stdout, /40 expressions over 2000 customers .* equal sets on both engines/);
});
