/* Media in the browser, against a simulator of WeCom: a greeting with a picture, a mini-program and
 * a link, made in the form of a code; what the new friend gets; the list of media; the general
 * greeting. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pngOf } from '../api/files.mjs';
import { until } from '../api/harness.mjs';
import { noViolations } from '../api/wecom_pair.mjs';
import { openWecomStage } from './wecom_stage.mjs';

const words = {
  zh: {
    new: '新建活码',
    name: '名称',
    staff: '员工',
    greeting: '添加欢迎语',
    text: '欢迎语内容',
    empty: '请填写欢迎语，或加一个附件',
    add: '添加附件',
    picture: '图片',
    program: '小程序',
    link: '链接',
    give: '上传',
    title: '标题',
    url: '网址',
    appid: '小程序 AppID',
    page: '小程序页面路径',
    wrong: '请填写以 https:// 或 http:// 开头的网址',
    use: '用它',
    days: ['日', '一', '二', '三', '四', '五', '六'],
    file: '文件',
    code: '展会台卡',
    poster: '海报',
    shop: '商城',
    book: '会员手册',
    refused: '内容不是JPG 或 PNG 图片',
    used: '在用：展会台卡',
    media: '素材',
    ready: '企业微信可用',
    save: '保存',
  },
  en: {
    new: 'New code',
    name: 'Name',
    staff: 'Staff',
    greeting: 'Add a greeting',
    text: 'Words of the greeting',
    empty: 'Write a greeting, or add an attachment',
    add: 'Add an attachment',
    picture: 'Picture',
    program: 'Mini-program',
    link: 'Link',
    give: 'Upload',
    title: 'Title',
    url: 'Address',
    appid: 'AppID of the mini-program',
    page: 'Page of the mini-program',
    wrong: 'Give an address that begins with https:// or http://',
    use: 'Use it',
    days: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'],
    file: 'File',
    code: 'Fair card',
    poster: 'poster',
    shop: 'Shop',
    book: 'Handbook',
    refused: 'the content is not a JPG or PNG picture',
    used: 'Used by Fair card',
    media: 'Media',
    ready: 'Ready at WeCom',
    save: 'Save',
  },
};

test('media', async (t) => {
  const { sim, stage, people } = await openWecomStage(t);
  const folder = mkdtempSync(join(tmpdir(), 'koi-media-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const [one] = people;
  await sim.post('customer/add', { userid: one, welcome: false });
  await sim.post('callbacks/drain');

  const admin = await stage.server.signIn('administrator');

  for (const language of ['zh', 'en']) {
    const page = await stage.signIn('administrator', { language });
    const tab = page.page;
    const w = words[language];
    /* A weekday, 1 … 7, that is neither today nor a neighbour of it anywhere. */
    const other = ((new Date().getUTCDay() + 2) % 7) + 1;
    /* The picture is another one in each language: the same content is one original. */
    const poster = join(folder, `${w.poster}.png`);
    writeFileSync(poster, pngOf(120, language === 'zh' ? 90 : 80));
    const paper = join(folder, `${w.book}.pdf`);
    writeFileSync(paper, `%PDF-1.7 ${w.book}`);
    writeFileSync(join(folder, 'words.png'), 'no picture at all');
    const form = tab.locator('.ant-modal').filter({ has: tab.locator('.code-form') });
    const inner = tab.locator('.ant-modal').filter({ hasNot: tab.locator('.code-form') });
    const done = async () => {
      await inner.locator('.ant-modal-footer .ant-btn-primary').click();
      await inner.waitFor({ state: 'detached' });
    };
    const add = async (kind) => {
      await tab.getByRole('button', { name: w.add }).click();
      await tab.getByRole('menuitem', { name: kind, exact: true }).click();
      await inner.waitFor();
    };
    const give = async (path) => {
      const chooser = tab.waitForEvent('filechooser');
      await inner.getByRole('button', { name: w.give, exact: true }).click();
      await (await chooser).setFiles(path);
    };

    await t.test(`a greeting with attachments is made, in ${language}`, async () => {
      await page.visit('/codes');
      await page.button(w.new).click();
      await form.getByLabel(w.name, { exact: true }).fill(w.code);
      await form.getByRole('combobox', { name: w.staff, exact: true }).click();
      await tab.locator('.ant-select-item-option', { hasText: one }).first().click();
      await page.button(w.greeting).click();
      await form.getByLabel(w.text).fill('');
      await form.locator('button[type=submit]').click();
      await form.getByText(w.empty).waitFor();
      await form.getByRole('checkbox', { name: w.days[other % 7], exact: true }).uncheck();
      await add(w.picture);
      await give(join(folder, 'words.png'));
      await inner.getByRole('alert').getByText(w.refused).waitFor();
      page.complaints.length = 0; // the browser's own word of the refusal
      await give(poster);
      await inner.locator('li.media-chosen').waitFor();
      await page.check('media-choose');
      await done();
      await add(w.link);
      await inner.getByLabel(w.title).fill(w.book);
      await inner.getByLabel(w.url).fill('example.com/book');
      await inner.locator('.ant-modal-footer .ant-btn-primary').click();
      await inner.getByText(w.wrong).waitFor();
      await inner.getByLabel(w.url).fill('https://example.com/book');
      await done();
      await add(w.program);
      await inner.getByLabel(w.title).fill(w.shop);
      await inner.getByLabel(w.appid).fill('wx0123456789abcdef');
      await inner.getByLabel(w.page, { exact: true }).fill('pages/index.html');
      await inner.getByRole('button', { name: `${w.use} ${w.poster}` }).click();
      await page.check('media-program');
      await done();
      await add(w.file);
      await give(paper);
      await inner.locator('li.media-chosen').waitFor();
      await done();
      await form.getByLabel(w.text).fill(language === 'zh' ? '欢迎来展会' : 'Welcome to the fair');
      const phone = form.locator('.code-phone');
      await phone.getByText(`${w.book}.pdf`).waitFor();
      assert.equal(await phone.locator('figure').count(), 4);
      await tab.waitForFunction(() =>
        [...document.querySelectorAll('.code-phone img')].every((img) => img.naturalWidth > 0),
      );
      await page.check('code-media');
      await form.locator('button[type=submit]').click();
      await form.waitFor({ state: 'detached' });
    });

    await t.test(`the new friend gets it, and it is read back, in ${language}`, async () => {
      const { items } = await admin.get('/api/codes?limit=10');
      const code = await admin.get(`/api/codes/${items.find((c) => c.name === w.code).id}`);
      assert.equal(code.welcomes[0].weekdays, 127 - 2 ** (other - 1));
      await until(
        async () => (await admin.get('/api/media')).items.every((m) => m.at_wecom),
        'WeCom has them',
      );
      const { contact_ways } = await sim.get('state');
      const { config_id } = contact_ways.find((way) => way.fields.remark === w.code);
      await sim.post('customer/scan', { config_id });
      await until(async () => {
        const sent = (await sim.get('state')).welcomes.filter((x) => x.sent).map((x) => x.sent);
        const kinds = sent
          .at(-1)
          ?.attachments?.map((x) => x.msgtype)
          .join(' ');
        return (
          kinds === 'image link miniprogram file' &&
          sent.at(-1).attachments[1].link.title === w.book
        );
      }, 'the welcome');
      await page.visit('/codes?tab=media');
      const shelf = tab.locator('.media-shelf');
      await shelf.getByText(w.used).first().waitFor();
      await shelf.getByText(w.ready).first().waitFor();
      await page.check('media-list');
      await noViolations(sim);
    });

    await t.test(`the general greeting has attachments, in ${language}`, async () => {
      await page.visit('/wecom?step=welcome');
      await add(w.file);
      await inner.getByRole('button', { name: `${w.use} ${w.book}.pdf` }).click();
      await done();
      await tab.getByText(`${w.book}.pdf`).waitFor();
      await page.check('wecom-welcome-media');
      await tab.locator('button[type=submit]').click();
      const paper = (await admin.get('/api/media')).items.find((m) => m.name === `${w.book}.pdf`);
      await until(async () => {
        const { items } = await admin.get('/api/settings');
        const { value } = items.find((s) => s.name === 'wecom_welcome_attachments');
        return value.includes(paper.id);
      }, 'the setting');
    });
  }

  await t.test('more than a page of them', async () => {
    const give = (n) => {
      const headers = { 'X-File-Name': `${n}.pdf` };
      return admin.call('POST', '/api/media', undefined, {
        raw: Buffer.from(`%PDF-1.7 ${n}`),
        headers,
        expect: 201,
      });
    };
    for (let n = 0; n < 100; n++) await give(n);
    const page = await stage.signIn('administrator', { language: 'zh' });
    const rows = page.page.locator('.media-shelf li');
    await page.visit('/codes?tab=media');
    await page.button('显示更多').click();
    await rows.nth(103).waitFor();
    assert.equal(await rows.count(), (await admin.get('/api/media?limit=200')).items.length);
  });
});
