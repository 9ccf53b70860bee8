/* The full sync with WeCom: what callbacks lost is there afterwards, whatever happens on the way;
 * and nothing ends because of an error. Koi's rows are compared with the simulator's truth. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { each, random, until } from './harness.mjs';
import { becomesEqual, callsAtLeast, eventCount, sync, truthOf } from './wecom_truth.mjs';
import { noViolations, pair } from './wecom_pair.mjs';

/* The line of today's board about the sync; undefined: nothing is wrong. */
const line = async (admin) =>
  (await admin.get('/api/today')).wrong.find((one) => one.link === '/wecom?tab=sync')?.title;

/* A corp of that size whose callbacks go nowhere, at the clock of this machine. */
async function corp(t, engine, size) {
  const made = await pair(t, engine, { size });
  const now = () => made.sim.post('clock/set', { at_s: Math.floor(Date.now() / 1000) });
  await now();
  return { ...made, now, admin: await made.koi.signIn('administrator') };
}

each('full sync with WeCom', (engine) => {
  test('what no callback told is there; changes too; a third sync writes nothing', async (t) => {
    const { sim, koi, admin } = await corp(t, engine, { staff: 12, customers: 300, groups: 6 });
    assert.match(await line(admin), /nothing was synced/);
    const nothing = await admin.get('/api/wecom/sync');
    assert.deepEqual([nothing.connected, nothing.hour, nothing.job], [true, 3, null]);
    assert.deepEqual(nothing.runs, []);
    const first = await sync(admin);
    assert.equal(first.result.complete, true);
    assert.equal(await line(admin), undefined);
    await becomesEqual(sim, koi);
    const least = callsAtLeast(await sim.get('state'));
    t.diagnostic(`calls: ${first.result.calls}, at least ${least}`);
    /* Pages may be short, and Koi asks about staff whom no department tells. */
    assert.ok(first.result.calls >= least && first.result.calls <= 2 * least + 20);

    await sim.post('live', { acts: 400, seconds: 1 });
    const state = await sim.get('state');
    const [group] = state.groups;
    await sim.post('tag/rename', { id: state.tag_groups[0].tags[0].id, name: '改名了' });
    await sim.post('tag/delete', { id: state.tag_groups[0].tags[1].id });
    if (group) await sim.post('group/dismiss', { chat_id: group.chat_id });
    const gone = state.relations.filter((r) => r.status === 'friend').slice(0, 3);
    for (const { userid, external_userid } of gone)
      await sim.post('staff/delete_customer', { userid, external_userid }).catch(() => {});
    await sim.post('clock/set', { at_s: Math.floor(Date.now() / 1000) + 100 }).catch(() => {});
    const second = await sync(admin);
    assert.deepEqual((await admin.get('/api/wecom/sync')).problems, []);
    assert.equal(second.result.complete, true);
    await becomesEqual(sim, koi);

    const events = await eventCount(koi);
    /* Where pages are full and everyone is told, it is the least number of calls. */
    await sim.post('habits', { short_pages: false });
    const third = await sync(admin);
    const last = await sim.get('state');
    t.diagnostic(`third: ${third.result.calls} calls, at least ${callsAtLeast(last)}`);
    assert.equal(third.result.calls, callsAtLeast(last));
    assert.equal(third.result.complete, true);
    assert.equal(await eventCount(koi), events);
    const shown = await admin.get('/api/wecom/sync');
    assert.deepEqual(
      shown.runs.map((run) => [run.job_id, run.complete, run.stage]),
      [third, second, first].map((job) => [job.id, true, 'done']),
    );
    /* Never above the formula; below it by what short last pages of chunks cost. */
    assert.ok(shown.least_calls <= third.result.calls);
    assert.ok(shown.least_calls >= third.result.calls - shown.counts.chunks);
    assert.equal(shown.runs[0].least_calls, shown.least_calls);
    /* Two days later it is old. */
    await koi.sql(`UPDATE job SET ended_us = ended_us - 172000000000 WHERE kind = 'wecom_sync'`);
    assert.equal(await line(admin), undefined);
    await koi.sql(`UPDATE job SET ended_us = ended_us - 1000000000 WHERE kind = 'wecom_sync'`);
    assert.match(await line(admin), /two days old/);
    await becomesEqual(sim, koi);
    await noViolations(sim);
  });

  test('faults are waited for; who cannot be told is named and loses nobody', async (t) => {
    const { sim, koi, admin } = await corp(t, engine, { staff: 8, customers: 120, groups: 3 });
    await sync(admin);
    const before = await truthOf(sim);
    const bad = (await sim.get('state')).relations.find((r) => before.staff.includes(r.userid));
    /* Their friendships change, and WeCom will not tell. */
    const lost = (await sim.get('state')).relations.filter(
      (r) => r.userid === bad.userid && r.status === 'friend',
    );
    for (const { userid, external_userid } of lost)
      await sim.post('staff/delete_customer', { userid, external_userid });
    const batch = 'externalcontact/batch/get_by_user';
    await sim.post('faults', {
      api: batch,
      kind: 'code',
      code: 84074,
      times: 1000,
      contains: `"${bad.userid}"`,
    });
    await sim.post('faults', { api: batch, kind: 'revoke', times: 1 });
    await sim.post('faults', { api: batch, kind: 'busy', times: 1 });
    await sim.post('faults', { api: 'user/list', kind: 'delay', ms: 200, times: 2 });
    await sim.post('faults', { api: 'externalcontact/groupchat/get', kind: 'cut', times: 1 });
    const job = await sync(admin);
    assert.equal(job.state, 'done');
    assert.equal(job.result.complete, false);
    assert.equal(job.result.problems, 1);
    const { problems } = await admin.get('/api/wecom/sync');
    assert.deepEqual(
      problems.map((p) => [p.kind, p.ref, p.state, p.code]),
      [['follow', bad.userid, 'failed', 'wecom_84074']],
    );
    assert.ok(problems[0].message.length > 10 && problems[0].advice.length > 10);
    const [shown] = (await admin.get('/api/wecom/sync')).runs;
    assert.deepEqual([shown.state, shown.complete, shown.problems], ['done', false, 1]);
    assert.match(await line(admin), /is incomplete/);
    const kept = await truthOf(sim, {
      keep: before.friends.filter((f) => f.startsWith(`${bad.userid}|`)),
    });
    await becomesEqual(sim, koi, kept);

    /* The reason is gone, and so are they. */
    sim.clearFaults();
    assert.equal((await sync(admin)).result.ended, lost.length);
    assert.equal(await line(admin), undefined);
    await becomesEqual(sim, koi);
    await noViolations(sim);
  });

  test('when nothing can be told, the job fails and goes on later; one at a time', async (t) => {
    const { sim, koi, admin } = await corp(t, engine, { staff: 4, customers: 40, groups: 1 });
    const api = 'externalcontact/get_follow_user_list';
    await sim.post('faults', { api, kind: 'code', code: 48002, times: 1000 });
    const { job } = await admin.post('/api/wecom/sync', {}, 202);
    const failed = await admin.job(job.id);
    assert.equal(failed.state, 'failed');
    assert.equal(failed.error.code, 'wecom_48002');
    const [halted] = (await admin.get('/api/wecom/sync')).runs;
    assert.deepEqual([halted.complete, halted.stage, halted.least_calls], [false, 'follow', null]);
    assert.match(await line(admin), /it failed/);
    sim.clearFaults();
    await sim.post('faults', { api: 'department/list', kind: 'delay', ms: 1500, times: 1 });
    await admin.post(`/api/jobs/${job.id}/resume`);
    const again = await admin.post('/api/wecom/sync', {}, 409);
    assert.equal(again.error.code, 'sync_running');
    assert.equal((await admin.job(job.id)).state, 'done');
    await becomesEqual(sim, koi);
    const told = await koi.koi('wecom', 'sync', '--wait');
    assert.equal(told.code, 0, told.err);
    assert.match(told.out, /4 staff|\d+ staff/);
    await noViolations(sim);
  });

  test('groups of more than a thousand owners are asked for by owners', async (t) => {
    const { sim, koi, admin } = await corp(t, engine, { staff: 1150, customers: 60, groups: 12 });
    assert.ok((await truthOf(sim)).staff.length > 1000);
    const done = await sync(admin);
    assert.equal(done.result.complete, true);
    assert.equal(done.result.groups, 12);
    await becomesEqual(sim, koi);
    await noViolations(sim);
  });

  test('killed at twenty moments it ends like an undisturbed one', async (t) => {
    const { sim, koi, admin } = await corp(t, engine, { staff: 30, customers: 3000, groups: 20 });
    const below = random(20261123);
    const { job } = await admin.post('/api/wecom/sync', {}, 202);
    let kills = 0;
    for (; kills < 20; kills++) {
      await new Promise((resolve) => setTimeout(resolve, below(200))); /* a moment, not a wait */
      const now = await admin.get(`/api/jobs/${job.id}`);
      if (now.state === 'done') break;
      await koi.crash();
      await koi.serve();
    }
    t.diagnostic(`killed ${kills} times`);
    assert.ok(kills >= 5, `killed ${kills} times`);
    const done = await until(
      async () => {
        const now = await admin.get(`/api/jobs/${job.id}`);
        return ['done', 'failed'].includes(now.state) && now;
      },
      'the end of the sync',
      120000,
    );
    assert.equal(done.state, 'done', JSON.stringify(done.error));
    assert.equal(done.result.complete, true);
    await becomesEqual(sim, koi);
    const events = await eventCount(koi);
    assert.equal((await sync(admin)).state, 'done');
    assert.equal(await eventCount(koi), events);
    await noViolations(sim);
  });
});
