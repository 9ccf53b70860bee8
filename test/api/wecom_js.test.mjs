/* Signatures for pages inside WeCom: what WeCom would compute, for our own pages alone, by tickets
 * that are asked for once. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { each } from './harness.mjs';
import { noViolations, pair } from './wecom_pair.mjs';

const own = 'https://koi.example.com';

each('JS-SDK', (engine) => {
  test('our pages are signed as WeCom checks it, others are not', async (t) => {
    const { sim, koi, secrets } = await pair(t, engine);
    const admin = await koi.signIn('administrator');
    const staff = await koi.signIn('staff');
    const sign = (url) => staff.call('GET', `/api/wecom/js-sign?url=${encodeURIComponent(url)}`);
    const page = `${own}/sidebar?from=chat&x=%E5%AE%A2`;
    assert.equal((await sign(page)).body.error.code, 'url_foreign'); /* nothing is our own yet */
    await admin.put('/api/settings/public_url', { value: own });
    for (const url of [
      'https://koi.example.com.evil.cn/',
      `${own}.cn/x`,
      `${page}#a`,
      'http://x/y',
    ])
      assert.equal((await sign(url)).body.error.code, 'url_foreign', url);
    assert.equal((await koi.nobody().call('GET', '/api/wecom/js-sign')).status, 401);

    const all = await Promise.all(Array.from({ length: 12 }, () => sign(page)));
    /* The tickets as the simulator gives them to anybody who asks with the same secret. */
    const ask = async (path) => (await fetch(`${sim.url}/cgi-bin/${path}`)).json();
    const { corpid } = await sim.get('corp');
    const { apps } = await sim.get('corp');
    const { secret } = apps.find((app) => app.name === 'koi');
    assert.ok(secrets.includes(secret));
    const { access_token } = await ask(`gettoken?corpid=${corpid}&corpsecret=${secret}`);
    const tickets = {
      config_signature: await ask(`get_jsapi_ticket?access_token=${access_token}`),
      agent_signature: await ask(`ticket/get?access_token=${access_token}&type=agent_config`),
    };
    for (const { status, body, text } of all) {
      assert.equal(status, 200, text);
      assert.equal(body.corp_id, corpid);
      for (const [name, { ticket }] of Object.entries(tickets)) {
        const { nonce, timestamp } = body;
        const when = `noncestr=${nonce}&timestamp=${timestamp}`;
        const words = `jsapi_ticket=${ticket}&${when}&url=${page}`;
        assert.equal(body[name], createHash('sha1').update(words).digest('hex'), name);
        assert.ok(!text.includes(ticket), 'the ticket itself is shown nowhere');
      }
    }
    assert.equal(new Set(all.map((x) => x.body.nonce)).size, all.length);
    await noViolations(sim);
  });
});
