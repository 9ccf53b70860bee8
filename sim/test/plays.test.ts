// Whole stories: what a connector lives through.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { boot, type Booted, type Json } from './helper.ts';
import { upload } from './legal.ts';

const c = 'externalcontact/';

interface Pair {
  userid: string;
  external_userid: string;
}

describe('stories', () => {
  let sim: Booted;
  before(async () => {
    sim = await boot(51, { staff: 6, customers: 80, groups: 3 });
  });
  after(() => sim.close());

  const lastEvent = async (change: string): Promise<Json> => {
    const { entries } = await sim.control<{
      entries: { by: string; act: string; what: { fields: Json } }[];
    }>('journal');
    return entries.findLast((e) => e.by === 'callback' && e.act === change)?.what.fields ?? {};
  };
  const welcome = (welcome_code: unknown, content = '欢迎') =>
    sim.call(`${c}send_welcome_msg`, { welcome_code, text: { content } });

  it('a customer scans, is half a friend, is welcomed, is confirmed', async () => {
    const body = { type: 1, scene: 2, user: ['staff1'], state: '门店-3' };
    const way = await sim.call(`${c}add_contact_way`, body);
    const { config_id } = way;
    const who = await sim.control<Pair>('customer/scan', { config_id, half: true });
    const { external_userid } = who;
    const event = await lastEvent('add_half_external_contact');
    assert.equal(event['State'], '门店-3');
    const detail = () => sim.call(`${c}get`, undefined, { external_userid });
    assert.equal((await detail()).errcode, 84061);
    assert.equal((await welcome(event['WelcomeCode'])).errcode, 0);
    assert.equal((await welcome(event['WelcomeCode'])).errcode, 41051);
    const { userid } = who;
    await sim.control('customer/confirm', { userid, external_userid });
    assert.equal((await lastEvent('add_external_contact'))['WelcomeCode'], undefined);
    const reply = await detail();
    const [follow] = reply['follow_user'] as Json[];
    assert.deepEqual([follow?.['state'], follow?.['add_way']], ['门店-3', 1]);
    assert.equal((await sim.call(`${c}list`, undefined, { userid: 'staff1' })).errcode, 0);
  });

  it('a welcome dies after 20 seconds, and when the chat has begun', async () => {
    await sim.control('customer/add', { userid: 'staff1' });
    const late = await lastEvent('add_external_contact');
    await sim.control('clock/advance', { seconds: 21 });
    assert.equal((await welcome(late['WelcomeCode'])).errcode, 41050);
    assert.equal((await welcome('CALLBACK_nothing')).errcode, 41050);
    const who = await sim.control<Pair>('customer/add', { userid: 'staff1' });
    const { userid, external_userid } = who;
    await sim.control('customer/chat', { userid, external_userid, from: 'customer' });
    const code = (await lastEvent('add_external_contact'))['WelcomeCode'];
    assert.equal((await welcome(code)).errcode, 41051);
    await sim.control('customer/add', { userid: 'staff1', welcome: false });
    assert.equal((await lastEvent('add_external_contact'))['WelcomeCode'], undefined);
  });

  it('without skip_verify the customer applies, and nothing is told before the staff agrees', async () => {
    const body = { type: 1, scene: 2, user: ['staff1'], skip_verify: false };
    const { config_id } = await sim.call(`${c}add_contact_way`, body);
    const from = (await sim.control<{ entries: Json[] }>('journal')).entries.length;
    const { userid, external_userid } = await sim.control<Pair>('customer/scan', { config_id });
    const { entries } = await sim.control<{ entries: Json[] }>(`journal?after=${from}`);
    assert.deepEqual(
      entries.map((e) => e['by']),
      ['control'],
    );
    await sim.control('customer/confirm', { userid, external_userid });
    assert.ok((await lastEvent('add_external_contact'))['WelcomeCode']);
  });

  it('84061 when the staff deleted the customer, not when the customer did', async () => {
    const { userid, external_userid } = await sim.control<Pair>('customer/add', {
      userid: 'staff2',
    });
    const remark = () => sim.call(`${c}remark`, { userid, external_userid, remark: '改' });
    await sim.control('customer/delete', { userid, external_userid });
    assert.equal((await remark()).errcode, 0);
    await sim.control('staff/delete_customer', { userid, external_userid });
    assert.equal((await remark()).errcode, 84061);
  });

  it('a hand-over on the job takes 24 hours, can be refused, and not three times', async () => {
    const { external_userid } = await sim.control<Pair>('customer/add', { userid: 'staff1' });
    const hand = async (from: string, to: string) => {
      const reply = await sim.call(`${c}transfer_customer`, {
        handover_userid: from,
        takeover_userid: to,
        external_userid: [external_userid],
      });
      const [row] = (reply['customer'] ?? []) as { errcode: number }[];
      return row?.errcode ?? reply.errcode;
    };
    const status = async (from: string, to: string) => {
      const pair = { handover_userid: from, takeover_userid: to };
      const reply = await sim.call(`${c}transfer_result`, pair);
      return (reply['customer'] as { status: number }[]).map((r) => r.status);
    };
    const day = async () => {
      await sim.control('clock/advance', { seconds: 86_400 });
      await sim.token('koi');
    };
    assert.equal(await hand('staff1', 'staff1'), 40130);
    assert.equal(await hand('staff2', 'staff1'), 40131);
    assert.equal(await hand('staff1', 'staff2'), 0);
    assert.equal(await hand('staff1', 'staff2'), 40129);
    assert.equal(await hand('staff1', 'staff3'), 40100);
    assert.deepEqual(await status('staff1', 'staff2'), [2]);
    await sim.control('customer/refuse_transfer', { external_userid });
    assert.deepEqual(await status('staff1', 'staff2'), [3]);
    assert.equal((await lastEvent('transfer_fail'))['FailReason'], 'customer_refused');
    assert.equal(await hand('staff1', 'staff2'), 0);
    await day();
    assert.deepEqual(await status('staff1', 'staff2'), [1]);
    assert.equal((await lastEvent('del_external_contact'))['Source'], 'DELETE_BY_TRANSFER');
    const added = await lastEvent('add_external_contact');
    assert.deepEqual([added['UserID'], added['WelcomeCode']], ['staff2', undefined]);
    assert.equal(await hand('staff2', 'staff3'), 0);
    await day();
    assert.equal(await hand('staff3', 'staff1'), 40128);
    await sim.control('clock/advance', { seconds: 90 * 86_400 });
    await sim.token('koi');
    await sim.control('staff/set', { userid: 'staff1', capacity: 0 });
    assert.equal(await hand('staff3', 'staff1'), 40099);
    await sim.control('staff/set', { userid: 'staff1', capacity: 5000 });
    assert.equal(await hand('staff3', 'staff1'), 0);
    await sim.control('staff/set', { userid: 'staff1', capacity: 0 });
    await day();
    assert.deepEqual(await status('staff3', 'staff1'), [4]);
    await sim.control('staff/set', { userid: 'staff1', capacity: 5000 });
  });

  it('who leaves leaves customers to assign and groups to take over', async () => {
    await sim.control('staff/join', { userid: 'zou', name: '走', department: [1] });
    const { external_userid } = await sim.control<Pair>('customer/add', { userid: 'zou' });
    const { chat_id } = await sim.control('group/create', { owner: 'zou', name: '群' });
    const body = { chat_id_list: [chat_id], new_owner: 'staff2' };
    const early = await sim.call(`${c}groupchat/transfer`, body);
    assert.equal((early['failed_chat_list'] as { errcode: number }[])[0]?.errcode, 90500);
    const args = { handover_userid: 'zou', takeover_userid: 'staff2' };
    const move = { ...args, external_userid: [external_userid] };
    assert.equal((await sim.call(`${c}resigned/transfer_customer`, move)).errcode, 40097);
    await sim.control('staff/leave', { userid: 'zou' });
    const list = await sim.call(`${c}get_unassigned_list`, { page_size: 100 });
    const info = list['info'] as { external_userid: string }[];
    assert.deepEqual(
      info.map((i) => i.external_userid),
      [external_userid],
    );
    const gone = await sim.call(`${c}get`, undefined, { external_userid });
    assert.equal(gone.errcode, 84061);
    const started = await sim.call(`${c}resigned/transfer_customer`, move);
    assert.equal((started['customer'] as { errcode: number }[])[0]?.errcode, 0);
    await sim.control('clock/advance', { seconds: 86_400 });
    await sim.token('koi');
    const detail = await sim.call(`${c}get`, undefined, { external_userid });
    const [follow] = detail['follow_user'] as Json[];
    assert.deepEqual([follow?.['userid'], follow?.['add_way']], ['staff2', 202]);
    const after = await sim.call(`${c}get_unassigned_list`, { page_size: 100 });
    assert.deepEqual([after['info'], after['is_last']], [[], true]);
    const moved = await sim.call(`${c}groupchat/transfer`, body);
    assert.deepEqual(moved['failed_chat_list'], []);
  });

  it('a mass message waits for the staff, and knows lost friends and full months', async () => {
    const lost = await sim.control<Pair>('customer/add', { userid: 'staff3' });
    const kept = await sim.control<Pair>('customer/add', { userid: 'staff3' });
    const external_userid = [lost.external_userid, kept.external_userid];
    const send = async () => {
      const body = { external_userid, sender: 'staff3', text: { content: '上新' } };
      return (await sim.call(`${c}add_msg_template`, body))['msgid'];
    };
    const rows = async (msgid: unknown) => {
      const body = { msgid, userid: 'staff3', limit: 1000 };
      await sim.control('habits', { short_pages: false });
      const reply = await sim.call(`${c}get_groupmsg_send_result`, body);
      const list = reply['send_list'] as { external_userid: string; status: number }[];
      const status = (id: string) => list.find((r) => r.external_userid === id)?.status;
      return external_userid.map(status);
    };
    const first = await send();
    assert.deepEqual(await rows(first), [0, 0]);
    const { userid } = lost;
    await sim.control('customer/delete', { userid, external_userid: lost.external_userid });
    await sim.control('staff/confirm_message', { userid: 'staff3', msgid: first });
    assert.deepEqual(await rows(first), [2, 1]);
    const next = await send();
    const days = 31;
    for (let n = 1; n < days; n++) {
      await sim.control('staff/confirm_message', { userid: 'staff3', msgid: await send() });
    }
    await sim.control('staff/confirm_message', { userid: 'staff3', msgid: next });
    const full = (await rows(next))[1];
    const { at_s } = await sim.control<{ at_s: number }>('clock');
    const month = new Date((at_s + 8 * 3600) * 1000);
    const last = new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + 1, 0));
    assert.equal(full, last.getUTCDate() < days + 1 ? 3 : 1);
    for (let n = 0; n < 3; n++) {
      assert.equal((await sim.call(`${c}remind_groupmsg_send`, { msgid: next })).errcode, 0);
    }
    assert.equal((await sim.call(`${c}remind_groupmsg_send`, { msgid: next })).errcode, 41094);
    const nobody = { external_userid: ['wmNobody'], text: { content: '空' } };
    assert.equal((await sim.call(`${c}add_msg_template`, nobody)).errcode, 41048);
  });

  it('a Moments post is a job, then tasks, then seen', async () => {
    const wrong = await upload(sim, 'media/upload', { type: 'image' });
    const media = { media_type: 'image', attachment_type: 1 };
    const right = await upload(sim, 'media/upload_attachment', media);
    const post = (media_id: unknown) =>
      sim.call(`${c}add_moment_task`, {
        text: { content: '新品' },
        attachments: [{ msgtype: 'image', image: { media_id } }],
        visible_range: { sender_list: { user_list: ['staff1'] } },
      });
    assert.equal((await post(wrong['media_id'])).errcode, 40007);
    const { jobid } = await post(right['media_id']);
    const job = async () => sim.call(`${c}get_moment_task_result`, undefined, { jobid });
    const states: unknown[] = [];
    for (let n = 0; n < 3; n++) {
      states.push((await job())['status']);
      await sim.control('clock/advance', { seconds: 3 });
    }
    assert.deepEqual(states, [1, 2, 3]);
    const { moment_id } = (await job())['result'] as { moment_id: string };
    const seen = async () => {
      const body = { moment_id, userid: 'staff1' };
      const reply = await sim.call(`${c}get_moment_send_result`, body);
      return (reply['customer_list'] as Json[]).length;
    };
    assert.equal(await seen(), 0);
    await sim.control('staff/publish_moment', { userid: 'staff1', moment_id });
    assert.ok((await seen()) > 0);
    await sim.control('clock/advance', { seconds: 3 * 86_400 });
    await sim.token('koi');
    assert.equal((await post(right['media_id'])).errcode, 40007, 'media live three days');
  });

  it('a link spends its quota, a code of OAuth is good once and for five minutes', async () => {
    const { link } = (await sim.call(`${c}customer_acquisition/create_link`, {
      link_name: '投放',
      range: { user_list: ['staff1'] },
    })) as unknown as { link: { link_id: string } };
    const { link_id } = link;
    const balance = async () =>
      (await sim.call(`${c}customer_acquisition_quota`))['balance'] as number;
    const before = await balance();
    await sim.control('customer/scan', { link_id, customer_channel: '渠'.repeat(30) });
    assert.equal(await balance(), before - 1);
    const list = await sim.call(`${c}customer_acquisition/customer`, { link_id });
    const [row] = list['customer_list'] as { state: string }[];
    assert.equal(row?.state, '渠'.repeat(21));
    const { code } = await sim.control('oauth/code', { userid: 'staff1' });
    const ask = async (one: unknown) =>
      (await sim.call('auth/getuserinfo', undefined, { code: one })).errcode;
    assert.equal(await ask(code), 0);
    assert.equal(await ask(code), 40029);
    const late = await sim.control('oauth/code', { userid: 'staff1' });
    await sim.control('clock/advance', { seconds: 301 });
    assert.equal(await ask(late['code']), 42003);
  });

  it('nothing of all this broke a documented rule but what was meant to', async () => {
    assert.deepEqual(await sim.violations(), []);
  });
});
