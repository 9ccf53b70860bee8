import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { boot, type Booted, type Json } from './helper.ts';

describe('paging', () => {
  let sim: Booted;
  let staff: string[];
  before(async () => {
    sim = await boot(31, { staff: 6, customers: 400, groups: 40 });
    staff = (await sim.call('externalcontact/get_follow_user_list'))['follow_user'] as string[];
  });
  after(() => sim.close());

  /** Walks to the end; how the pages and their ends looked. */
  async function walk(path: string, body: Json, field: string) {
    const rows: Json[] = [];
    const pages: number[] = [];
    let cursor = '';
    let last: Json;
    do {
      last = await sim.call(path, { ...body, ...(cursor ? { cursor } : {}) });
      assert.equal(last['errcode'], 0);
      const page = last[field] as Json[];
      rows.push(...page);
      pages.push(page.length);
      cursor = String(last['next_cursor'] ?? '');
    } while (cursor !== '');
    return { rows, pages, bare: !('next_cursor' in last), plain: !('errmsg' in last) };
  }

  it('gives every relation once, pages sometimes short, the end with and without a cursor', async () => {
    const state = await sim.control<{ relations: Json[] }>('state');
    const body = { userid_list: staff, limit: 50 };
    const seen = { short: 0, bare: 0, empty: 0, plain: 0 };
    for (let n = 0; n < 12; n++) {
      const w = await walk('externalcontact/batch/get_by_user', body, 'external_contact_list');
      const keys = w.rows.map((r) => {
        const info = r['follow_info'] as Json;
        const who = r['external_contact'] as Json;
        return `${String(info['userid'])} ${String(who['external_userid'])}`;
      });
      assert.equal(new Set(keys).size, keys.length);
      assert.equal(keys.length, state.relations.length);
      if (w.pages.slice(0, -1).some((p) => p < 50)) seen.short++;
      if (w.bare) seen.bare++;
      else seen.empty++;
      if (w.plain) seen.plain++;
    }
    assert.ok(seen.short > 0 && seen.bare > 0 && seen.empty > 0 && seen.plain > 0);
  });

  it('leaves out what has gone since the first page', async () => {
    await sim.control('habits', { short_pages: false });
    const [userid = ''] = staff;
    const path = 'externalcontact/batch/get_by_user';
    const first = await sim.call(path, { userid_list: [userid], limit: 1 });
    const state = await sim.control<{ relations: Json[] }>('state');
    const own = state.relations.filter((r) => r['userid'] === userid);
    for (const r of own.slice(1)) {
      const { external_userid } = r;
      await sim.control('staff/delete_customer', { userid, external_userid });
    }
    const cursor = first['next_cursor'];
    const rest = await sim.call(path, { userid_list: [userid], limit: 100, cursor });
    assert.deepEqual(rest['external_contact_list'], []);
    await sim.control('habits', { short_pages: true });
  });

  it('answers a limit above the maximum as the documents say', async () => {
    await sim.control('habits', { short_pages: false });
    await sim.control('violations/clear', {});
    const big = { userid_list: staff, limit: 1000 };
    const clamp = await sim.call('externalcontact/batch/get_by_user', big);
    assert.equal((clamp['external_contact_list'] as Json[]).length, 100);
    const groups = await sim.call('externalcontact/groupchat/list', { limit: 1001 });
    assert.equal(groups.errcode, 40058);
    assert.equal((await sim.call('externalcontact/groupchat/list', {})).errcode, 40063);
    const msg = await sim.call('externalcontact/add_msg_template', { text: { content: '好' } });
    const { msgid } = msg;
    const state = await sim.control<{ messages: { tasks: { userid: string }[] }[] }>('state');
    const userid = state.messages[0]?.tasks[0]?.userid;
    const path = 'externalcontact/get_groupmsg_send_result';
    assert.equal((await sim.call(path, { msgid, userid, limit: 5000 })).errcode, 0);
    assert.deepEqual(
      (await sim.violations()).map((v) => v.errcode),
      [0, 40058, 40063, 0],
    );
    await sim.control('habits', { short_pages: true });
  });

  it('refuses stale cursors, and those of another question', async () => {
    const path = 'externalcontact/contact_list';
    const first = await sim.call(path, { limit: 2 });
    const cursor = first['next_cursor'];
    assert.equal((await sim.call(path, { limit: 2, cursor })).errcode, 0);
    const other = await sim.call('externalcontact/groupchat/list', { limit: 2, cursor });
    assert.equal(other.errcode, 50100);
    await sim.control('clock/advance', { seconds: 4 * 3600 + 1 });
    await sim.token('koi');
    assert.equal((await sim.call(path, { limit: 2, cursor })).errcode, 50100);
    const again = await sim.call(path, { limit: 2 });
    await sim.control('cursors/expire', {});
    const stale = await sim.call(path, { limit: 2, cursor: again['next_cursor'] });
    assert.equal(stale.errcode, 50100);
  });

  it('adds unknown fields and writes numbers as text where the documents do', async () => {
    const seen = { extra: 0, text: 0, number: 0 };
    const { at_s } = await sim.control<{ at_s: number }>('clock');
    await sim.call('externalcontact/add_msg_template', { text: { content: '好' } });
    const body = { chat_type: 'single', start_time: at_s - 9, end_time: at_s + 9, limit: 10 };
    for (let n = 0; n < 40; n++) {
      const reply = await sim.call('externalcontact/get_groupmsg_list_v2', body);
      const [row] = reply['group_msg_list'] as Json[];
      if ('sim_unknown' in reply) seen.extra++;
      if (typeof row?.['create_time'] === 'string') seen.text++;
      else seen.number++;
    }
    assert.ok(seen.extra > 0 && seen.text > 0 && seen.number > 0);
    await sim.control('habits', { extra_fields: false, text_numbers: false, no_errcode: false });
    const plain = await sim.call('externalcontact/get_groupmsg_list_v2', body);
    assert.ok('errmsg' in plain && !('sim_unknown' in plain));
  });
});
