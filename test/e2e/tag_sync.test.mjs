/* The tags page beside a simulated WeCom: whose each group is, what differs and WeCom's state taken
 * over, a group made WeCom's, a refusal and its way out, deletion at WeCom; in both languages, and
 * on a phone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../api/harness.mjs';
import { simulator } from '../api/wecom_pair.mjs';
import { openStage } from './browser.mjs';

const words = {
  zh: {
    rule: /以 Koi 为准/,
    compare: '与企业微信比对',
    onlyThere: '只在企业微信里',
    take: /以企业微信为准更新/,
    same: '与 Koi 完全一致。',
    own: '仅 Koi',
    at: '企业微信',
    share: '同步到企业微信',
    sure: '把“锦鲤级”和组内在用的 2 个标签建到企业微信里？',
    edit: /编\s*辑/,
    save: /保\s*存/,
    refused: '被拒绝',
    called: (name) => `企业微信里叫“${name}”`,
    retry: /重\s*试/,
    drop: /放\s*弃/,
    remove: '在企业微信里删除',
    wearers: /有 1 位带着它/,
    notSet: '没有设置可调用',
  },
  en: {
    rule: /changed in Koi and waits to be told wins/,
    compare: 'Compare with WeCom',
    onlyThere: 'Only at WeCom',
    take: /over from WeCom/,
    same: 'Koi has the very same.',
    own: 'Koi alone',
    at: 'WeCom',
    share: 'Share with WeCom',
    sure: 'Make “锦鲤级” and its 2 tags in use at WeCom?',
    edit: 'Edit',
    save: 'Save',
    refused: 'refused',
    called: (name) => `WeCom calls it “${name}”`,
    retry: 'Try again',
    drop: 'Give up',
    remove: 'Delete at WeCom',
    wearers: /1 customer that you may see wear it/,
    notSet: 'no secret is set',
  },
};

/* An installation beside a simulator, connected unless told; with a group of Koi's own whose first
 * tag one customer wears. */
async function begin(t) {
  const sim = await simulator(t);
  const { corpid, apps } = await sim.get('corp');
  const stage = await openStage(t, { customers: 0, env: { KOI_WECOM_BASE_URL: sim.url } });
  await sim.post('clock/set', { at_s: Math.floor(Date.now() / 1000) });
  await sim.post('clock/wall', { speed: 1 });
  const admin = await stage.server.signIn('administrator');
  const connect = async () => {
    await admin.put('/api/settings/wecom_corp_id', { value: corpid });
    const { secret } = apps.find((app) => app.name === 'koi');
    await admin.put('/api/settings/wecom_app_secret', { value: secret });
  };
  const category = await admin.post('/api/tag-categories', { name: '会员' }, 201);
  const body = { category_id: category.id, name: '锦鲤级' };
  const group = await admin.post('/api/tag-groups', body, 201);
  const tags = [];
  for (const name of ['锦一', '锦二'])
    tags.push(await admin.post('/api/tags', { group_id: group.id, name }, 201));
  return { sim, stage, admin, connect, group, tags };
}

const told = (admin) =>
  until(
    async () => (await admin.get('/api/outbox?state=waiting')).items.length === 0,
    'an empty outbox',
    30000,
  );

/* Everything a page must keep, at the width of a desktop and of a phone. */
async function look(page, name) {
  await page.check(name);
  await page.page.setViewportSize({ width: 390, height: 844 });
  await page.check(`${name}.phone`);
  await page.page.setViewportSize({ width: 1360, height: 900 });
}

