/* Staff in the browser: signing in by WeCom on a phone, and whose customer somebody is. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { until } from '../api/harness.mjs';
import { noViolations, simulator } from '../api/wecom_pair.mjs';
import { openStage } from './browser.mjs';

const token = 'QDG6eK';
const aes_key = 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C';

/* WeCom's page of consent: somebody agrees at once. */
async function consent(t, sim, userid) {
  const page = createServer(async (rq, reply) => {
    const asked = new URL(rq.url, 'http://127.0.0.1').searchParams;
    const back = new URL(asked.get('redirect_uri'));
    const { code } = await sim.post('oauth/code', { userid });
    back.searchParams.set('code', code);
    back.searchParams.set('state', asked.get('state'));
    reply.writeHead(302, { location: back.href }).end();
  });
  await new Promise((done) => page.listen(0, '127.0.0.1', done));
  t.after(() => page.close());
  return `http://127.0.0.1:${page.address().port}`;
}

test('staff', async (t) => {
  const sim = await simulator(t);
  const { corpid, apps } = await sim.get('corp');
  const app = apps.find(({ name }) => name === 'koi');
  const { staff } = await sim.get('state');
  const [anna, ben] = staff.filter((s) => s.contact_right && s.status === 1);
  const stage = await openStage(t, {
    customers: 0,
    env: {
      KOI_WECOM_BASE_URL: sim.url,
      KOI_WECOM_CORP_ID: corpid,
      KOI_WECOM_APP_SECRET: app.secret,
      KOI_WECOM_AGENT_ID: String(app.agentid),
      KOI_WECOM_LOGIN: 'create',
      KOI_WECOM_LOGIN_BASE: await consent(t, sim, anna.userid),
      KOI_WECOM_TOKEN: token,
      KOI_WECOM_AES_KEY: aes_key,
    },
  });
  const { server, base } = stage;
  await server.local('PUT', '/api/settings/public_url', { value: base }, 204);
  await sim.post('clock/set', { at_s: Math.floor(Date.now() / 1000) });
  await sim.post('callback', { url: `${base}/api/wecom/callback`, token, aes_key });
  const { external_userid } = await sim.post('customer/add', { userid: anna.userid, state: 'A1' });
  await sim.post('clock/advance', { seconds: 5 });
  await sim.post('customer/add', { userid: ben.userid, external_userid });
  await sim.post('callbacks/drain');
  const customer = await until(async () => {
    const { items } = await server.local('GET', '/api/customers', undefined, 200);
    return items.length === 1 && items[0].staff.length === 2 && items[0];
  }, 'the friend of two is there');

  for (const language of ['zh', 'en']) {
    const zh = language === 'zh';
    await t.test(`a phone signs in by WeCom, in ${language}`, async () => {
      const context = await stage.browser.newContext({
        viewport: { width: 390, height: 844 },
        locale: zh ? 'zh-CN' : 'en-GB',
      });
      const tab = await context.newPage();
      await tab.goto(`${base}/sign-in`);
      const button = tab.getByRole('link', { name: zh ? '企业微信登录' : 'Sign in with WeCom' });
      await button.waitFor();
      await tab.screenshot({ path: `build/screenshots/sign-in-wecom.${language}.png` });
      await button.click();
      await tab.waitForSelector('.shell');
      assert.ok(!tab.url().includes('code='), 'the code is gone from the address');
      await context.close();
    });
    await t.test(`a sign-in begun elsewhere is refused, in ${language}`, async () => {
      const context = await stage.browser.newContext({
        viewport: { width: 390, height: 844 },
        locale: zh ? 'zh-CN' : 'en-GB',
      });
      const tab = await context.newPage();
      await tab.goto(`${base}/sign-in?code=made-up&state=${'x'.repeat(32)}`);
      await tab.getByText(zh ? '不是从这个浏览器开始' : 'not begun by this browser').waitFor();
      await tab.screenshot({ path: `build/screenshots/sign-in-wecom-no.${language}.png` });
      await context.close();
    });
    await t.test(`a customer's page says whose they are, in ${language}`, async () => {
      const page = await stage.signIn('operator', { language });
      await page.visit(`/customers?open=${customer.id}&tab=relations`);
      await page.page.getByText(zh ? '保护中' : 'In force').waitFor();
      await page.check('customer-binding');
    });
  }
  await noViolations(sim);
});
