// Acquisition links: uses that are bought, spent and told; clicks by day; who came; and what the
// documents allow to be asked.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { boot, type Booted, type Json } from './helper.ts';

const c = 'externalcontact/customer_acquisition';
const DAY_S = 86_400;

describe('acquisition links', () => {
  let sim: Booted;
  let link_id = '';
  const now = async () => (await sim.control<{ at_s: number }>('clock')).at_s;
  const quota = () =>
    sim.call(`${c}_quota`) as unknown as Promise<{
      total: number;
      balance: number;
      quota_list: { expire_date: number; balance: number }[];
    }>;
  const scan = (who: Json = {}) =>
    sim.control<{ userid: string; external_userid: string }>('customer/scan', { link_id, ...who });

  before(async () => {
    sim = await boot(7);
    const { link } = (await sim.call(`${c}/create_link`, {
      link_name: '投放',
      range: { user_list: ['staff1'] },
    })) as unknown as { link: { link_id: string } };
    link_id = link.link_id;
  });
  after(() => sim.close());

  it('spend a use on each new friend, and none on who is a friend already', async () => {
    const first = await quota();
    assert.equal(first.total, 0, 'nothing is spent yet');
    const { external_userid } = await scan();
    await scan({ external_userid });
    const then = await quota();
    assert.deepEqual([then.total, then.balance], [1, first.balance - 1]);
    assert.equal(
      then.quota_list.reduce((n, lot) => n + lot.balance, 0),
      then.balance,
    );
  });

  it('are used up, and set by hand', async () => {
    await sim.control('quota/set', { balance: 1, expire_date: (await now()) + DAY_S });
    await scan();
    const then = await quota();
    assert.deepEqual([then.balance, then.total > 1], [0, true]);
    await assert.rejects(scan());
    await sim.control('quota/set', { balance: 50, expire_date: (await now()) + DAY_S });
    assert.equal((await quota()).balance, 50);
    await sim.control('clock/advance', { seconds: DAY_S + 1 });
    await sim.token('koi');
    const lapsed = await quota();
    assert.deepEqual(
      [lapsed.balance, lapsed.quota_list.every((lot) => lot.balance === 0)],
      [0, true],
    );
  });

  it('count clicks and customers by the day, thirty of the last 180', async () => {
    await sim.control('quota/set', { balance: 9, expire_date: (await now()) + 9 * DAY_S });
    await scan();
    const at_s = await now();
    const counted = (from: number, to: number) =>
      sim.call(`${c}/statistic`, { link_id, start_time: from, end_time: to });
    const day = await counted(at_s, at_s);
    assert.deepEqual([day['click_link_customer_cnt'], day['new_customer_cnt']], [1, 1]);
    const month = await counted(at_s - 29 * DAY_S, at_s);
    assert.equal(month['new_customer_cnt'], 3);
    assert.deepEqual(await sim.violations(), []);
    assert.equal((await counted(at_s - 30 * DAY_S, at_s)).errcode, 40058);
    assert.equal((await counted(at_s - 190 * DAY_S, at_s - 190 * DAY_S)).errcode, 40058);
    assert.equal((await counted(at_s, at_s - DAY_S)).errcode, 40058);
  });

  it('say who came, a thousand a page', async () => {
    const all = await sim.call(`${c}/customer`, { link_id, limit: 1000 });
    assert.equal((all['customer_list'] as Json[]).length, 3);
    assert.deepEqual(
      new Set((all['customer_list'] as Json[]).map((row) => row['chat_status'])),
      new Set([0]),
    );
    assert.equal((await sim.call(`${c}/customer`, { link_id, limit: 1001 })).errcode, 40058);
  });
});