for (const language of ['zh', 'en']) {
  const w = words[language];
  test(`tags of WeCom, in ${language}`, async (t) => {
    const { sim, stage, admin, connect, tags } = await begin(t);
    const page = await stage.signIn('administrator', { language });
    const tab = page.page;
    const dialogue = tab.getByRole('dialog');
    const row = tab.locator('.tag-group').filter({ hasText: '锦二' });
    const confirm = () => tab.locator('.ant-modal-confirm-btns .ant-btn').last().click();
    const item = (name) => tab.getByRole('menuitem', { name });

    await t.test('without WeCom the comparison says the way out', async () => {
      await page.visit('/tags');
      await tab.getByText(w.rule).waitFor();
      await row.getByText(w.own, { exact: true }).waitFor();
      await page.button(w.compare).click();
      await dialogue.getByText(w.notSet).waitFor();
      page.complaints.length = 0; // the refusal itself
      await page.check('tag-sync-unset');
    });

    await t.test('what is only at WeCom is said, and taken over', async () => {
      await connect();
      await page.visit('/tags');
      await page.button(w.compare).click();
      await dialogue.getByText(w.onlyThere).first().waitFor();
      await look(page, 'tag-sync-compare');
      await dialogue.getByRole('button', { name: w.take }).click();
      await tab.locator('.ant-popconfirm-buttons .ant-btn-primary').click();
      await dialogue.getByText(w.same).waitFor();
      await page.visit('/tags');
      const { tag_groups } = await sim.get('state');
      const theirs = tab.locator('.tag-group').filter({ hasText: tag_groups[0].name });
      await theirs.getByText(w.at, { exact: true }).waitFor();
    });

    await t.test("a group is made WeCom's", async () => {
      await row.getByRole('button', { name: '锦鲤级', exact: true }).click();
      await item(w.share).click();
      await tab.getByText(w.sure).waitFor();
      await page.check('tag-sync-share');
      await confirm();
      await row.getByText(w.at, { exact: true }).waitFor();
      await told(admin);
      const made = (await sim.get('state')).tag_groups.find((g) => g.name === '锦鲤级');
      assert.deepEqual(made.tags.map((tag) => tag.name).sort(), ['锦一', '锦二'].sort());
    });

    await t.test('a refusal says why, and is told again or given up', async () => {
      const fault = { api: 'externalcontact/edit_corp_tag', kind: 'code', code: 60011 };
      const rename = async (from, to) => {
        await sim.post('faults', fault);
        await row.getByRole('button', { name: new RegExp(`^${from}`) }).click();
        await item(w.edit).click();
        await dialogue.locator('input').first().fill(to);
        await dialogue.getByRole('button', { name: w.save }).click();
        await row.getByText(w.refused, { exact: true }).waitFor();
      };
      await rename('锦一', '锦一甲');
      const open = tab.locator('.tag-wishes li');
      await open.getByText(/锦一甲/).waitFor();
      await look(page, 'tag-sync-refused');
      await page.button(w.compare).click();
      await dialogue.getByText(w.called('锦一')).waitFor();
      await page.check('tag-sync-refused-compare');
      await tab.keyboard.press('Escape');
      await dialogue.waitFor({ state: 'hidden' });
      await open.getByRole('button', { name: w.retry }).click();
      await open.first().waitFor({ state: 'detached' });
      const names = async () =>
        (await sim.get('state')).tag_groups
          .find((g) => g.name === '锦鲤级')
          .tags.map((x) => x.name);
      assert.ok((await names()).includes('锦一甲'));

      await rename('锦一甲', '锦一乙');
      await open.getByRole('button', { name: w.drop }).click();
      await tab.locator('.ant-popconfirm-buttons .ant-btn-primary').click();
      await open.first().waitFor({ state: 'detached' });
      await page.button(w.compare).click();
      await dialogue.getByRole('button', { name: w.take }).click();
      await tab.locator('.ant-popconfirm-buttons .ant-btn-primary').click();
      await dialogue.getByText(w.same).waitFor();
      await tab.keyboard.press('Escape');
      await dialogue.waitFor({ state: 'hidden' });
      await row.getByRole('button', { name: /^锦一甲/ }).waitFor();
    });

    await t.test('deleting at WeCom names who wears it', async () => {
      const { staff } = await sim.get('state');
      const one = staff.find((s) => s.contact_right && s.status === 1);
      const [token, aes_key] = ['QDG6eK', 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C'];
      for (const [name, value] of Object.entries({ wecom_token: token, wecom_aes_key: aes_key }))
        await admin.put(`/api/settings/${name}`, { value });
      await sim.post('callback', { url: `${stage.base}/api/wecom/callback`, token, aes_key });
      await sim.post('customer/add', { userid: one.userid });
      const [customer] = await until(async () => {
        const { items } = await admin.get('/api/customers');
        return items.length === 1 && items;
      }, 'the friend');
      await admin.call('PUT', `/api/customers/${customer.id}/tags/${tags[0].id}`, {});
      await told(admin);
      await page.visit('/tags');
      await row.getByRole('button', { name: /^锦一甲/ }).click();
      await item(w.remove).click();
      await tab.getByText(w.wearers).waitFor();
      await page.check('tag-sync-delete');
      await confirm();
      await row.getByRole('button', { name: /^锦一甲/ }).waitFor({ state: 'detached' });
      await told(admin);
      const { tag_groups, relations } = await sim.get('state');
      const names = tag_groups.flatMap((g) => g.tags.map((tag) => tag.name));
      assert.ok(!names.includes('锦一甲') && names.includes('锦二'));
      assert.ok(relations.length > 0);
      await look(page, 'tag-sync');
    });
    assert.deepEqual((await sim.get('violations')).violations, []);
    await tab.context().close();
  });
}
