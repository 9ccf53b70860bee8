/* Staff in the browser: signing in by WeCom on a phone, and whose customer somebody is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../api/harness.mjs';
import { noViolations } from '../api/wecom_pair.mjs';
import { openWecomStage } from './wecom_stage.mjs';

test('staff', async (t) => {
  const { sim, stage, people } = await openWecomStage(t, { login: true });
  const { server, base } = stage;
  const [anna, ben] = people;
  const { external_userid } = await sim.post('customer/add', { userid: anna, state: 'A1' });
  await sim.post('clock/advance', { seconds: 5 });
  await sim.post('customer/add', { userid: ben, external_userid });
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
