import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { boot, type Booted, type Json, receive, skeleton } from './helper.ts';

const head = 'xml ToUserName~ FromUserName~ CreateTime MsgType~ Event~';

/** Orders of elements as the documents' own samples have them. */
const documented: Record<string, string> = {
  add_half_external_contact: `${head} ChangeType~ UserID~ ExternalUserID~ State~ WelcomeCode~`,
  del_external_contact: `${head} ChangeType~ UserID~ ExternalUserID~`,
  'del_external_contact by transfer': `${head} ChangeType~ UserID~ ExternalUserID~ Source~`,
  del_follow_user: `${head} ChangeType~ UserID~ ExternalUserID~`,
  edit_external_contact: `${head} ChangeType~ UserID~ ExternalUserID~ State~`,
  transfer_fail: `${head} ChangeType~ FailReason~ UserID~ ExternalUserID~`,
  chat_create: `${head} ChatId~ ChangeType~`,
  chat_dismiss: `${head} ChatId~ ChangeType~`,
  chat_add_member:
    `${head} ChatId~ ChangeType~ UpdateDetail~ JoinScene QuitScene MemChangeCnt ` +
    'MemChangeList Item Item LastMemVer CurMemVer',
  tag: `${head} Id~ TagType~ ChangeType~`,
  tag_shuffle: `${head} Id~ ChangeType~`,
  friend: `${head} ChangeType~ UserID~ ExternalUserID~ LinkId~`,
  friend_request: `${head} ChangeType~ LinkId~ State~`,
  link_unavailable: `${head} ChangeType~ LinkId~`,
  quota_expire_soon: `${head} ChangeType~ ExpireTime ExpireQuotaNum`,
};

interface Pair {
  userid: string;
  external_userid: string;
}

