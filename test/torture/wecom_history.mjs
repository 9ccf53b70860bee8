/* wecom_history — histories of a corp at the simulator in bad weather with kills: state = state.
 *
 *   node test/torture/wecom_history.mjs [--seed S] [--count N] [--at_once 6] [--engine sqlite]
 *
 * A shard is 100 histories, of the seeds from 100 S on; ./run torture wecom_history makes 100 of
 * them. What is compared: test/api/wecom_history.mjs. KOI_BIN names the program. One history alone:
 * --only SEED. */
import { parseArgs } from 'node:util';
import { history } from '../api/wecom_history.mjs';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '100' },
    at_once: { type: 'string', default: '6' },
    engine: { type: 'string', default: 'sqlite' },
    only: { type: 'string' },
  },
});
const first = values.only ? Number(values.only) : Number(values.seed) * 100;
const count = values.only ? 1 : Number(values.count);
const sum = { histories: 0, facts: 0, heard: 0, kills: 0 };
const failed = [];
let next = first;

async function lane() {
  while (next < first + count) {
    const seed = next++;
    try {
      const seen = await history(values.engine, seed);
      sum.histories++;
      for (const name of Object.keys(seen)) sum[name] += seen[name];
    } catch (error) {
      failed.push(seed);
      console.log(`history ${seed}: ${error.stack ?? error}`);
    }
  }
}

await Promise.all(Array.from({ length: Number(values.at_once) }, lane));
console.log(
  `${sum.histories} histories agreed, ${failed.length} did not ${failed.join(' ')}; ` +
    `${sum.facts} facts, ${sum.heard} heard of, ${sum.kills} kills`,
);
process.exit(failed.length > 0 || sum.histories === 0 ? 1 : 0);
