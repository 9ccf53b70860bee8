/* Codes in the browser, against a simulator of WeCom: a staff code made by the form, found there,
 * changed and taken back; a link with its drawn code, and what it brought. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { noViolations, simulator } from '../api/wecom_pair.mjs';
import { openStage } from './browser.mjs';

test('codes', async (t) => {
  const sim = await simulator(t);
  const { corpid, apps } = await sim.get('corp');
  const secret = (name) => apps.find((app) => app.name === name).secret;
  const stage = await openStage(t, {
    customers: 0,
    env: {
      KOI_WECOM_BASE_URL: sim.url,
      KOI_WECOM_CORP_ID: corpid,
      KOI_WECOM_APP_SECRET: secret('koi'),
      KOI_WECOM_CONTACT_SECRET: secret('customer'),
      KOI_WECOM_TOKEN: 'QDG6eK',
      KOI_WECOM_AES_KEY: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C',
    },
  });
  await sim.post('clock/set', { at_s: Math.floor(Date.now() / 1000) });
  await sim.post('callback', {
    url: `${stage.base}/api/wecom/callback`,
    token: 'QDG6eK',
    aes_key: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C',
  });
  const { staff } = await sim.get('state');
  const [one] = staff.filter((s) => s.contact_right && s.status === 1);
  await sim.post('customer/add', { userid: one.userid });
  await sim.post('callbacks/drain');

  for (const language of ['zh', 'en']) {
    const page = await stage.signIn('administrator', { language });
    const tab = page.page;
    const zh = language === 'zh';
    const name = zh ? '门店台卡' : 'Table card';
    const dialog = tab.getByRole('dialog');
    const save = () => dialog.locator('button[type=submit]').click();
    const row = () => tab.getByRole('row', { name: new RegExp(name) });

    await t.test(`a staff code is made, in ${language}`, async () => {
      await page.visit('/codes');
      await page.button(zh ? '新建活码' : 'New code').click();
      await dialog.getByLabel(zh ? '名称' : 'Name', { exact: true }).fill(name);
      await dialog.getByRole('combobox', { name: zh ? '员工' : 'Staff', exact: true }).click();
      await tab.locator('.ant-select-item-option', { hasText: one.userid }).first().click();
      await page.button(zh ? '添加时段' : 'Add hours').click();
      await page.button(zh ? '添加欢迎语' : 'Add a greeting').click();
      await dialog
        .getByLabel(zh ? '欢迎语内容' : 'Words of the greeting')
        .fill(zh ? '{name}你好，我是{staff}' : 'Hello {name}, I am {staff}');
      await dialog.getByText(zh ? '小明你好，我是小林' : 'Hello Ming, I am Lin').waitFor();
      await page.check('code-new');
      await save();
      await dialog.waitFor({ state: 'detached' });
      await row().waitFor();
      await page.check('codes-some');
      const ways = (await sim.get('state')).contact_ways;
      const made = ways.find((way) => way.fields.remark === name);
      assert.deepEqual(made.fields.user, [one.userid]);
      /* Drawn from WeCom's picture; the console makes the PNG, its words included. */
      const download = tab.waitForEvent('download');
      await row().getByRole('button', { name: 'PNG' }).click();
      const file = await download;
      assert.equal(file.suggestedFilename(), `${name}.png`);
      const path = join(stage.server.data, 'code.png');
      await file.saveAs(path);
      const png = readFileSync(path);
      assert.equal(png.subarray(1, 4).toString(), 'PNG');
      assert.ok(png.readUInt32BE(16) >= 1200 && png.readUInt32BE(20) > png.readUInt32BE(16));
    });

    await t.test(`it is changed, and taken back, in ${language}`, async () => {
      await row()
        .getByRole('button', { name: zh ? '编辑' : 'Edit' })
        .click();
      const weight = dialog.getByRole('spinbutton', { name: zh ? '每日上限' : 'Daily limit' });
      await weight.fill('5');
      await save();
      await dialog.waitFor({ state: 'detached' });
      const { items } = await tab.evaluate(async () => (await fetch('/api/codes')).json());
      const { id } = items.find((code) => code.name === name);
      const code = await tab.evaluate(async (one) => (await fetch(`/api/codes/${one}`)).json(), id);
      assert.equal(code.members[0].daily_cap, 5);
      assert.equal(code.hours.length, 5);
      await row()
        .getByRole('button', { name: zh ? '删除' : 'Delete' })
        .click();
      await tab.locator('.ant-popconfirm-buttons .ant-btn-primary').click();
      await row().waitFor({ state: 'detached' });
      assert.deepEqual((await sim.get('state')).contact_ways, []);
    });

    await t.test(`a link is drawn and counted, in ${language}`, async () => {
      const link = await tab.evaluate(
        async ([label, csrf]) => {
          const staff_id = (await (await fetch('/api/staff')).json()).items[0].id;
          const reply = await fetch('/api/codes', {
            method: 'POST',
            headers: { 'content-type': 'application/json', 'x-csrf-token': csrf },
            body: JSON.stringify({ kind: 'link', name: label, members: [{ staff_id }] }),
          });
          return reply.json();
        },
        [`${name} 2`, (await tab.evaluate(async () => (await fetch('/api/session')).json())).csrf],
      );
      const channel = new URL(link.link_url).searchParams.get('customer_channel');
      await sim.post('quota/buy', { uses: 5, expire_date: Math.floor(Date.now() / 1000) + 9e6 });
      const { links } = await sim.get('state');
      const { link_id } = links.at(-1);
      await sim.post('customer/scan', { link_id, customer_channel: channel });
      await sim.post('callbacks/drain');
      await page.visit('/codes');
      await row()
        .getByRole('button', { name: zh ? '编辑' : 'Edit' })
        .click();
      await dialog.locator('.code-phone img').waitFor();
      await page.check('code-link');
      await tab.keyboard.press('Escape');
      await tab.waitForFunction(async () => {
        const { sum } = await (await fetch('/api/codes/statistics')).json();
        return sum.friends > 0;
      });
      await page.visit('/codes?tab=statistics');
      await page.check('code-statistics-some');
    });
    await tab.context().close();
  }
  await noViolations(sim);
});
