/* What the console's pages about WeCom ask: whether the callback was found, what failed and whom it
 * is about, and the lines of today's board that lead there. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { each, request, until } from './harness.mjs';
import { noViolations, pair } from './wecom_pair.mjs';

const { encrypt, getSignature } = createRequire(import.meta.url)('@wecom/crypto');
const token = 'QDG6eK';
const aes_key = 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C';
const env = { KOI_WECOM_TOKEN: token, KOI_WECOM_AES_KEY: aes_key };

/* WeCom's check of the address, by a Token that may be another. */
function verify(koi, corpid, by) {
  const echostr = encrypt(aes_key, '1616140317555161061', corpid);
  const timestamp = String(Math.floor(Date.now() / 1000));
  const msg_signature = getSignature(by, timestamp, '7', echostr);
  const query = new URLSearchParams({ msg_signature, timestamp, nonce: '7', echostr });
  return request(koi.port, 'GET', `/api/wecom/callback?${query}`);
}

const status = (admin) => admin.get('/api/wecom/status');

each('what is between WeCom and us', (engine) => {
  test('a check is remembered, also by the next start; a refusal until then', async (t) => {
    const { sim, koi } = await pair(t, engine, env);
    const { corpid } = await sim.get('corp');
    let admin = await koi.signIn('administrator');
    const before = await status(admin);
    assert.deepEqual(before, {
      checked_s: null,
      received_s: null,
      refused_s: null,
      inbox_dead: 0,
      outbox_dead: 0,
      outbox_unsure: 0,
      welcomes_missed: 0,
    });
    assert.equal((await admin.get('/api/today')).empty, true);
    assert.equal((await verify(koi, corpid, 'another')).status, 403);
    const refused = await status(admin);
    assert.ok(refused.refused_s > 0);
    assert.equal(refused.checked_s, null);
    assert.equal((await verify(koi, corpid, token)).text, '1616140317555161061');
    assert.equal((await verify(koi, corpid, token)).status, 200);
    const { checked_s } = await status(admin);
    assert.ok(checked_s >= refused.refused_s);
    await koi.stop();
    await koi.serve();
    admin = await koi.signIn('administrator');
    const after = await status(admin);
    assert.equal(after.checked_s, checked_s);
    assert.equal(after.refused_s, null);
  });

  test('what failed says whom it is about, as its reader may know', async (t) => {
    const { sim, koi } = await pair(t, engine, env);
    const admin = await koi.signIn('administrator');
    await sim.post('clock/set', { at_s: Math.floor(Date.now() / 1000) });
    await sim.post('clock/wall', { speed: 1 });
    const url = `http://127.0.0.1:${koi.port}/api/wecom/callback`;
    await sim.post('callback', { url, token, aes_key });
    const { staff } = await sim.get('state');
    const anna = staff.find((s) => s.contact_right && s.status === 1);
    await sim.post('customer/add', { userid: anna.userid });
    const friends = async () => (await admin.get('/api/customers')).items;
    await until(async () => (await friends()).length === 1, 'the friend');
    const [customer] = await friends();
    const category = await admin.post('/api/tag-categories', { name: '会员' }, 201);
    const group = await admin.post(
      '/api/tag-groups',
      { category_id: category.id, name: '等级', wecom: true },
      201,
    );
    const tag = await admin.post('/api/tags', { group_id: group.id, name: '金卡' }, 201);
    const rows = async (state) => (await admin.get(`/api/outbox?state=${state}`)).items;
    await until(async () => (await rows('waiting')).length === 0, 'the tag at WeCom', 20000);
    const [made] = await rows('done');
    assert.deepEqual([made.kind, made.tag.name, made.on], ['tag_add', '金卡', null]);

    await sim.post('faults', { api: 'externalcontact/mark_tag', kind: 'code', code: 40068 });
    const path = `/api/customers/${customer.id}/tags/${tag.id}`;
    await admin.call('PUT', path, {}, { expect: 200 });
    await until(async () => (await rows('dead')).length === 1, 'a dead wish', 20000);
    const [dead] = await rows('dead');
    assert.deepEqual(dead.customer, { id: customer.id, name: customer.nickname });
    assert.equal(dead.staff.name, customer.staff[0].name);
    assert.deepEqual([dead.tag.name, dead.group, dead.on], ['金卡', null, true]);
    assert.notEqual(dead.error.hint, '');
    const { wrong, empty } = await admin.get('/api/today');
    assert.equal(empty, false);
    const line = wrong.find((one) => one.link === '/wecom?tab=outbox&state=dead');
    assert.match(line.title, /^1 change was refused/);
    const operator = await koi.signIn('operator');
    const theirs = await operator.get('/api/today');
    assert.ok(theirs.wrong.every((one) => !(one.link ?? '').startsWith('/wecom')));
    assert.equal((await status(admin)).outbox_dead, 1);
    assert.ok((await status(admin)).received_s > 0);

    await sim.post('faults', { api: 'externalcontact/get', kind: 'code', code: 40068 });
    await sim.post('customer/add', { userid: anna.userid });
    const events = async () => (await admin.get('/api/inbox?state=dead')).items;
    await until(async () => (await events()).length === 1, 'a dead event', 20000);
    const [event] = await events();
    assert.notEqual(event.error.hint, '');
    assert.equal((await status(admin)).inbox_dead, 1);
    await admin.call('POST', `/api/inbox/${event.id}/retry`, {}, { expect: 204 });
    await until(async () => (await friends()).length === 2, 'the second friend');
    assert.equal((await status(admin)).inbox_dead, 0);
    await noViolations(sim);
  });
});
