/* The live demo in the browser: today's page moves by itself, and the board of codes fills. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { goLive } from '../api/demo_live.mjs';
import { until } from '../api/harness.mjs';
import { openStage } from './browser.mjs';

test('the live demo', async (t) => {
  const stage = await openStage(t, { customers: 1000 });
  await stage.server.stop();
  const live = await goLive(t, stage.server, 100);
  stage.base = `http://127.0.0.1:${stage.server.port}`;
  for (const language of ['zh', 'en']) {
    const page = await stage.signIn('administrator', { language });
    const zh = language === 'zh';
    await page.visit('/');
    const friends = page.page
      .locator('.ant-statistic', { hasText: zh ? '今日新好友' : 'new friends today' })
      .first();
    const shown = async () =>
      Number(
        (await friends.locator('.ant-statistic-content-value').innerText()).replace(/\D/g, ''),
      );

    await t.test(`today moves without a reload, in ${language}`, async () => {
      const before = await shown();
      await until(async () => (await shown()) > before, 'more friends on the page', 40000);
      await page.check('live-today');
    });

    await t.test(`codes bring people, in ${language}`, async () => {
      await page.visit('/codes');
      await page.page.getByText('门店海报').first().waitFor();
      await page.check('live-codes');
    });

    await t.test(`a group's page opens on a phone, in ${language}`, async () => {
      const path = await page.page
        .getByRole('link', { name: zh ? '入群页' : 'Page' })
        .first()
        .getAttribute('href');
      await page.page.setViewportSize({ width: 390, height: 780 });
      await page.page.goto(`${stage.base}${path}`);
      await page.page.getByText(zh ? '群主：' : 'Run by').waitFor();
      const drawn = await page.page.locator('img').evaluate((img) => img.naturalWidth);
      assert.ok(drawn > 100);
      await page.check('live-group-page');
      await page.page.getByRole('link', { name: zh ? 'English' : '中文' }).click();
      await page.page.getByText(zh ? 'Run by' : '群主：').waitFor();
    });
  }
  assert.deepEqual((await live.sim('violations')).violations, []);
  await live.stop();
});
