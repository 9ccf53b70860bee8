/* WeCom's pages in the browser, against a simulator: connected by the wizard from nothing, a secret
 * that is wrong said with its way out, the callback found while one looks on; events and wishes
 * that failed, mended; the welcomes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../api/harness.mjs';
import { simulator } from '../api/wecom_pair.mjs';
import { openStage } from './browser.mjs';

const words = {
  zh: {
    corp: '企业 ID',
    secret: '应用的 Secret',
    save: '保存，下一步',
    test: '开始测试',
    again: '再测一次',
    next: '下一步',
    generate: '生成',
    keep: '保存',
    never: '还没有来过',
    found: '已接通。',
    welcome: '默认欢迎语',
    done: '完成：看看今日',
    range: '应用的可见范围',
    wrongSecret: 'Secret 不正确',
    allWell: '全部通过',
    dead: '失败',
    retry: '重试',
    drop: '放弃',
    friend: '添加了客户',
    on: '打上标签“金卡”',
    reasons: '为什么没有发出？',
    oneDead: '项改动被企业微信拒绝',
    firstSync: '开始第一次同步',
    jobDone: '完成',
    syncAgain: '重新同步',
    goOn: '接着同步',
    stop: '停止',
    incomplete: /^不完整：/,
    complete: /^(完整：|应用可见范围以内是完整的)/,
    part: /^没有做完/,
    boardPart: '上次企业微信同步不完整',
    hour: '每天自动同步',
    members: '群成员',
    look: '看看演示企业',
    connect: '连接企业微信',
  },
  en: {
    corp: 'Corp ID',
    secret: 'Secret of the app',
    save: 'Save and go on',
    test: 'Test now',
    again: 'Test again',
    next: 'Next',
    generate: 'Generate',
    keep: 'Save',
    never: 'never came',
    found: 'Connected.',
    welcome: 'Welcome unless a code says otherwise',
    done: 'Done: go to today',
    range: "The app's visible range",
    wrongSecret: 'the secret is wrong',
    allWell: 'passed',
    dead: 'Failed',
    retry: 'Retry',
    drop: 'Give up',
    friend: 'Customer added',
    on: 'Put the tag “金卡” on',
    reasons: 'Why were they missed?',
    oneDead: 'change was refused by WeCom',
    firstSync: 'Begin the first sync',
    jobDone: 'Done',
    syncAgain: 'Sync again',
    goOn: 'Go on',
    stop: 'Stop',
    incomplete: /^Incomplete:/,
    complete: /^Complete/,
    part: /^It did not end/,
    boardPart: 'the last sync with WeCom is incomplete',
    hour: 'Sync by itself each day at',
    members: 'Members',
    look: 'Look around in the demo corp',
    connect: 'Connect WeCom',
  },
};

/* An installation that knows where its WeCom would be and nothing else. */
async function begin(t) {
  const sim = await simulator(t);
  const { corpid, apps } = await sim.get('corp');
  const stage = await openStage(t, { customers: 0, env: { KOI_WECOM_BASE_URL: sim.url } });
  await sim.post('clock/set', { at_s: Math.floor(Date.now() / 1000) });
  await sim.post('clock/wall', { speed: 1 });
  return { sim, corpid, secret: apps.find((app) => app.name === 'koi').secret, stage };
}

