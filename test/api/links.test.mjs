/* Acquisition links against a simulator of WeCom, both clocks turned by hand: uses that are left
 * and warned of, clicks by day, friends whose callback was lost; and staff who are full. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { world as begin } from './codes_world.mjs';
import { each, until } from './harness.mjs';
import { noViolations } from './wecom_pair.mjs';

const day = 86400;
const statistic = 'externalcontact/customer_acquisition/statistic';

async function world(t, engine) {
  const w = await begin(t, engine);
  w.link = async (members = [w.ids[0]], name = '短视频') => {
    const body = { kind: 'link', name, members: members.map((staff_id) => ({ staff_id })) };
    const code = await w.admin.post('/api/codes', body, 201);
    const { link_id } = (await w.sim.get('state')).links.at(-1);
    const customer_channel = new URL(code.link_url).searchParams.get('customer_channel');
    return { ...code, open: { link_id, customer_channel } };
  };
  w.scan = (link, who = {}) => w.sim.post('customer/scan', { ...link.open, ...who });
  w.warned = async () => (await w.admin.get('/api/codes/warnings')).items;
  w.quota = () => w.admin.get('/api/codes/quota');
  w.ask = async () => {
    const { job } = await w.admin.post('/api/wecom/statistics', {}, 202);
    return w.admin.job(job.id);
  };
  w.stats = (query) => w.admin.get(`/api/codes/statistics?from=2026-11-20&to=2026-12-31${query}`);
  w.askedOf = async (path) =>
    (await w.sim.get('journal')).entries.filter((e) => e.kind === 'api' && e.what === path).length;
  return w;
}

each('links', (engine) => {
  test('uses left are asked for by the hour and when WeCom tells, and warned of', async (t) => {
    const w = await world(t, engine);
    const none = await w.quota();
    assert.deepEqual([none.balance, none.told_s, none.problem, none.wrong], [null, null, null, []]);
    assert.match(none.why, /not asked for yet: no link/);
    await w.look();
    assert.equal((await w.quota()).tried_s, null, 'without a link nothing is asked for');

    const link = await w.link();
    assert.match((await w.quota()).why, /within a minute/);
    await w.look();
    assert.deepEqual(
      (await w.quota()).wrong.map((x) => x.kind),
      ['balance_exhausted'],
    );
    const bought_s = w.now;
    await w.sim.post('quota/set', { balance: 200, expire_date: bought_s + 60 * day });
    await w.settled();
    const first = await w.quota();
    assert.deepEqual([first.balance, first.peak, first.why], [200, 200, null]);
    assert.deepEqual(
      first.parts.filter((p) => p.balance > 0),
      [{ expire_s: bought_s + 60 * day, balance: 200 }],
    );
    /* Not again within the hour, then again. */
    await w.scan(link);
    await w.settled();
    await w.look();
    assert.equal((await w.quota()).balance, 200);
    await w.later(w.now + 3600);
    await w.look();
    const later = await w.quota();
    assert.deepEqual([later.balance, later.total - first.total], [199, 1]);

    /* WeCom warns below twenty; the setting warns before. */
    await w.admin.put('/api/settings/link_quota_low_percent', { value: '95' });
    await w.sim.post('quota/set', { balance: 180, expire_date: w.now + 60 * day });
    const now = await w.admin.post('/api/codes/quota', {});
    assert.deepEqual([now.balance, now.wrong.map((x) => x.kind)], [180, ['balance_low']]);
    assert.deepEqual(
      (await w.warned()).map((x) => [x.kind, x.detail]),
      [['balance_low', '180']],
    );
    await w.sim.post('quota/set', { balance: 0, expire_date: w.now + 60 * day });
    await w.settled();
    assert.equal((await w.quota()).balance, 0, 'the callback led to an asking at once');
    assert.deepEqual(
      (await w.warned()).map((x) => x.kind),
      ['balance_exhausted'],
    );
    const today = await w.admin.get('/api/today');
    const said = today.wrong.find((x) => x.link === '/codes?tab=quota');
    assert.match(said.title, /no uses of acquisition links are left/);
    assert.match(said.detail, /buy more/);
    const staff = await w.koi.signIn('staff');
    assert.ok(!(await staff.get('/api/today')).wrong.some((x) => x.link === said.link));
    await staff.get('/api/codes/quota', 403);

    /* Bought again: within two weeks it is said that it lapses, and how much. */
    await w.sim.post('quota/buy', { uses: 300, expire_date: w.now + 16 * day });
    await w.settled();
    assert.deepEqual(await w.warned(), []);
    const lapses = (await w.quota()).parts.find((p) => p.balance > 0).expire_s;
    await w.later(w.now + 3 * day);
    await w.look();
    await w.settled();
    assert.deepEqual(
      (await w.warned()).map((x) => [x.kind, x.detail]),
      [['quota_expires', `300 ${lapses}`]],
    );
    const [wrong] = (await w.quota()).wrong;
    assert.deepEqual(
      [wrong.kind, /lapse soon: 300, from 2026-12-09/.test(wrong.title)],
      ['quota_expires', true],
    );

    /* Refused, the last answer stays and says why it is old. */
    const before = await w.quota();
    await w.sim.post('faults', {
      api: 'externalcontact/customer_acquisition_quota',
      kind: 'code',
      code: 48002,
      times: 9,
    });
    await w.later(w.now + 3600);
    await w.look();
    const refused = await w.quota();
    assert.deepEqual([refused.balance, refused.told_s], [before.balance, before.told_s]);
    assert.equal(refused.problem.code, 'wecom_48002');
    assert.ok(refused.problem.message && refused.problem.hint);
    const asked = await w.admin.call('POST', '/api/codes/quota', {});
    assert.equal(asked.body.error.code, 'wecom_48002');
    const told = await w.koi.koi('code', 'quota');
    assert.match(told.out, /300/);
    assert.match(told.out, /BAD {2}/);
    w.sim.clearFaults();
    const again = await w.koi.koi('code', 'quota', '--ask', '--json');
    assert.equal(JSON.parse(again.out).problem, null);
    await noViolations(w.sim);
  });

  test('a callback whose asking failed is followed by one a minute later', async (t) => {
    const w = await world(t, engine);
    await w.sim.post('quota/set', { balance: 20, expire_date: w.now + 60 * day });
    const link = await w.link();
    await w.look();
    await w.sim.post('faults', {
      api: 'externalcontact/customer_acquisition_quota',
      kind: 'code',
      code: 48002,
      times: 1,
    });
    await w.scan(link);
    await w.settled();
    assert.equal((await w.quota()).balance, 20);
    assert.deepEqual(
      (await w.warned()).map((x) => x.kind),
      ['balance_low'],
    );
    await w.look();
    assert.equal((await w.quota()).balance, 19);
  });

  test('clicks are told by day and link, kept, and a kill leaves no gap', async (t) => {
    const w = await world(t, engine);
    await w.sim.post('quota/set', { balance: 500, expire_date: w.now + 60 * day });
    const link = await w.link();
    const { external_userid } = await w.scan(link);
    await w.scan(link);
    await w.scan(link, { external_userid }); /* a friend already: a click, and nobody new */
    await w.settled();
    const other = await w.link([w.ids[1]], '公众号');
    await w.later(w.now + 3 * day);
    await w.scan(link);
    await w.settled();
    await w.later(w.now + 5 * 3600);
    await w.sim.post('faults', { api: statistic, kind: 'delay', ms: 3000, times: 1 });
    const { job } = await w.admin.post('/api/wecom/statistics', {}, 202);
    await until(async () => (await w.admin.get(`/api/jobs/${job.id}`)).done >= 3, 'the links');
    await w.koi.crash();
    await w.koi.serve();
    const ended = await until(async () => {
      const now = await w.admin.get(`/api/jobs/${job.id}`);
      return now.state === 'done' && now;
    }, 'the job goes on');
    assert.deepEqual([ended.result.complete, ended.result.links], [true, 2]);
    assert.equal(
      await w.koi.sql(
        `SELECT count(*) || ' ' || min(day) || ' ' || max(day) FROM link_day
         WHERE code_id = ${link.id}`,
      ),
      '3 20780 20782',
    );
    const codes = await w.stats('');
    const row = codes.items.find((i) => i.code.id === link.id);
    assert.deepEqual([row.click_link_customer_cnt, row.new_customer_cnt, row.friends], [3, 2, 3]);
    assert.ok(Math.abs(row.added_rate - 2 / 3) < 1e-9);
    const quiet = codes.items.find((i) => i.code.id === other.id);
    assert.deepEqual(
      [quiet.click_link_customer_cnt, quiet.added_rate, quiet.friends],
      [0, null, 0],
    );
    assert.equal(codes.sum.click_link_customer_cnt, 3);
    const days = await w.stats(`&by=day&code_id=${link.id}`);
    assert.deepEqual(
      days.items.map((i) => [i.day, i.click_link_customer_cnt, i.new_customer_cnt]),
      [
        ['2026-11-23', 3, 2],
        ['2026-11-24', 0, 0],
        ['2026-11-25', 0, 0],
        ['2026-11-26', null, null],
      ],
    );
    /* Nobody tells them by hour, nor to who sees a part of the corp. */
    const hours = await w.stats('&by=hour');
    assert.equal(hours.sum.click_link_customer_cnt, null);
    assert.match(hours.not_available[1].reason, /by member of staff or hour/);
    const part = await w.koi.signIn('manager', { scope: 'own', staff_id: w.ids[2] });
    const seen = await part.get('/api/codes/statistics?from=2026-11-20&to=2026-12-31');
    assert.equal(seen.sum.click_link_customer_cnt, null);
    assert.match(seen.not_available[1].reason, /the whole corp/);
    /* Once told, a day is not asked for again; a link that WeCom does not have is named. */
    assert.equal((await w.ask()).result.calls, 0);
    await w.later(w.now + day);
    await w.sim.post('faults', {
      api: statistic,
      kind: 'code',
      code: 40058,
      contains: link.open.link_id,
      times: 9,
    });
    const partly = await w.ask();
    assert.deepEqual(partly.result.refused, [{ link_id: link.open.link_id, code: 'wecom_40058' }]);
    w.sim.clearFaults();
    assert.equal((await w.ask()).result.complete, true);
    await noViolations(w.sim);
  });

  test('a friend by a link whose callback was lost is counted after the full sync', async (t) => {
    const w = await world(t, engine);
    await w.sim.post('quota/set', { balance: 50, expire_date: w.now + 60 * day });
    const link = await w.link();
    await w.sim.post('weather', { callback_lost: 1 });
    await w.scan(link);
    await w.at(w.now + 60);
    const entries = () => w.koi.sql(`SELECT count(*) FROM code_entry WHERE code_id = ${link.id}`);
    assert.equal(await entries(), '0');
    for (let i = 0; i < 2; i++) {
      const { job } = await w.admin.post('/api/wecom/sync', {}, 202);
      assert.equal((await w.admin.job(job.id)).state, 'done');
      assert.equal(await entries(), '1', 'once');
    }
    assert.equal((await w.stats('')).items.find((i) => i.code.id === link.id).friends, 1);
  });

  test('who is full at WeCom is left out of every code for a day', async (t) => {
    const w = await world(t, engine);
    const [a, b] = w.ids;
    const name = (id) => w.koi.sql(`SELECT name FROM staff WHERE id = ${id}`);
    const code = await w.admin.post(
      '/api/codes',
      { kind: 'staff', name: '门店', members: [{ staff_id: a }, { staff_id: b }] },
      201,
    );
    assert.deepEqual(await w.standing(), w.userids.slice(0, 2));
    /* A hand-over that WeCom refuses says whose list is full. */
    const friend = (await w.sim.post('customer/add', { userid: w.userids[2], welcome: false }))
      .external_userid;
    await w.settled();
    await w.sim.post('staff/set', { userid: w.userids[0], capacity: 1 });
    const plan = { from_staff_id: w.ids[2], rule: 'one', heirs: [{ staff_id: a }], reason: '换人' };
    const dry = await w.admin.post('/api/handovers', { ...plan, dry_run: true });
    await w.admin.post(
      '/api/handovers',
      { ...plan, dry_run: false, customers: dry.customers },
      201,
    );
    await until(async () => {
      await w.at(w.now + 60);
      await w.admin.post('/api/handovers/look', {});
      return (await w.koi.sql('SELECT count(*) FROM staff_full')) === '1';
    }, 'the successor is full');
    assert.ok(friend);
    await w.look();
    assert.deepEqual(await w.standing(), [w.userids[1]]);
    const full = (await w.warned()).filter((x) => x.kind === 'full');
    assert.deepEqual(
      full.map((x) => [x.code.id, x.detail]),
      [[code.id, await name(a)]],
    );
    const shown = await w.admin.get(`/api/codes/${code.id}`);
    assert.ok(shown.members[0].full_until_s > w.now && shown.members[1].full_until_s === null);
    /* A code that ends takes its warning along. */
    const brief = await w.admin.post(
      '/api/codes',
      {
        kind: 'staff',
        name: '一小时',
        members: [{ staff_id: a }, { staff_id: b }],
        expires_s: w.now + 3600,
      },
      201,
    );
    await w.look();
    const of = async (id) => (await w.warned()).filter((x) => x.code?.id === id).map((x) => x.kind);
    assert.deepEqual(await of(brief.id), ['full']);
    await w.later(w.now + 3601);
    await w.look();
    assert.deepEqual(await of(brief.id), []);
    assert.deepEqual(await of(code.id), ['full']);
    /* A day later they are back by themselves. */
    await w.later(w.now + day + 60);
    await w.look();
    assert.deepEqual(await w.standing(), w.userids.slice(0, 2));
    assert.deepEqual(
      (await w.warned()).filter((x) => x.kind === 'full'),
      [],
    );
  });

  test('a refusal of a code says who is full where one alone stands there', async (t) => {
    const w = await world(t, engine);
    const [a, b, c] = w.ids;
    const fault = (api) => w.sim.post('faults', { api, kind: 'code', code: 40099, times: 1 });
    const rows = () => w.koi.sql('SELECT count(*) FROM staff_full');
    const make = (members) =>
      w.admin.call('POST', '/api/codes', { kind: 'staff', name: '门店', members });
    await fault('externalcontact/add_contact_way');
    const two = await make([{ staff_id: a }, { staff_id: b }]);
    assert.equal(two.body.error.code, 'wecom_40099');
    assert.ok(two.body.error.hint);
    assert.equal(await rows(), '0', 'WeCom does not say whom of two it means');
    await fault('externalcontact/add_contact_way');
    assert.equal((await make([{ staff_id: a }])).body.error.code, 'wecom_40099');
    assert.equal(await rows(), '1');
    /* Backup staff stand in for one who is full; when they are full as well, the list stays. */
    const made = await make([{ staff_id: a }, { staff_id: c, backup: true }]);
    assert.equal(made.status, 201, made.text);
    assert.deepEqual(await w.standing(), [w.userids[2]]);
    await w.later(w.now + day + 60);
    await fault('externalcontact/update_contact_way');
    const looked = await w.look();
    assert.equal(looked.refused, 1);
    assert.deepEqual(await w.standing(), [w.userids[2]]);
    assert.equal(await rows(), '1');
    await w.look();
    assert.deepEqual(
      (await w.warned()).map((x) => x.kind),
      ['full'],
    );
  });
});
