/* Two hundred histories in bad weather with kills, then state = state: wecom_history.mjs. The rest
 * of ten thousand: ./run torture wecom_history. KOI_HISTORIES is another number, for sanitizers. */
import { test } from 'node:test';
import { each } from './harness.mjs';
import { history } from './wecom_history.mjs';

const FIRST = 1_000_000;
const COUNT = Number(process.env.KOI_HISTORIES ?? 200);
const AT_ONCE = 3;

each('histories', (engine) => {
  const count = Math.ceil(COUNT * (engine === 'sqlite' ? 0.9 : 0.1));
  test(`${count} corps end as the simulator's, each fact once in the log`, async (t) => {
    let next = FIRST;
    const sum = { histories: 0, facts: 0, heard: 0, kills: 0 };
    const lane = async () => {
      while (next < FIRST + count) {
        const seed = next++;
        const seen = await history(engine, seed).catch((error) => {
          throw new Error(`history ${seed}`, { cause: error });
        });
        sum.histories++;
        for (const name of Object.keys(seen)) sum[name] += seen[name];
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    t.diagnostic(JSON.stringify(sum));
  });
});