for (const language of ['zh', 'en']) {
  const w = words[language];
  test(`from nothing to connected, in ${language}`, async (t) => {
    const { sim, corpid, secret, stage } = await begin(t);
    const page = await stage.signIn('administrator', { language });
    const tab = page.page;
    const exact = (name) => tab.getByRole('button', { name, exact: true });

    await t.test('the first page offers the demo or WeCom', async () => {
      await page.visit('/');
      await page.button(w.look).waitFor();
      await page.check('today-empty');
      await tab.getByRole('link', { name: w.connect }).click();
      await tab.getByLabel(w.corp, { exact: true }).waitFor();
    });

    await t.test('a wrong secret is said with its way out', async () => {
      await tab.getByLabel(w.corp, { exact: true }).fill(corpid);
      await tab.locator('#wecom_app_secret').fill('wrong');
      await page.check('wecom-app');
      await exact(w.save).click();
      await exact(w.test).click();
      await tab.getByText(w.wrongSecret).waitFor();
      await page.check('wecom-check-bad');
    });

    await t.test('the right one is let in, and what it sees is shown', async () => {
      await page.visit('/wecom');
      const field = tab.locator('#wecom_app_secret');
      assert.equal(await field.inputValue(), '', 'a secret comes back');
      assert.equal(await tab.getByLabel(w.corp, { exact: true }).inputValue(), corpid);
      await field.fill(secret);
      await exact(w.save).click();
      await exact(w.test).click();
      await tab.getByRole('heading', { name: w.range }).waitFor();
      const { departments } = await sim.get('state');
      await tab.getByText(departments[0].name).first().waitFor();
      assert.equal(await tab.getByText(w.wrongSecret).count(), 0);
      await page.check('wecom-check');
    });

    await t.test('the callback is found while one looks on', async () => {
      await exact(w.next).click();
      await tab.locator('.wecom-reach').getByText(w.never).first().waitFor();
      await exact(w.generate).click();
      const token = await tab.locator('#wecom_token').inputValue();
      const aes_key = await tab.locator('#wecom_aes_key').inputValue();
      assert.match(token, /^[A-Za-z0-9]{32}$/);
      assert.match(aes_key, /^[A-Za-z0-9]{43}$/);
      await exact(w.keep).click();
      await tab.locator('.ant-alert').getByText(aes_key).waitFor();
      await page.check('wecom-callback');
      await sim.post('callback', { url: `${stage.base}/api/wecom/callback`, token, aes_key });
      const { staff } = await sim.get('state');
      const one = staff.find((s) => s.contact_right && s.status === 1);
      await sim.post('customer/add', { userid: one.userid });
      await sim.post('callbacks/drain');
      await tab.getByText(w.found, { exact: true }).waitFor();
      await page.check('wecom-callback-found');
    });

    await t.test('the welcome is kept, and nothing is asked for twice', async () => {
      await exact(w.next).click();
      await tab.getByLabel(w.welcome).fill('{name}你好');
      await page.check('wecom-welcome');
      await exact(w.save).click();
      await exact(w.firstSync).waitFor();
      await page.visit('/wecom?tab=connect&step=welcome');
      assert.equal(await tab.getByLabel(w.welcome).inputValue(), '{name}你好');
      await page.visit('/wecom?tab=inbox');
      await tab.getByRole('row', { name: new RegExp(w.friend) }).waitFor();
      await page.check('wecom-inbox');
    });

    await t.test('everything is synced, a part is said to be a part', async () => {
      const { relations } = await sim.get('state');
      const [bad] = relations;
      const api = 'externalcontact/batch/get_by_user';
      const fault = { api, kind: 'code', code: 84074, times: 1000, contains: `"${bad.userid}"` };
      await sim.post('faults', fault);
      await page.visit('/wecom?tab=connect&step=sync');
      await exact(w.firstSync).click();
      await tab.locator('.wecom-sync').getByText(w.incomplete).waitFor();
      assert.equal(await tab.getByText(w.complete).count(), 0);
      assert.equal(await tab.locator('.job-head').getByText(w.jobDone, { exact: true }).count(), 0);
      await page.check('wecom-sync-step');
      await exact(w.done).click();
      await tab.getByRole('link', { name: w.boardPart }).click();
      await tab.getByRole('row', { name: new RegExp(bad.userid) }).waitFor();
      await page.check('wecom-sync-part');

      sim.clearFaults();
      await exact(w.syncAgain).click();
      await tab.locator('.wecom-sync').getByText(w.complete).waitFor();
      const runs = tab.locator('.ant-table-tbody tr.ant-table-row');
      assert.equal(await runs.count(), 2);
      await page.visit('/wecom?tab=sync');
      await tab.locator('.wecom-sync').getByText(w.complete).waitFor();
      await page.check('wecom-sync');
    });

    await t.test('one that is stopped goes on where it was, also after a reload', async () => {
      await sim.post('faults', { api: 'user/list', kind: 'delay', ms: 1500, times: 1 });
      await exact(w.syncAgain).click();
      await exact(w.stop).click();
      await exact(w.goOn).waitFor();
      await page.visit('/wecom?tab=sync');
      await tab.locator('.wecom-sync').getByText(w.part).waitFor();
      await page.check('wecom-sync-stopped');
      await exact(w.goOn).click();
      await tab.locator('.wecom-sync').getByText(w.complete).waitFor();
    });

    await t.test('the nightly hour is kept', async () => {
      await tab.getByRole('combobox', { name: w.hour }).click();
      await tab.locator('.ant-select-item-option').getByText('04:00', { exact: true }).click();
      await tab.locator('.sync-hour').getByText('04:00').waitFor();
      await page.visit('/wecom?tab=sync');
      await tab.locator('.sync-hour').getByText('04:00').waitFor();
    });

    await t.test('groups with who is in them', async () => {
      await page.visit('/groups');
      await page.check('groups-wecom');
      await tab.locator('.row-link').first().click();
      await tab.getByRole('heading', { name: w.members, exact: true }).waitFor();
      await tab.locator('.ant-drawer .ant-table-row').first().waitFor();
      await page.check('group-wecom');
    });
    await tab.context().close();
  });
}

