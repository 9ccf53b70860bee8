/* Groups in the browser, on the demo corp: what they are worth together and each, a proposal that
 * somebody decides about, kind and level set, and who should be asked into a VIP group. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStage } from './browser.mjs';

const words = {
  zh: {
    share: '群成员销售占比',
    hidden: '另有 2 位不在您的数据范围内',
    decide: '决定',
    save: /保\s*存/,
    give_up: '放弃',
    edit: '设置类型和等级',
    service: '服务群',
    repurchase: '复购率',
    sift: '筛选',
    gone: '不再够格',
    into: '邀请进',
    export: '导出',
    amount: '群成员销售',
  },
  en: {
    share: "Members' share of sales",
    hidden: '2 more members are outside your data scope',
    decide: 'Decide',
    save: 'Save',
    give_up: 'Give up',
    edit: 'Set kind and level',
    service: 'Service',
    repurchase: 'Repurchase',
    sift: 'Sift',
    gone: 'No longer',
    into: 'Invite into',
    export: 'Export',
    amount: 'sales of members',
  },
};

/* Puts two valuable customers whom the owner of a group does not see into it. */
async function withStrangers(server, admin, group) {
  const owner = group.owner.id;
  const narrow = await server.signIn('manager', { scope: 'own', staff_id: owner });
  const list = (who) => who.get(`/api/groups/${group.id}/valuable`);
  const before = await list(narrow);
  const all = (await admin.get('/api/customers?limit=200&sort=-spend')).items;
  const strangers = [];
  for (const { id, staff } of all) {
    if (staff.some((s) => s.id === owner) || strangers.length + before.hidden === 2) continue;
    strangers.push(id);
    await server.sql(
      `INSERT INTO group_member (group_id, customer_id, joined_s)
         VALUES (${group.id}, ${id}, 1700000000) ON CONFLICT DO NOTHING`,
    );
  }
  assert.equal((await list(narrow)).hidden, 2);
  assert.equal((await list(admin)).items.length, before.items.length + 2);
  return { id: group.id, owner };
}

test('groups as a business', async (t) => {
  const stage = await openStage(t, { customers: 2000 });
  const admin = await stage.server.signIn('administrator');
  /* One group loses its people, so that there is something to see to. */
  const { items } = await admin.get('/api/groups?kind=feed');
  const quiet = items.slice(0, 3);
  await stage.server.sql(
    quiet
      .map(
        ({ id }, i) =>
          `UPDATE group_member SET left_s = joined_s + 1 WHERE group_id = ${id} AND left_s IS NULL
             AND customer_id NOT IN (SELECT customer_id FROM customer_stats WHERE ${i} > 0
               AND last_order_s < ${Math.floor(Date.now() / 1000) - 95 * 86400});`,
      )
      .join('\n'),
  );
  const hers = await withStrangers(stage.server, admin, items[3]);
  for (const language of ['zh', 'en']) {
    const page = await stage.signIn('operator', { language });
    const tab = page.page;
    const w = words[language];

    await t.test(`all groups have figures and their own measure, in ${language}`, async () => {
      await page.visit('/groups');
      await tab.getByText(w.share, { exact: true }).waitFor();
      await page.check('groups-worth');
      const lines = await page.taken(page.button(w.export).last());
      const at = lines[0].split(',').findIndex((title) => title.toLowerCase().includes(w.amount));
      assert.ok(at > 0, lines[0]);
      assert.ok(
        lines.slice(1).some((line) => Number(line.split(',')[at]) > 0),
        'sales of members',
      );
      await tab.keyboard.press('Escape');
      await tab.locator('.row-link').first().click();
      await tab.locator('.ant-drawer .ant-table-row').first().waitFor();
      await page.settle();
      await tab.getByRole('button', { name: w.edit }).click();
      await tab.locator('.ant-modal').waitFor();
      await tab.locator('.ant-modal .ant-select').first().click();
      await tab.locator('.ant-select-dropdown').getByText(w.service, { exact: true }).click();
      await tab.getByRole('button', { name: w.save }).click();
      await tab.locator('.ant-modal').waitFor({ state: 'detached' });
      await page.settle();
      await tab.locator('.ant-drawer strong').getByText(w.repurchase).first().waitFor();
      await page.check('group-worth');
    });

    await t.test(`a proposal is decided about and taken back, in ${language}`, async () => {
      await page.visit('/groups?tab=review');
      const rows = tab.locator('.list-page tbody tr');
      const before = await rows.count();
      assert.ok(before > 0);
      await page.check('groups-review');
      await rows.first().getByRole('button', { name: w.decide }).click();
      await tab.locator('.ant-modal').getByText(w.give_up, { exact: true }).click();
      await tab.locator('.ant-modal textarea').fill('客户都在别的群');
      await page.check('groups-decide');
      await tab.getByRole('button', { name: w.save }).click();
      await tab.locator('.ant-modal').waitFor({ state: 'detached' });
      await page.settle();
      const { items: planned } = await admin.get('/api/groups?plan=give_up');
      assert.equal(planned.length, 1);
      assert.equal(planned[0].plan_note, '客户都在别的群');
      assert.equal((await admin.get('/api/groups/review')).items.length, before - 1);
      await admin.patch(`/api/groups/${planned[0].id}`, { plan: null });
    });

    await t.test(`who should be asked into a VIP group, in ${language}`, async () => {
      await page.visit('/groups?tab=sift');
      await tab.locator('.expression-field textarea').fill('count(order, last 90d) >= 2');
      await tab.getByRole('button', { name: w.sift, exact: true }).click();
      await tab.getByText(w.into, { exact: true }).first().waitFor();
      await page.settle();
      assert.ok((await tab.locator('tbody .ant-table-row').count()) > 0);
      await page.check('groups-sifted');
      await tab.locator('.toolbar').getByText(w.gone, { exact: true }).click();
      await page.settle();
      await page.check('groups-no-longer');
    });
    await tab.context().close();

    await t.test(`who is outside of the data scope is counted, in ${language}`, async () => {
      const narrow = await stage.signIn('manager', {
        language,
        scope: 'own',
        staff_id: hers.owner,
      });
      await narrow.visit(`/groups?open=${hers.id}`);
      await narrow.page.getByText(w.hidden).first().waitFor();
      await narrow.page.getByText(w.hidden).first().scrollIntoViewIfNeeded();
      await narrow.settle();
      await narrow.check('group-hidden');
      await narrow.page.context().close();
    });
  }

  await t.test('on a phone', async () => {
    const page = await stage.signIn('operator', { width: 390, height: 844 });
    await page.visit('/groups');
    await page.check('groups-worth.phone');
    await page.visit('/groups?tab=review');
    await page.check('groups-review.phone');
    await page.visit('/groups?tab=sift');
    await page.page.locator('.expression-field textarea').fill('count(order) >= 1');
    await page.page.getByRole('button', { name: '筛选', exact: true }).click();
    await page.page.getByText('邀请进', { exact: true }).first().waitFor();
    await page.settle();
    await page.check('groups-sifted.phone');
    await page.page.context().close();
  });
});