describe('callbacks', () => {
  let sim: Booted;
  let cb: Awaited<ReturnType<typeof receive>>;
  before(async () => {
    sim = await boot(41, { staff: 5, customers: 60, groups: 2 });
    cb = await receive();
    await cb.join(sim);
  });
  after(async () => {
    await sim.close();
    await cb.close();
  });

  /** Does an act and hands back the one message it caused. */
  async function one(path: string, body: object): Promise<string> {
    const from = cb.got.length;
    await sim.control(path, body);
    await sim.control('callbacks/drain', {});
    assert.equal(cb.got.length, from + 1, path);
    return cb.got[from] ?? '';
  }

  it('writes every event as the documents do, for the corp it is of', async () => {
    const half = await one('customer/add', { userid: 'staff1', state: '甲', half: true });
    assert.equal(skeleton(half), documented['add_half_external_contact']);
    assert.match(cb.bodies[0] ?? '', new RegExp(`^${sim.corpid}\\|<xml><ToUserName>`));
    const [userid, external_userid] = ['UserID', 'ExternalUserID'].map(
      (f) => new RegExp(`<${f}><!\\[CDATA\\[(.*?)\\]`).exec(half)?.[1] ?? '',
    );
    const full = await one('customer/confirm', { userid, external_userid });
    assert.equal(skeleton(full), `${head} ChangeType~ UserID~ ExternalUserID~ State~`);
    const edit = await one('staff/remark', { userid, external_userid, remark: '新' });
    assert.equal(skeleton(edit), documented['edit_external_contact']);
    const lost = await one('customer/delete', { userid, external_userid });
    assert.equal(skeleton(lost), documented['del_follow_user']);
    const gone = await one('staff/delete_customer', { userid, external_userid });
    assert.equal(skeleton(gone), documented['del_external_contact']);
  });

  it('writes those of groups and tags', async () => {
    const made = await one('group/create', { owner: 'staff1', name: 'a & <b>' });
    assert.equal(skeleton(made), documented['chat_create']);
    const chat_id = /<ChatId><!\[CDATA\[(.*?)\]/.exec(made)?.[1];
    const { customers } = await sim.control<{ customers: Pair[] }>('state');
    const members = customers.slice(0, 2).map((c) => c.external_userid);
    const came = await one('group/join', { chat_id, members, join_scene: 3 });
    assert.equal(skeleton(came), documented['chat_add_member']);
    const left = await one('group/leave', { chat_id, members });
    const version = (xml: string, f: string) => new RegExp(`<${f}>(.*?)<`).exec(xml)?.[1];
    assert.equal(version(left, 'LastMemVer'), version(came, 'CurMemVer'));
    const read = await sim.call('externalcontact/groupchat/get', { chat_id });
    const chat = read['group_chat'] as { member_version: string };
    assert.equal(chat.member_version, version(left, 'CurMemVer'));
    assert.equal(skeleton(await one('group/dismiss', { chat_id })), documented['chat_dismiss']);
    const { group_id } = await sim.control<{ group_id: string }>('tag/create', {
      group_name: '新组',
      names: ['甲'],
    });
    await sim.control('callbacks/drain', {});
    assert.equal(skeleton(cb.got.at(-1) ?? ''), documented['tag']);
    assert.equal(skeleton(await one('tag/shuffle', { group_id })), documented['tag_shuffle']);
    const deleted = await one('tag/delete', { id: group_id });
    assert.match(deleted, /<TagType><!\[CDATA\[tag_group\]/);
  });

  it('writes those of links and quotas', async () => {
    const { link } = (await sim.call('externalcontact/customer_acquisition/create_link', {
      link_name: '链接',
      range: { user_list: ['staff2'] },
    })) as unknown as { link: { link_id: string } };
    const { link_id } = link;
    const { userid, external_userid } = await sim.control<Pair>('customer/scan', { link_id });
    await sim.control('callbacks/drain', {});
    const friend = await one('customer/chat', {
      userid,
      external_userid,
      from: 'customer',
    });
    assert.equal(skeleton(friend), documented['friend']);
    await sim.control('staff/set', { userid: 'staff2', contact_right: false });
    const from = cb.got.length;
    await assert.rejects(sim.control('customer/scan', { link_id: link.link_id }));
    await sim.control('callbacks/drain', {});
    assert.equal(skeleton(cb.got[from] ?? ''), documented['link_unavailable']);
    await sim.control('staff/set', { userid: 'staff2', contact_right: true });
    const applying = { link_name: '要验证', range: { user_list: ['staff2'] }, skip_verify: false };
    const path = 'externalcontact/customer_acquisition/create_link';
    const strict = (await sim.call(path, applying))['link'] as { link_id: string };
    const asked = { link_id: strict.link_id, customer_channel: '渠' };
    assert.equal(skeleton(await one('customer/scan', asked)), documented['friend_request']);
    const deleted = await one('link/delete', { link_id: strict.link_id });
    assert.match(deleted, /delete_link/);
    const { at_s } = await sim.control<{ at_s: number }>('clock');
    await sim.control('quota/buy', { uses: 9, expire_date: at_s + 3 * 86_400 + 5 });
    const soon = await one('clock/advance', { seconds: 10 });
    assert.equal(skeleton(soon), documented['quota_expire_soon']);
    await sim.token('koi');
  });

  it('never calls back for what the API does', async () => {
    const { relations } = await sim.control<{ relations: Pair[] }>('state');
    const r = relations.find((one) => one.userid === 'staff1');
    assert.ok(r);
    const pair = { userid: r.userid, external_userid: r.external_userid };
    const from = cb.got.length;
    assert.equal((await sim.call('externalcontact/remark', { ...pair, remark: '改' })).errcode, 0);
    const tag = { group_name: '静', tag: [{ name: '悄' }] };
    const made = await sim.call('externalcontact/add_corp_tag', tag);
    const id = (made['tag_group'] as { tag: { id: string }[] }).tag[0]?.id;
    const mark = await sim.call('externalcontact/mark_tag', { ...pair, add_tag: [id] });
    assert.equal(mark.errcode, 0);
    const way = { type: 1, scene: 2, user: ['staff1'] };
    assert.equal((await sim.call('externalcontact/add_contact_way', way)).errcode, 0);
    await sim.control('callbacks/drain', {});
    assert.equal(cb.got.length, from);
  });
});

describe('delivery', () => {
  const deliveries = async (sim: Booted) =>
    (await sim.control<{ deliveries: { n: number; tries: number; result: string }[] }>('callbacks'))
      .deliveries;

  it('tries three times more after a timeout or a broken connection, not after a status', async () => {
    const sim = await boot(42, { staff: 4, customers: 5 });
    const moods: ('ok' | 'silent' | 'break' | 500)[] = [];
    const cb = await receive(() => moods.shift() ?? 'ok');
    await cb.join(sim, 60);
    const add = async (...with_moods: typeof moods) => {
      moods.push(...with_moods);
      await sim.control('customer/add', { userid: 'staff1' });
      await sim.control('callbacks/drain', {});
      return (await deliveries(sim)).at(-1);
    };
    const told = async (...m: typeof moods) => {
      const d = await add(...m);
      return `${d?.result} ${d?.tries}`;
    };
    assert.equal(await told(), 'delivered 1');
    assert.equal(await told('silent', 'break'), 'delivered 3');
    assert.equal(await told('break', 'break', 'break', 'break'), 'failed 4');
    assert.equal(await told(500), 'status 1');
    assert.equal(cb.tries(), 1 + 3 + 4 + 1);
    await sim.close();
    await cb.close();
  });

  it('loses, doubles, reorders and delays as the weather says', async () => {
    const sim = await boot(43, { staff: 4, customers: 5 });
    const cb = await receive();
    await cb.join(sim);
    const part = async (weather: Json, adds: number) => {
      await sim.control('weather', { preset: 'calm', ...weather });
      const from = cb.got.length;
      for (let n = 0; n < adds; n++) await sim.control('customer/add', { userid: 'staff1' });
      await sim.control('callbacks/drain', {});
      return cb.got.slice(from);
    };
    assert.equal((await part({ callback_lost: 1 }, 3)).length, 0);
    const twice = await part({ callback_doubled: 1 }, 2);
    assert.deepEqual([twice.length, new Set(twice).size], [4, 2]);
    assert.equal((await part({ callback_late: 1, callback_late_s: 60 }, 4)).length, 0);
    const from = cb.got.length;
    await sim.control('clock/advance', { seconds: 60 });
    await sim.control('callbacks/drain', {});
    assert.equal(cb.got.length - from, 4);
    const mixed = await part({ callback_reordered: 0.5 }, 20);
    const order = (await deliveries(sim)).slice(-20);
    const xmls = order.map((d) => (d as unknown as { xml: string }).xml);
    assert.equal(mixed.length, 20);
    assert.notDeepEqual(mixed, xmls);
    assert.deepEqual([...mixed].sort(), [...xmls].sort());
    await sim.close();
    await cb.close();
  });

  it('refuses an address that does not prove itself', async () => {
    const sim = await boot(44, { staff: 3, customers: 0 });
    const url = `${sim.url}/cb`;
    await assert.rejects(sim.control('callback', { url }), /did not prove itself/);
    await sim.close();
  });
});
