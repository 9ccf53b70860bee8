import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { boot, type Booted } from './helper.ts';

describe('tokens, addresses, frequency', () => {
  let sim: Booted;
  before(async () => {
    sim = await boot(11, { staff: 5, customers: 30 });
  });
  after(() => sim.close());

  it('gives the same token inside its validity and another after it', async () => {
    const first = await sim.token('koi');
    await sim.control('clock/advance', { seconds: 7000 });
    assert.equal(await sim.token('koi'), first);
    await sim.control('clock/advance', { seconds: 199 });
    assert.equal((await sim.call('getcallbackip')).errcode, 0);
    await sim.control('clock/advance', { seconds: 1 });
    assert.equal((await sim.call('getcallbackip')).errcode, 42001);
    assert.notEqual(await sim.token('koi'), first);
    assert.equal((await sim.call('getcallbackip')).errcode, 0);
  });

  it('refuses unknown, missing and revoked tokens', async () => {
    const ask = async (q: string) =>
      (await (await sim.http(`cgi-bin/getcallbackip${q}`)).json()) as { errcode: number };
    assert.equal((await ask('')).errcode, 41001);
    assert.equal((await ask('?access_token=nothing')).errcode, 40014);
    const before = await sim.token('koi');
    await sim.control('tokens/revoke', {});
    assert.equal((await sim.call('getcallbackip')).errcode, 40014);
    assert.notEqual(await sim.token('koi'), before);
  });

  it('can revoke a token in the middle of a call', async () => {
    await sim.control('faults', { api: 'getcallbackip', kind: 'revoke' });
    assert.equal((await sim.call('getcallbackip')).errcode, 40014);
    await sim.token('koi');
    assert.equal((await sim.call('getcallbackip')).errcode, 0);
  });

  it('blocks an address with too many wrong secrets for an hour', async () => {
    const ask = async (secret: string) => {
      const path = `cgi-bin/gettoken?corpid=${sim.corpid}&corpsecret=${secret}`;
      const reply = (await (await sim.http(path)).json()) as { errcode?: number };
      return reply.errcode ?? 0;
    };
    for (let n = 0; n < 21; n++) assert.equal(await ask('wrong'), 40001);
    assert.equal(await ask('wrong'), 45009);
    assert.equal(await ask(sim.app('koi').secret), 45009);
    await sim.control('clock/advance', { seconds: 3601 });
    assert.equal(await ask(sim.app('koi').secret), 0);
    const path = `cgi-bin/gettoken?corpid=wwother&corpsecret=x`;
    assert.equal(((await (await sim.http(path)).json()) as { errcode: number }).errcode, 40013);
  });

  it('knows which secret may call what, and tells on the caller', async () => {
    await sim.control('violations/clear', {});
    const body = {};
    assert.equal((await sim.call('user/list_id', body)).errcode, 48002);
    assert.equal((await sim.call('user/list_id', body, {}, 'contacts')).errcode, 0);
    const follow = 'externalcontact/get_follow_user_list';
    assert.equal((await sim.call(follow, undefined, {}, 'other')).errcode, 48002);
    assert.equal((await sim.call(follow, undefined, {}, 'customer')).errcode, 0);
    const links = 'externalcontact/customer_acquisition/list_link';
    assert.equal((await sim.call(links, {}, {}, 'customer')).errcode, 48002);
    assert.equal((await sim.violations()).length, 3);
  });

  it('refuses addresses that are not trusted', async () => {
    await sim.control('trusted_ips', { ips: ['10.0.0.1'] });
    assert.equal((await sim.call('getcallbackip')).errcode, 60020);
    assert.equal((await sim.call('user/list_id', {}, {}, 'contacts')).errcode, 48009);
    await sim.control('trusted_ips', { ips: ['127.0.0.1'] });
    assert.equal((await sim.call('getcallbackip')).errcode, 0);
    await sim.control('trusted_ips', {});
  });

  it('keeps members outside the visible range from the app', async () => {
    const staff = await sim.call('user/get', undefined, { userid: 'STAFF1' });
    assert.equal(staff['userid'], 'staff1');
    await sim.control('app/set', { agentid: 1000002, departments: [], users: ['staff2'] });
    assert.equal((await sim.call('user/get', undefined, { userid: 'staff1' })).errcode, 60011);
    assert.equal((await sim.call('user/get', undefined, { userid: 'staff2' })).errcode, 0);
    assert.equal((await sim.call('user/get', undefined, { userid: 'nobody' })).errcode, 60111);
    const list = await sim.call('externalcontact/get_follow_user_list');
    assert.deepEqual(list['follow_user'], ['staff2']);
    await sim.control('app/set', { agentid: 1000002, departments: [1], users: [] });
  });

  it('blocks an api for a minute, then for an hour, and calls hammering a violation', async () => {
    await sim.control('clock/advance', { seconds: 3600 });
    await sim.token('koi');
    await sim.control('limits', { per_minute: 5, per_hour: 8 });
    await sim.control('violations/clear', {});
    const call = async () => (await sim.call('get_api_domain_ip')).errcode;
    for (let n = 0; n < 5; n++) assert.equal(await call(), 0);
    for (let n = 0; n < 12; n++) assert.equal(await call(), 45009);
    assert.equal((await sim.violations()).length, 2);
    assert.equal((await sim.call('getcallbackip')).errcode, 0, 'another api goes on');
    await sim.control('clock/advance', { seconds: 59 });
    assert.equal(await call(), 45009);
    await sim.control('clock/advance', { seconds: 1 });
    // Refused calls counted for the hour as well: 17 of 8.
    assert.equal(await call(), 45009);
    await sim.control('clock/advance', { seconds: 3600 });
    assert.equal(await call(), 0);
    await sim.control('limits', { per_minute: 10000, per_hour: 150000 });
  });

  it('refuses too many at once, and two writes on one pair', async () => {
    const state = await sim.control<{
      relations: { userid: string; external_userid: string }[];
      tag_groups: { tags: { id: string }[] }[];
    }>('state');
    const [r] = state.relations;
    const tag = state.tag_groups[0]?.tags[0]?.id;
    assert.ok(r && tag);
    const body = { userid: r.userid, external_userid: r.external_userid, add_tag: [tag] };
    await sim.token('koi');
    await sim.control('limits', { write_ms: 50 });
    const path = 'externalcontact/mark_tag';
    const both = await Promise.all([sim.call(path, body), sim.call(path, body)]);
    assert.deepEqual(both.map((b) => b.errcode).sort(), [0, 45035]);
    await sim.control('limits', { concurrent: 1 });
    const many = await Promise.all([sim.call(path, body), sim.call(path, body)]);
    assert.deepEqual(many.map((b) => b.errcode).sort(), [0, 45033]);
    await sim.control('limits', { concurrent: 200, write_ms: 2 });
  });

  it('answers -1 without doing, and cuts the connection after doing', async () => {
    await sim.control('faults', { api: '*', kind: 'busy' });
    assert.equal((await sim.call('getcallbackip')).errcode, -1);
    assert.equal((await sim.call('getcallbackip')).errcode, 0);
    const add = 'externalcontact/add_corp_tag';
    await sim.control('faults', { api: add, kind: 'cut' });
    const body = { group_name: '断线', tag: [{ name: '一' }] };
    await assert.rejects(sim.call(add, body));
    assert.equal((await sim.call(add, body)).errcode, 40071, 'it was done');
    await sim.control('faults', { api: add, kind: 'refuse_connection' });
    const other = { group_name: '没连上', tag: [{ name: '一' }] };
    await assert.rejects(sim.call(add, other));
    assert.equal((await sim.call(add, other)).errcode, 0, 'it was not done');
  });
});
