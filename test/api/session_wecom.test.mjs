/* Signing in by WeCom: who may, who may not, and that a code or a state is good for the browser
 * that began, once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cookieOf, each } from './harness.mjs';
import { noViolations, pair } from './wecom_pair.mjs';

const url = 'https://koi.example.com';

/* An installation where WeCom is set up, and what a browser does with it. */
async function world(t, engine) {
  const { sim, koi, agentid } = await pair(t, engine);
  const admin = await koi.signIn('administrator');
  const set = (name, value) => admin.put(`/api/settings/${name}`, { value: String(value) });
  await set('wecom_agent_id', agentid);
  await set('public_url', url);
  const browser = koi.nobody();
  const start = async (way = 'code') => {
    const reply = await browser.call('GET', `/api/session/wecom/start?way=${way}`);
    assert.equal(reply.status, 302, reply.text);
    const to = new URL(reply.headers.location);
    return { to, state: to.searchParams.get('state'), cookie: cookieOf(reply) };
  };
  const code = async (who) => (await sim.post('oauth/code', who)).code;
  const post = (body, cookie) =>
    browser.call('POST', '/api/session/wecom', body, { headers: { cookie } });
  const enter = async (who) => {
    const { state, cookie } = await start();
    return post({ code: await code(who), state }, cookie);
  };
  const { staff } = await sim.get('state');
  const [anna, ben] = staff.filter((s) => s.contact_right && s.status === 1);
  return { sim, koi, admin, set, browser, start, code, post, enter, anna, ben };
}

function refused(reply, status, code) {
  assert.equal(reply.body.error.code, code, reply.text);
  assert.equal(reply.status, status);
  assert.ok(reply.body.error.hint, 'a way out is told');
  assert.ok(!/__Host-koi=[^;]/.test(cookieOf(reply)), 'and no session begun');
  const cookies = (reply.headers['set-cookie'] ?? []).join('\n');
  assert.match(cookies, /^__Host-koi-wecom=;.*Max-Age=0$/, 'nor tried twice with one state');
}

each('sign-in by WeCom', (engine) => {
  test('members come in by the account they have, or by one that is made', async (t) => {
    const w = await world(t, engine);
    assert.deepEqual(await w.browser.get('/api/session/wecom'), { enabled: true });
    const { to } = await w.start('code');
    assert.equal(to.origin + to.pathname, 'https://login.work.weixin.qq.com/wwlogin/sso/login');
    assert.equal(to.searchParams.get('redirect_uri'), `${url}/sign-in`);
    const inside = await w.start('inside');
    assert.equal(inside.to.hash, '#wechat_redirect');
    assert.equal(inside.to.host, 'open.weixin.qq.com');
    assert.deepEqual(
      [...inside.to.searchParams.keys()],
      ['appid', 'redirect_uri', 'response_type', 'scope', 'state', 'agentid'],
    );

    refused(await w.enter({ userid: w.anna.userid }), 403, 'wecom_login_unknown');
    await w.set('wecom_login', 'create');
    const made = await w.enter({ userid: w.anna.userid });
    assert.equal(made.status, 200, made.text);
    assert.deepEqual(
      [made.body.account.role, made.body.account.scope, made.body.account.login],
      ['staff', 'own', w.anna.userid.toLowerCase()],
    );
    const cookie = cookieOf(made);
    const me = await w.browser.call('GET', '/api/session', undefined, { headers: { cookie } });
    assert.equal(me.body.account.id, made.body.account.id);
    const again = await w.enter({ userid: w.anna.userid });
    assert.equal(again.body.account.id, made.body.account.id);

    /* Without making accounts: who has one comes in, who has none does not. */
    await w.set('wecom_login', 'known');
    assert.equal((await w.enter({ userid: w.anna.userid })).status, 200);
    await w.koi.sql(
      `INSERT INTO staff (id, userid, name, created_s) VALUES (7, '${w.ben.userid}', 'Ben', 0)`,
    );
    refused(await w.enter({ userid: w.ben.userid }), 403, 'wecom_login_no_account');
    await w.admin.patch(`/api/accounts/${made.body.account.id}`, { disabled: true });
    refused(await w.enter({ userid: w.anna.userid }), 403, 'wecom_login_disabled');
    await w.koi.sql(`UPDATE staff SET status = 'left' WHERE userid = '${w.anna.userid}'`);
    refused(await w.enter({ userid: w.anna.userid }), 403, 'wecom_login_left');
    refused(await w.enter({ openid: 'o-stranger' }), 403, 'wecom_login_outsider');
    const audit = (await w.admin.get('/api/audit?limit=50')).items;
    assert.equal(audit.filter((row) => row.action === 'session_wecom').length, 3);
    await noViolations(w.sim);
  });

  test('a state is good for the browser that began, and a code once', async (t) => {
    const w = await world(t, engine);
    await w.set('wecom_login', 'create');
    const mine = await w.start();
    const other = await w.start();
    const code = await w.code({ userid: w.anna.userid });
    const state = mine.state;
    refused(await w.post({ code, state }, undefined), 401, 'wecom_login_state');
    refused(await w.post({ code, state }, other.cookie), 401, 'wecom_login_state');
    refused(await w.post({ code, state: `${state}x` }, mine.cookie), 401, 'wecom_login_state');
    const good = await w.post({ code, state }, mine.cookie);
    assert.equal(good.status, 200, good.text);
    assert.match(good.headers['set-cookie'].join('\n'), /__Host-koi-wecom=;.*Max-Age=0/);
    const used = await w.post({ code, state }, mine.cookie);
    assert.equal(used.body.error.code, 'wecom_40029', used.text);

    /* Whoever tries and tries is told to wait, before WeCom is asked. */
    let last;
    for (let i = 0; i < 60 && last?.status !== 429; i++)
      last = await w.post({ code: `made-up-${i}`, state }, mine.cookie);
    assert.equal(last.status, 429);

    await w.set('wecom_login', 'off');
    const off = await w.browser.call('GET', '/api/session/wecom/start');
    assert.equal(off.body.error.code, 'wecom_login_off');
    assert.deepEqual(await w.browser.get('/api/session/wecom'), { enabled: false });
    await w.set('wecom_login', 'known');
    await w.set('public_url', '');
    const unset = await w.browser.call('GET', '/api/session/wecom/start');
    assert.deepEqual(
      [unset.body.error.code, unset.body.error.field],
      ['wecom_login_unset', 'public_url'],
    );
  });
});
