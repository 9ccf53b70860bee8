/* The sidebar on a phone: signing in by WeCom, the customer whose chat is open (a fake of WeCom's
 * script says whose), what staff do there, scripts, tasks; in both languages, with large fonts, and
 * without JavaScript. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { until } from '../api/harness.mjs';
import { noViolations } from '../api/wecom_pair.mjs';
import { openWecomStage } from './wecom_stage.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const words = {
  zh: {
    home: '看哪位客户？',
    enter: '进入',
    find: '查找我的客户',
    keep: '记下',
    change: '改',
    add: '＋ 打标签',
    scripts: '话术',
    tasks: '待办',
    send: '发送',
    sent: '已交给聊天',
    other: '当前聊天不是这位客户',
    copy: '复制',
    later: '明天再说',
    none: '今天没有提醒',
    failed: '企业微信没有说是谁',
  },
  en: {
    home: 'Which customer?',
    enter: 'Enter',
    find: 'Find my customer',
    keep: 'Keep it',
    change: 'Change',
    add: '+ Add a tag',
    scripts: 'Scripts',
    tasks: 'Tasks',
    send: 'Send',
    sent: 'Handed to the chat',
    other: 'the chat is with somebody else',
    copy: 'Copy',
    later: 'Tomorrow',
    none: 'None today',
    failed: 'WeCom did not say',
  },
};

/* What WeCom's script gives a page, as far as ours uses it. */
function fakeSdk(userId) {
  window.said = [];
  window.wx = {
    config: (what) => window.said.push(['config', what]),
    ready: (go) => setTimeout(go, 0),
    error: () => undefined,
    agentConfig: (what) => {
      window.said.push(['agentConfig', what]);
      what.success();
    },
    invoke: (name, what, reply) => {
      window.said.push([name, what]);
      if (name === 'getCurExternalContact' && !userId) reply({ err_msg: `${name}:fail` });
      else reply({ err_msg: `${name}:ok`, userId });
    },
  };
}

/* Fits, says nothing wrong, axe finds nothing serious; and all that once more with a font twice as
 * large. */
