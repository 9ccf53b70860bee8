/* A saved audience through the real console: made live by a button, then its size and who entered
 * and left it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../api/harness.mjs';
import { openStage } from './browser.mjs';

const words = {
  zh: { live: '打开实时更新', entered: '进入', left: '离开' },
  en: { live: 'Make it live', entered: 'Entered', left: 'Left' },
};

test('a live audience', async (t) => {
  const stage = await openStage(t, { customers: 300, env: { KOI_AUDIENCE_SECONDS: '1' } });
  const local = (...args) => stage.server.local(...args);
  const { categories } = await local('GET', '/api/tags');
  const group_id = categories[0].groups[0].id;
  const people = (await local('GET', '/api/customers?limit=30')).items.map(({ id }) => id);
  for (const language of ['zh', 'en']) {
    await t.test(`in ${language}`, async () => {
      const say = words[language];
      const name = `Live ${language}`;
      const tag = await local('POST', '/api/tags', { group_id, name, grain: 'basic' }, 201);
      const put = (customer_ids, remove) =>
        local('POST', `/api/tags/${tag.id}/customers`, { customer_ids, remove }, 200);
      const body = { name, expression: `tag("${name}")` };
      const { id } = await local('POST', '/api/audiences', body, 201);
      const moves = async () => (await local('GET', `/api/audiences/${id}/moves`)).items.length;

      const page = await stage.signIn('administrator', { language });
      const { page: tab } = page;
      await page.visit(`/audiences/new?id=${id}`);
      await page.check('audience-not-live');
      await page.button(say.live).click();
      await tab.locator('.audience-moves').waitFor();
      await until(
        async () => (await local('GET', `/api/audiences/${id}/sizes`)).items.length > 0,
        'the first tick',
      );
      await put(people.slice(0, 12), false);
      await until(async () => (await moves()) === 12, 'who entered');
      await put(people.slice(0, 2), true);
      await until(async () => (await moves()) === 14, 'who left');

      await page.visit(`/audiences/new?id=${id}`);
      const rows = tab.locator('.audience-moves tbody tr.ant-table-row');
      await rows.first().waitFor();
      assert.equal(await rows.count(), 14);
      assert.match(await rows.first().innerText(), new RegExp(say.left));
      assert.match(await rows.nth(2).innerText(), new RegExp(say.entered));
      const cells = await tab.locator('.chart-card tbody tr').last().locator('td').allInnerTexts();
      assert.deepEqual(cells.slice(1), ['10', '12', '2', '0']);
      await page.check('audience-sizes');
      await rows.last().scrollIntoViewIfNeeded();
      await page.check('audience-moves');
      await tab.locator('.audience-moves .ant-segmented-item').nth(2).click();
      await until(async () => (await rows.count()) === 2, 'only who left');
      assert.match(await rows.last().innerText(), new RegExp(say.left));
      assert.deepEqual(page.complaints, []);
      await tab.context().close();
    });
  }
});
