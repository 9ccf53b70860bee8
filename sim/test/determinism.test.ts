import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { boot } from './helper.ts';

/** A life with API calls in it; state and journal as they are read out. */
async function life(seed: number, weather: string) {
  const sim = await boot(seed, { staff: 10, customers: 200, groups: 5, departments: 4 });
  await sim.control('weather', { preset: weather });
  await sim.control('live', { acts: 300, seconds: 30 });
  const tag = { group_name: '甲', tag: [{ name: '乙' }] };
  // In a storm a call may fail; that it fails is told again as well.
  const tries: unknown[] = [];
  for (let n = 0; n < 10; n++) {
    await sim.token('koi');
    const one = await sim.call('externalcontact/add_corp_tag', tag).catch(() => ({ errcode: -2 }));
    tries.push(one.errcode);
    tag.group_name = `甲${n}`;
  }
  await sim.control('live', { acts: 200, seconds: 600 });
  await sim.control('clock/advance', { seconds: 2 * 86_400 });
  const text = async (path: string) => (await sim.http(`control/${path}`)).text();
  const found = [await text('state'), await text('journal'), tries.join()];
  await sim.close();
  return found;
}

describe('determinism', () => {
  it('the same seed and the same calls give the same state and journal, byte for byte', async () => {
    for (const weather of ['calm', 'storm']) {
      const [first, second] = [await life(61, weather), await life(61, weather)];
      assert.ok((first[1]?.length ?? 0) > 100_000);
      assert.deepEqual(first, second);
    }
  });

  it('another seed gives another corp', async () => {
    const [first, second] = [await life(62, 'calm'), await life(63, 'calm')];
    assert.notEqual(first[0], second[0]);
    assert.notEqual(first[1], second[1]);
  });

  it('the clock follows the wall when told, and stands still again', async () => {
    const sim = await boot(64, { staff: 3, customers: 0 });
    const now = async () => (await sim.control<{ at_s: number }>('clock')).at_s;
    const before = await now();
    await sim.control('clock/wall', { speed: 100_000 });
    while ((await now()) < before + 1000);
    await sim.control('clock/wall', { speed: 0 });
    const stood = await now();
    await sim.http('control/help');
    assert.equal(await now(), stood);
    await assert.rejects(sim.control('clock/set', { at_s: before }), /never goes back/);
    await sim.close();
  });
});
