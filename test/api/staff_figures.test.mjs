/* Figures of staff against a simulator of WeCom, both clocks turned by hand: asked for by the day,
 * added up, shown by staff, department and day; what cannot be told; a job that is killed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { each, until } from './harness.mjs';
import { noViolations } from './wecom_pair.mjs';
import { World, world as start } from './wecom_world.mjs';

const day = 86400;
/* Monday 23 November 2026, 09:00 in Shanghai. */
const begin = Date.UTC(2026, 10, 23, 1) / 1000;
const behavior = 'externalcontact/get_user_behavior_data';

class FiguresWorld extends World {
  async add(userid) {
    return (await this.sim.post('customer/add', { userid, welcome: false })).external_userid;
  }

  async ask() {
    const { job } = await this.admin.post('/api/wecom/statistics', {}, 202);
    return this.admin.job(job.id);
  }

  figures(query = '') {
    return this.admin.get(`/api/staff/figures${query}`);
  }
}

async function world(t, engine) {
  const w = await start(t, engine, {
    Of: FiguresWorld,
    now: begin,
    size: { staff: 4, customers: 0, groups: 0 },
    KOI_WECOM_STATISTICS_HOUR: '-1',
  });
  const { staff } = await w.sim.get('state');
  [w.anna, w.ben] = staff.filter((s) => s.contact_right && s.status === 1).map((s) => s.userid);
  return w;
}

each('figures of staff', (engine) => {
  test('asked for by the day, under WeCom’s names, never averaged', async (t) => {
    const w = await world(t, engine);
    const gone = await w.add(w.anna);
    const stays = await w.add(w.anna);
    await w.add(w.ben);
    const chat = (userid, external_userid, from, n) =>
      w.sim.post('chat', { userid, external_userid, from, n }).catch(() => undefined);
    await chat(w.anna, stays, 'customer', 2);
    await chat(w.anna, stays, 'staff', 3);
    await w.sim.post('customer/delete', { userid: w.anna, external_userid: gone });
    await w.sim.post('group/create', { owner: w.anna, name: '福利群' });
    await w.settled();
    /* Before six in the morning yesterday is not asked for. */
    await w.later(begin + day - 5 * 3600);
    const early = await w.ask();
    assert.equal(early.state, 'done', JSON.stringify(early.error));
    assert.equal((await w.figures('?from=2026-11-23&to=2026-11-23')).told_s, null);
    await w.later(begin + day);
    const done = await w.ask();
    assert.equal(done.result.complete, true);
    assert.equal(done.result.calls, 3); /* two members, and one who owns a group */
    assert.equal(done.result.days, 3);
    assert.equal((await w.ask()).result.calls, 0);
    const all = await w.figures('?from=2026-11-23&to=2026-11-23');
    const anna = all.items.find((i) => i.new_contact_cnt === 2);
    assert.ok(anna, JSON.stringify(all));
    assert.equal(anna.negative_feedback_cnt, 1);
    assert.equal(anna.new_chat_cnt, 1);
    assert.equal(anna.friends_added, 2);
    assert.equal(anna.friends_ended_by_customer, 1);
    assert.equal(anna.base_7d, 0); /* not over yet */
    assert.equal(all.sum.new_contact_cnt, 3);
    const keys = all.not_available.map((x) => x.key);
    assert.ok(keys.includes('first_greeting_reply') && keys.includes('moment_likes'));
    const days = await w.figures('?from=2026-11-22&to=2026-11-23&by=day');
    assert.deepEqual(
      days.items.map((i) => [i.day, i.new_contact_cnt]),
      [
        ['2026-11-22', 0],
        ['2026-11-23', 3],
      ],
    );
    const departments = await w.figures('?from=2026-11-23&to=2026-11-23&by=department');
    assert.equal(
      departments.items.reduce((n, i) => n + i.new_contact_cnt, 0),
      3,
    );
    /* Eight days later: one of two is still a friend. */
    await w.later(begin + 8 * day);
    await w.ask();
    const later = await w.figures('?from=2026-11-23&to=2026-11-23');
    const kept = later.items.find((i) => i.new_contact_cnt === 2);
    assert.deepEqual([kept.base_7d, kept.kept_7d, kept.base_30d], [2, 1, 0]);
    const refused = await w.admin.call('GET', '/api/staff/figures?from=2026-01-01&to=2026-11-23');
    assert.equal(refused.status, 400);
    await noViolations(w.sim);
  });

  test('percentages of several days are told as lowest and highest', async (t) => {
    const w = await world(t, engine);
    await w.add(w.anna);
    await w.settled();
    const { items } = await w.admin.get('/api/staff?limit=10');
    const { id } = items.find((s) => s.userid === w.anna);
    const first = Math.floor(begin / day) - 3;
    const row = (d, percent, minutes) =>
      `INSERT INTO staff_day (staff_id, day, chat_cnt, message_cnt, reply_percentage,
       avg_reply_time, told_us) VALUES (${id}, ${first + d}, 10, 20, ${percent}, ${minutes}, 1)`;
    await w.koi.sql([row(0, 80, 5), row(1, 20, 9), row(2, 'NULL', 'NULL')].join(';'));
    const all = await w.figures('?from=2026-11-20&to=2026-11-22');
    const [anna] = all.items;
    assert.equal(anna.reply_percentage, null);
    assert.deepEqual([anna.reply_percentage_low, anna.reply_percentage_high], [20, 80]);
    assert.equal(anna.avg_reply_time, null);
    assert.equal(anna.chat_cnt, 30);
    const one = await w.figures('?from=2026-11-20&to=2026-11-20');
    assert.equal(one.items[0].reply_percentage, 80);
    assert.equal(one.items[0].avg_reply_time, 5);
    const none = await w.figures('?from=2026-11-22&to=2026-11-22');
    assert.equal(none.items[0].reply_percentage_low, null);
  });

  test('who cannot be told is named, and a kill loses nothing', async (t) => {
    const w = await world(t, engine);
    await w.add(w.anna);
    await w.add(w.ben);
    await w.settled();
    await w.later(begin + day);
    await w.sim.post('faults', {
      api: behavior,
      kind: 'code',
      code: 84074,
      contains: w.anna,
      times: 9,
    });
    const partly = await w.ask();
    assert.equal(partly.result.complete, false);
    assert.deepEqual(partly.result.refused, [{ userid: w.anna, code: 'wecom_84074' }]);
    const said = await w.koi.koi('wecom', 'statistics', '--wait');
    assert.notEqual(said.code, 0);
    assert.match(said.out, /84074/);
    w.sim.clearFaults();
    await w.sim.post('faults', { api: behavior, kind: 'delay', ms: 3000, times: 1 });
    const { job } = await w.admin.post('/api/wecom/statistics', {}, 202);
    const twice = await w.admin.post('/api/wecom/statistics', {}, 409);
    assert.equal(twice.error.code, 'statistics_running');
    await w.koi.crash();
    await w.koi.serve();
    const ended = await until(async () => {
      const now = await w.admin.get(`/api/jobs/${job.id}`);
      return now.state === 'done' && now;
    }, 'the job goes on');
    assert.equal(ended.result.complete, true);
    assert.equal((await w.figures('?from=2026-11-23&to=2026-11-23')).items.length, 2);
    await noViolations(w.sim);
  });
});