test('what failed is seen and mended', async (t) => {
  const { sim, corpid, secret, stage } = await begin(t);
  const admin = await stage.server.signIn('administrator');
  const [token, aes_key] = ['QDG6eK', 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C'];
  for (const [name, value] of Object.entries({
    wecom_corp_id: corpid,
    wecom_app_secret: secret,
    wecom_token: token,
    wecom_aes_key: aes_key,
    wecom_welcome: '{name}你好',
  }))
    await admin.put(`/api/settings/${name}`, { value });
  await sim.post('callback', { url: `${stage.base}/api/wecom/callback`, token, aes_key });
  const { staff } = await sim.get('state');
  const one = staff.find((s) => s.contact_right && s.status === 1);
  await sim.post('customer/add', { userid: one.userid });
  const [customer] = await until(async () => {
    const { items } = await admin.get('/api/customers');
    return items.length === 1 && items;
  }, 'the friend');
  const category = await admin.post('/api/tag-categories', { name: '会员' }, 201);
  const group = await admin.post(
    '/api/tag-groups',
    { category_id: category.id, name: '等级', wecom: true },
    201,
  );
  const tag = await admin.post('/api/tags', { group_id: group.id, name: '金卡' }, 201);
  const waiting = async () => (await admin.get('/api/outbox?state=waiting')).items.length === 0;
  await until(waiting, 'the tag at WeCom', 20000);

  for (const language of ['zh', 'en']) {
    const w = words[language];
    await t.test(`a wish that WeCom refuses, in ${language}`, async () => {
      await sim.post('faults', {
        api: 'externalcontact/mark_tag',
        kind: 'code',
        code: 40068,
        times: 1,
      });
      await admin.call('PUT', `/api/customers/${customer.id}/tags/${tag.id}`, {}, { expect: 200 });
      const dead = async () => (await admin.get('/api/outbox?state=dead')).items.length === 1;
      await until(dead, 'a dead wish', 20000);
      const page = await stage.signIn('administrator', { language });
      const tab = page.page;
      await page.visit('/');
      await tab.getByRole('link', { name: new RegExp(w.oneDead) }).click();
      const row = tab.getByRole('row', { name: new RegExp(w.on) });
      await row.getByText(w.dead, { exact: true }).waitFor();
      assert.ok((await row.innerText()).includes(customer.nickname), await row.innerText());
      await page.check('wecom-outbox');
      await row.getByRole('button', { name: language === 'zh' ? /放\s*弃/ : w.drop }).click();
      await tab.locator('.ant-popconfirm-buttons .ant-btn-primary').click();
      await row.waitFor({ state: 'detached' });
      assert.equal((await admin.get('/api/outbox?state=dead')).items.length, 0);
      await admin.call('DELETE', `/api/customers/${customer.id}/tags/${tag.id}`, undefined, {
        expect: 200,
      });
      await until(waiting, 'nothing that waits', 20000);

      await page.visit('/wecom?tab=welcomes');
      await tab.getByRole('heading', { name: w.reasons }).waitFor();
      await page.check('wecom-welcomes');
      await tab.context().close();
    });
  }

  await t.test('dead events come first, and are tried again', async () => {
    await sim.post('faults', { api: 'externalcontact/get', kind: 'code', code: 40068, times: 1 });
    await sim.post('customer/add', { userid: one.userid });
    const dead = async () => (await admin.get('/api/inbox?state=dead')).items.length === 1;
    await until(dead, 'a dead event', 20000);
    const page = await stage.signIn('administrator', { width: 390, height: 844 });
    const tab = page.page;
    await page.visit('/wecom?tab=inbox');
    await tab.waitForURL(/state=dead/);
    const row = tab.getByRole('row', { name: new RegExp(words.zh.friend) });
    await row.waitFor();
    await page.check('wecom-inbox-dead.phone');
    for (const tabName of ['connect', 'sync', 'outbox', 'welcomes']) {
      await page.visit(`/wecom?tab=${tabName}`);
      await page.check(`wecom-${tabName}.phone`);
    }
    await page.visit('/wecom?tab=inbox');
    await row.getByRole('button', { name: /重\s*试/ }).click();
    await row.waitFor({ state: 'detached' });
    const mended = async () => (await admin.get('/api/customers')).items.length === 2;
    await until(mended, 'the second friend', 20000);
    await tab.context().close();
  });
});