async function check(tab, name, language) {
  for (const size of ['100%', '200%']) {
    await tab.evaluate((font) => (document.documentElement.style.fontSize = font), size);
    const file = `build/screenshots/${name}${size === '100%' ? '' : '-large'}.${language}.png`;
    await tab.screenshot({ path: file, fullPage: true });
    const wide = await tab.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${name} at ${size} is ${wide} px wider than the phone`);
    await tab.evaluate(axe);
    const found = await tab.evaluate(async () => {
      const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
      return violations.flatMap(({ id, impact, nodes }) =>
        nodes.map(({ target }) => `${impact} ${id}: ${target}`),
      );
    });
    assert.deepEqual(found, [], `axe on ${name} at ${size}`);
  }
  await tab.evaluate(() => (document.documentElement.style.fontSize = ''));
}

test('the sidebar', async (t) => {
  const { sim, stage, people, corpid } = await openWecomStage(t, { login: true });
  const { server, base } = stage;
  const local = (method, path, body, status) => server.local(method, path, body, status);
  const [anna] = people;
  const { external_userid } = await sim.post('customer/add', { userid: anna });
  await sim.post('callbacks/drain');
  const customer = await until(async () => {
    const { items } = await local('GET', '/api/customers');
    return items[0];
  }, 'the friend is there');
  const category = await local('POST', '/api/tag-categories', { name: '价值' }, 201);
  const group = await local(
    'POST',
    '/api/tag-groups',
    { category_id: category.id, name: '意向 Interest' },
    201,
  );
  for (const name of ['高意向 high', '孕妇 expecting', '复购 again'])
    await local('POST', '/api/tags', { group_id: group.id, name }, 201);
  const script = {
    group: '欢迎 Greeting',
    title: '第一次 First',
    text: '{name}，你好！\nHello {name}.',
  };
  await local('POST', '/api/scripts', script, 201);
  await local('PATCH', `/api/customers/${customer.id}`, { city: '杭州', name: '王小鱼' });

  /* A phone whose pages may not say anything wrong, and none of whose addresses names anybody. */
  const phone = async (language, userId, options = {}) => {
    const context = await stage.browser.newContext({
      viewport: { width: 390, height: 844 },
      locale: language === 'zh' ? 'zh-CN' : 'en-GB',
      ...options,
    });
    context.setDefaultTimeout(30000);
    if (userId !== undefined) await context.addInitScript(fakeSdk, userId);
    const tab = await context.newPage();
    const wrong = [];
    tab.on('console', (message) => message.type() === 'error' && wrong.push(message.text()));
    tab.on('pageerror', (error) => wrong.push(String(error)));
    tab.on('request', (rq) => {
      const address = decodeURIComponent(rq.url());
      if (address.includes(external_userid) || address.includes(customer.nickname))
        wrong.push(`named in ${address}`);
    });
    return { context, tab, wrong };
  };
  const speak = async (language) => {
    const { items } = await local('GET', '/api/accounts');
    const mine = items.find((account) => account.login === anna.toLowerCase());
    if (mine) await local('PATCH', `/api/accounts/${mine.id}`, { language });
  };

  for (const language of ['zh', 'en']) {
    const w = words[language];
    await t.test(`beside a chat, in ${language}`, async () => {
      if (language === 'en') await speak('en');
      const { context, tab, wrong } = await phone(language, external_userid);
      await tab.goto(`${base}/sidebar`);
      await tab.waitForURL(`${base}/sidebar/customers/${customer.id}`);
      assert.match(await tab.locator('h1').innerText(), new RegExp(customer.nickname));
      await tab.getByRole('link', { name: w.add }).click();
      await check(tab, 'sidebar-tags', language);
      const tag = language === 'zh' ? '高意向 high' : '复购 again';
      await tab.getByRole('button', { name: tag }).click();
      await tab.getByRole('button', { name: tag }).waitFor();
      await tab.locator('#text').fill('喜欢乌龙茶 likes oolong');
      await tab.locator('#remind_days').selectOption('1');
      await tab.getByRole('button', { name: w.keep }).click();
      await tab.locator('#notes li').first().waitFor();
      const { items } = await local('GET', '/api/stages');
      await tab.locator('#stage_id').selectOption(items[0].id);
      await tab.getByRole('button', { name: w.change, exact: true }).click();
      await tab
        .locator(`#stage_id option[value="${items[0].id}"][selected]`)
        .waitFor({ state: 'attached' });
      await check(tab, 'sidebar-customer', language);

      await tab.getByRole('link', { name: w.scripts }).click();
      const send = tab.getByRole('button', { name: w.send }).last();
      await send.waitFor();
      await check(tab, 'sidebar-scripts', language);
      await send.click();
      await tab.getByRole('button', { name: w.sent }).waitFor();
      const said = await tab.evaluate(() => window.said);
      /* Somebody else's chat by now: the text with this name is not for them. */
      await tab.evaluate(() => {
        const { invoke } = window.wx;
        window.said = [];
        window.wx.invoke = (name, what, reply) =>
          invoke(name, what, (answer) => reply({ ...answer, userId: 'wm-somebody-else' }));
      });
      await tab.getByRole('button', { name: w.sent }).click();
      await tab.getByRole('button', { name: w.other }).waitFor();
      const names = await tab.evaluate(() => window.said.map(([name]) => name));
      assert.deepEqual(names, ['getCurExternalContact']);
      wrong.splice(0, wrong.length, ...wrong.filter((what) => !what.includes('404')));
      const filled = `${customer.nickname}，你好！\nHello ${customer.nickname}.`;
      assert.deepEqual(said.find(([name]) => name === 'sendChatMessage')[1], {
        msgtype: 'text',
        enterChat: false,
        text: { content: filled },
      });
      const [, agent] = said.find(([name]) => name === 'agentConfig');
      assert.equal(agent.corpid, corpid);
      assert.match(agent.signature, /^[0-9a-f]{40}$/);
      for (const tabName of ['timeline', 'orders']) {
        await tab.goto(`${base}/sidebar/customers/${customer.id}/${tabName}`);
        await check(tab, `sidebar-${tabName}`, language);
      }
      assert.deepEqual(wrong, []);
      await context.close();
    });

    await t.test(`tasks, in ${language}`, async () => {
      const { context, tab, wrong } = await phone(language, '');
      await server.sql('UPDATE note SET remind_s = at_s WHERE done_s IS NULL');
      await tab.goto(`${base}/sidebar/tasks`);
      await tab.getByText('likes oolong').first().waitFor();
      await check(tab, 'sidebar-tasks', language);
      const before = await tab.getByRole('button', { name: w.later }).count();
      for (let left = before; left > 0; left--) {
        await tab.getByRole('button', { name: w.later }).first().click();
        await tab.waitForFunction(
          (n) => document.querySelectorAll('.acts form').length === 2 * n,
          left - 1,
        );
      }
      await tab.getByText(w.none).waitFor();
      /* The contact is not told: a search says how to go on. */
      await tab.goto(`${base}/sidebar`);
      await tab.getByText(w.failed).waitFor();
      await check(tab, 'sidebar-home', language);
      assert.deepEqual(wrong, []);
      await context.close();
    });

    await t.test(`without JavaScript, in ${language}`, async () => {
      const { context, tab } = await phone(language, undefined, { javaScriptEnabled: false });
      await tab.goto(`${base}/sidebar`);
      await tab.screenshot({ path: `build/screenshots/sidebar-enter.${language}.png` });
      await tab.locator('form button').click();
      await tab.waitForURL(`${base}/sidebar`);
      await tab.locator('#q').fill(customer.nickname);
      await tab.getByRole('button', { name: w.find }).click();
      await tab.getByRole('link', { name: customer.nickname }).waitFor();
      await tab.screenshot({ path: `build/screenshots/sidebar-found.${language}.png` });
      await tab.getByRole('link', { name: customer.nickname }).click();
      await tab.locator('#text').fill(`no script, ${language}`);
      await tab.getByRole('button', { name: w.keep }).click();
      await tab.getByText(`no script, ${language}`).waitFor();
      await tab.getByRole('link', { name: w.tasks }).click();
      await tab.getByRole('link', { name: customer.nickname }).waitFor(); /* a friend made today */
      await tab.goto(`${base}/sidebar/customers/1`);
      await tab.screenshot({ path: `build/screenshots/sidebar-none.${language}.png` });
      await context.close();
    });

    await t.test(`scripts in the console, in ${language}`, async () => {
      const page = await stage.signIn('operator', { language });
      const zh = language === 'zh';
      await page.visit('/scripts');
      await page.button(zh ? '新建话术' : 'New script').click();
      await page.page
        .getByLabel(zh ? '分组' : 'Group')
        .last()
        .fill('价格 Price');
      await page.page.getByLabel(zh ? '标题' : 'Title', { exact: true }).fill(`太贵 ${language}`);
      await page.page
        .getByLabel(zh ? '正文' : 'Text', { exact: true })
        .fill('{name}，一分钱一分货');
      await page.check('script-form');
      await page.page.locator('.ant-modal button[type=submit]').click();
      await page.page.locator('tbody').getByText(`太贵 ${language}`).waitFor();
      await page.check('scripts');
      await page.visit(`/customers?open=${customer.id}&tab=notes`);
      await page.page.getByText(`no script, ${language}`).waitFor();
      await page.check('customer-notes');
    });
  }
  await noViolations(sim);
});
