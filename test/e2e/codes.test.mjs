/* Codes in the browser, against a simulator of WeCom: a staff code made by the form, found there,
 * changed and taken back; a link with its drawn code, and what it brought. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { until } from '../api/harness.mjs';
import { noViolations } from '../api/wecom_pair.mjs';
import { shots } from './browser.mjs';
import { openWecomStage } from './wecom_stage.mjs';

/* Says what a picture of a code says. */
const reader = join(dirname(process.env.KOI_BIN), 'test/unit/read_code');

/* A logo drawn by the browser: a red carp's eye on a transparent ground. */
async function logoOf(tab) {
  const text = await tab.evaluate(() => {
    const canvas = document.createElement('canvas');
    canvas.width = 300;
    canvas.height = 300;
    const pen = canvas.getContext('2d');
    const disc = (radius, colour) => {
      pen.fillStyle = colour;
      pen.beginPath();
      pen.arc(150, 150, radius, 0, 7);
      pen.fill();
    };
    disc(145, '#c0392b');
    disc(90, '#fff');
    disc(50, '#1f2d3d');
    return canvas.toDataURL().split(',')[1];
  });
  return Buffer.from(text, 'base64');
}

test('codes', async (t) => {
  const { sim, stage, people } = await openWecomStage(t);
  const [one] = people;
  await sim.post('customer/add', { userid: one });
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
      await tab.locator('.ant-select-item-option', { hasText: one }).first().click();
      await dialog.getByRole('spinbutton', { name: zh ? '总上限' : 'Limit in all' }).fill('300');
      await page.button(zh ? '添加时段' : 'Add hours').click();
      await page.button(zh ? '添加时段' : 'Add hours').click();
      const whose = dialog.getByRole('combobox', { name: zh ? '谁的工作时间' : 'Whose hours' });
      await whose.last().click();
      await tab.locator('.ant-select-dropdown:visible').getByText(one).last().click();
      await dialog
        .getByLabel(zh ? '到' : 'To', { exact: true })
        .last()
        .fill('12:30');
      await dialog.getByText(zh ? '接待员工' : 'Staff who receive').scrollIntoViewIfNeeded();
      await page.check('code-new-people');
      await page.button(zh ? '添加欢迎语' : 'Add a greeting').click();
      await dialog
        .getByLabel(zh ? '欢迎语内容' : 'Words of the greeting')
        .fill(zh ? '{name}你好，我是{staff}' : 'Hello {name}, I am {staff}');
      await dialog.getByText(zh ? '小明你好，我是小林' : 'Hello Ming, I am Lin').waitFor();
      /* Until half past eleven at night; what is no time of day says how it is written. */
      const ends = dialog.locator('.code-welcome').getByLabel(zh ? '到' : 'To', { exact: true });
      await ends.fill('9');
      await save();
      await dialog.getByText(zh ? '时间写成 09:30' : 'Write times as 09:30').waitFor();
      await ends.fill('23:30');
      await page.check('code-new');
      await save();
      await dialog.waitFor({ state: 'detached' });
      await row().waitFor();
      await page.check('codes-some');
      const ways = (await sim.get('state')).contact_ways;
      const made = ways.find((way) => way.fields.remark === name);
      assert.deepEqual(made.fields.user, [one]);
      const kept = await tab.evaluate(async () => {
        const { items } = await (await fetch('/api/codes?limit=1')).json();
        return (await fetch(`/api/codes/${items[0].id}`)).json();
      });
      assert.deepEqual(
        kept.welcomes.map(({ weekdays, from_min, to_min }) => [weekdays, from_min, to_min]),
        [[127, 0, 23 * 60 + 30]],
      );
    });

    await t.test(`it is printed with a logo and without, in ${language}`, async () => {
      const words = zh
        ? {
            give: '上传标志',
            logo: '中间放企业标志',
            png: '下载 PNG',
            svg: '下载 SVG',
            print: '打印',
          }
        : {
            give: 'Give a logo',
            logo: 'Logo in the middle',
            png: 'Download PNG',
            svg: 'Download SVG',
            print: 'Print',
          };
      const card = async () => {
        await row().getByRole('button', { name: words.print }).click();
        const picture = dialog.locator('.print-card > img');
        await picture.waitFor();
        await tab.waitForFunction(() => document.querySelector('.print-card > img').complete);
        return picture;
      };
      /* What is downloaded says what WeCom's picture says. */
      const downloaded = async (kind) => {
        const download = tab.waitForEvent('download');
        await dialog.locator('.ant-modal-footer').getByText(words[kind]).click();
        const file = await download;
        assert.equal(file.suggestedFilename(), `${name}.${kind}`);
        const path = join(stage.server.data, `code.${kind}`);
        await file.saveAs(path);
        return readFileSync(path);
      };
      const [way] = (await sim.get('state')).contact_ways;
      const said = `https://work.weixin.qq.com/q/${way.config_id}`;
      const isRead = (png) => {
        const path = join(stage.server.data, 'shot.png');
        writeFileSync(path, png);
        assert.equal(execFileSync(reader, [path], { encoding: 'utf8' }), said);
      };

      /* None yet: the card says so, and where to give one. */
      let picture = await card();
      assert.match(await picture.getAttribute('src'), /logo=false/);
      await page.check('code-print-plain');
      const plain = await downloaded('png');
      isRead(plain);
      await dialog.locator('.print-give').click();
      await tab.locator('.setting').first().waitFor();

      /* Given in the settings: what cannot be one is refused with a way out. */
      const give = (file) => tab.locator('input[type=file]').setInputFiles(file);
      await give({ name: 'a.png', mimeType: 'image/png', buffer: Buffer.alloc((256 << 10) + 1) });
      await tab.getByText(zh ? /最多 256 KB。请缩小/ : /256 KB is the most\. Make/).waitFor();
      await give({ name: 'koi.png', mimeType: 'image/png', buffer: await logoOf(tab) });
      await tab.locator('.logo-shown').waitFor();
      await tab.evaluate(() => document.querySelector('.logo-shown').decode());
      await page.check('settings-logo');

      /* Then it stands in the middle, and the code is read all the same. */
      await page.visit('/codes');
      picture = await card();
      assert.match(await picture.getAttribute('src'), /logo=true/);
      await page.check('code-print-logo');
      const png = await downloaded('png');
      assert.notDeepEqual(png, plain);
      assert.ok(png.readUInt32BE(16) >= 1200 && png.readUInt32BE(20) > png.readUInt32BE(16));
      isRead(png);
      isRead(await picture.screenshot());
      assert.match((await downloaded('svg')).toString(), /<image [^>]*data:image\/png;base64,/);
      /* The printer gets the code alone. */
      await tab.emulateMedia({ media: 'print' });
      const sheet = tab.locator('.print-sheet img');
      await sheet.waitFor({ state: 'visible' });
      assert.equal(await dialog.isVisible(), false);
      isRead(await tab.screenshot({ path: join(shots, `code-print-sheet.${language}.png`) }));
      await tab.emulateMedia({ media: 'screen' });

      /* The switch is remembered. */
      await dialog.getByRole('switch', { name: words.logo }).click();
      await tab.waitForFunction(() =>
        document.querySelector('.print-card > img').src.includes('logo=false'),
      );
      await page.visit('/codes');
      picture = await card();
      assert.match(await picture.getAttribute('src'), /logo=false/);
      await dialog.getByRole('switch', { name: words.logo }).click();
      await page.visit('/settings');
      const section = tab.locator('section.setting');
      await tab.locator('.logo-shown').waitFor();
      await section.getByRole('button', { name: zh ? '删除' : 'Delete' }).click();
      await tab.locator('.ant-popconfirm-buttons .ant-btn-primary').click();
      await tab.locator('.logo-shown').waitFor({ state: 'detached' });
      await page.visit('/codes');
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
      assert.equal(code.members[0].total_cap, 300);
      /* Five days of everyone's, five of their own, as they were before the change. */
      const staff_id = code.members[0].staff.id;
      const of = (whose) => code.hours.filter((row) => row.staff_id === whose);
      assert.deepEqual(
        [of(null), of(staff_id)].map((rows) => [rows.length, rows[0].to_min]),
        [
          [5, 1080],
          [5, 750],
        ],
      );
      await row()
        .getByRole('button', { name: zh ? '删除' : 'Delete' })
        .click();
      await tab.locator('.ant-popconfirm-buttons .ant-btn-primary').click();
      await row().waitFor({ state: 'detached' });
      assert.deepEqual((await sim.get('state')).contact_ways, []);
    });

    await t.test(`a group greets who joins, in ${language}`, async () => {
      const words = zh
        ? { code: '福利群入口', group: '福利一群', text: '欢迎{name}入群！' }
        : { code: 'Welfare group', group: 'Welfare one', text: 'Welcome, {name}!' };
      const line = () => tab.getByRole('row', { name: new RegExp(words.code) });
      const edit = () =>
        line()
          .getByRole('button', { name: zh ? '编辑' : 'Edit' })
          .click();
      const saved = async () => {
        await save();
        await dialog.waitFor({ state: 'detached' });
      };
      const asked = (path) => tab.evaluate(async (of) => (await fetch(of)).json(), path);
      const became = (state) =>
        until(async () => {
          const { items } = await asked('/api/codes');
          const { id } = items.find((code) => code.name === words.code);
          return (await asked(`/api/codes/${id}`)).greeting?.state === state;
        }, state);
      await sim.post('group/create', { owner: people[1], name: words.group });
      await sim.post('callbacks/drain');
      await until(async () => {
        const { items } = await asked('/api/groups');
        return items.some((group) => group.name === words.group);
      }, 'the group');
      await page.visit('/codes');
      await page.button(zh ? '新建活码' : 'New code').click();
      await dialog.getByText(zh ? '群活码' : 'Group code').click();
      await dialog.getByLabel(zh ? '名称' : 'Name', { exact: true }).fill(words.code);
      await dialog
        .getByRole('combobox', { name: zh ? '群，依次使用' : 'Groups, in order' })
        .click();
      await tab.locator('.ant-select-item-option', { hasText: words.group }).first().click();
      await tab.keyboard.press('Escape');
      const text = dialog.getByLabel(zh ? '入群欢迎语内容' : 'Words of the group’s greeting');
      /* Bytes as WeCom counts them, and the most that it takes. */
      await text.fill('字'.repeat(1001));
      await dialog.getByText(zh ? '太长了，最多 3,000 字节' : 'Too long: 3,000 bytes').waitFor();
      await text.fill(words.text);
      await dialog
        .locator('.code-phone')
        .getByText(zh ? '欢迎小明入群！' : 'Welcome, Ming!')
        .waitFor();
      await text.scrollIntoViewIfNeeded();
      await page.check('code-greeting-new');
      await saved();
      await became('offered');
      const [{ fields }] = (await sim.get('state')).templates;
      assert.equal(fields.text.content, words.text.replace('{name}', '%NICKNAME%'));
      assert.equal(fields.notify, 1);
      await edit();
      await dialog.getByText(zh ? /^已提供给群主，自/ : /^Offered to owners since/).waitFor();
      await dialog.getByText(zh ? /Koi 已用 1 个/ : /Koi uses 1;/).waitFor();
      await text.scrollIntoViewIfNeeded();
      await page.check('code-greeting-offered');

      /* Refused: why, and what WeCom goes on with. */
      const api = 'externalcontact/group_welcome_template/';
      await sim.post('faults', { api: `${api}edit`, kind: 'code', code: 41064 });
      await text.fill(`${words.text}!`);
      await saved();
      await became('refused');
      await page.visit('/codes');
      await tab
        .getByText(
          zh ? '企业微信没有收下入群欢迎语' : 'WeCom did not take the greeting of the group',
        )
        .waitFor();
      await edit();
      await dialog.getByText(zh ? '企业微信拒绝了' : 'WeCom has refused it').waitFor();
      await text.scrollIntoViewIfNeeded();
      await page.check('code-greeting-refused');

      /* Emptied, it is deleted; made again with a lost answer, somebody must look. */
      await text.fill('');
      await saved();
      await until(async () => (await asked('/api/codes/greetings')).used === 0, 'its deletion');
      await sim.post('faults', { api: `${api}add`, kind: 'cut' });
      await edit();
      await text.fill(words.text);
      await saved();
      await became('unsure');
      const decide = zh ? '去确认' : 'Decide';
      await edit();
      await text.scrollIntoViewIfNeeded();
      await page.check('code-greeting-unsure');
      /* Who may not retry is told whom to ask. */
      const operator = await stage.signIn('operator', { language });
      await operator.visit('/codes');
      const ask = zh ? '请找管理员' : 'Ask an administrator';
      await operator.page.locator('.code-warnings').getByText(ask).first().waitFor();
      assert.equal(await operator.page.getByRole('link', { name: decide }).count(), 0);
      await operator.check('code-greeting-ask');
      await dialog.getByRole('link', { name: decide }).click();
      await tab
        .getByText(
          zh ? `新建“${words.code}”的入群欢迎语` : `Make the group greeting of “${words.code}”`,
        )
        .first()
        .waitFor();
      const [left] = (await sim.get('state')).templates;
      await sim.post('template/delete', { template_id: left.template_id });
      await page.visit('/codes');
      await line()
        .getByRole('button', { name: zh ? '删除' : 'Delete' })
        .click();
      await tab.locator('.ant-popconfirm-buttons .ant-btn-primary').click();
      await line().waitFor({ state: 'detached' });
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
      await page.until(async () => {
        const { sum } = await (await fetch('/api/codes/statistics')).json();
        return sum.friends > 0;
      });
      /* Days that WeCom has told, and a page of a group that was looked at. */
      const today = Math.floor((Date.now() / 1000 + 8 * 3600) / 86400);
      await stage.server.sql(
        `INSERT INTO link_day (code_id, day, click_link_customer_cnt, new_customer_cnt, told_us)
         VALUES (${link.id}, ${today}, 8, 2, 1)`,
      );
      await page.visit('/codes?tab=statistics');
      const cells = tab.locator('.data-table tr', { hasText: `${name} 2` });
      await cells.getByText('25%').waitFor();
      await tab.getByText(zh ? '企业微信不提供扫码次数' : 'WeCom does not tell scans').waitFor();
      await page.check('code-statistics-some');
    });

    await t.test(`uses of links are shown, asked for and warned of, in ${language}`, async () => {
      const lapse_s = Math.floor(Date.now() / 1000) + 9 * 86400;
      await sim.post('quota/set', { balance: 7, expire_date: lapse_s });
      await page.visit('/codes?tab=quota');
      await page.button(zh ? '现在查询' : 'Ask now').click();
      await tab.getByText(zh ? '获客额度只剩 7 次' : 'uses of acquisition links left: 7').waitFor();
      await tab.getByText(zh ? /^7 次获客额度将从/ : /^uses of .* lapse soon: 7, from/).waitFor();
      await tab.locator('.ant-message-notice').first().waitFor({ state: 'detached' });
      await page.check('code-quota');
      await page.visit('/codes');
      await tab
        .getByRole('link', { name: zh ? '查看额度' : 'See the uses' })
        .first()
        .waitFor();
      await page.check('code-warnings');
      await page.visit('/');
      await tab.getByText(zh ? '获客额度只剩 7 次' : 'uses of acquisition links left: 7').click();
      await tab
        .getByRole('heading', { name: zh ? '获客链接的额度' : 'Uses of acquisition links' })
        .waitFor();
      await sim.post('quota/set', { balance: 900, expire_date: lapse_s + 90 * 86400 });
    });
    await tab.context().close();
  }
  await noViolations(sim);
});
