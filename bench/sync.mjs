/* A full sync of a large corp that is killed again and again ends like an undisturbed one.
 *
 *   node bench/sync.mjs [--customers 200000] [--staff 60] [--kills 20]     (KOI_BIN: the program)
 *
 * Not about speed: it prints how often it was killed, how many calls the sync made and how many it
 * needs at least, and fails unless Koi's rows are the simulator's truth. */
import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import { random } from '../test/api/harness.mjs';
import { noViolations, pair } from '../test/api/wecom_pair.mjs';
import { becomesEqual, callsAtLeast, eventCount, sync } from '../test/api/wecom_truth.mjs';

const { values } = parseArgs({
  options: {
    customers: { type: 'string', default: '200000' },
    staff: { type: 'string', default: '60' },
    kills: { type: 'string', default: '20' },
    small: { type: 'boolean' },
  },
});
const size = {
  customers: values.small ? 5000 : Number(values.customers),
  staff: Number(values.staff),
  groups: 50,
};
const ends = [];
const { sim, koi } = await pair({ after: (end) => ends.unshift(end) }, 'sqlite', { size });
try {
  await sim.post('clock/set', { at_s: Math.floor(Date.now() / 1000) });
  const admin = await koi.signIn('administrator');
  const state = await sim.get('state');
  const least = callsAtLeast(state);
  console.log(`${state.customers.length} customers, ${state.relations.length} relations`);
  const { job } = await admin.post('/api/wecom/sync', {}, 202);
  const below = random(200000);
  const friendships = async () => (await admin.get('/api/wecom/sync')).counts.friendships;
  let kills = 0;
  let next = 0; /* friendships at which the next kill falls */
  for (;;) {
    const now = await admin.get(`/api/jobs/${job.id}`);
    assert.notEqual(now.state, 'failed', JSON.stringify(now.error));
    if (now.state === 'done') break;
    if (kills < Number(values.kills) && (await friendships()) >= next) {
      await new Promise((resolve) => setTimeout(resolve, below(100)));
      await koi.crash();
      await koi.serve();
      kills++;
      next = Math.floor((state.relations.length * 0.9 * kills) / Number(values.kills));
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { counts } = await admin.get('/api/wecom/sync');
  console.log(`killed ${kills} times; ${counts.calls} calls counted, ${least} at least`);
  await becomesEqual(sim, koi);
  console.log('rows: as the simulator says');
  const events = await eventCount(koi);
  await sim.post('habits', { short_pages: false });
  const again = await sync(admin);
  assert.equal(again.result.calls, least);
  assert.equal(await eventCount(koi), events);
  console.log(`a second sync: ${again.result.calls} calls, no event more`);
  await noViolations(sim);
} finally {
  for (const end of ends) await end();
}
process.exit(0);
