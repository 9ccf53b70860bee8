/* Staff in the browser, from a simulator of WeCom: departments as a tree, what each has, who was
 * not told by the last sync, and the customers of somebody who left handed over. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sync } from '../api/wecom_truth.mjs';
import { openWecomStage } from './wecom_stage.mjs';

const words = {
  zh: {
    department: '部门',
    everyone: '全部部门',
    refused: '没有问到',
    left: '已离职，客户还在名下',
    hand: '转移归属',
    to: '转给谁',
    reason: '原因',
    look: '先看会转移多少',
    plan: /将转移 \d+ 位客户/,
    run: /^转移 \d+ 位$/,
    moved: /已转移 \d+ 位客户/,
    lost: '重要客户流失，待处理',
    seeTo: /^处\s*理$/,
    note: '备注',
    save: /保\s*存/,
    handled: '已处理',
    rates: '流失率',
    unusual: '异常',
  },
  en: {
    department: 'Departments',
    everyone: 'All departments',
    refused: 'Not told',
    left: 'Left, and their customers are still theirs',
    hand: 'Hand over',
    to: 'To whom',
    reason: 'Reason',
    look: 'Count first',
    plan: /\d+ customers? will be handed over/,
    run: /^Hand \d+ over$/,
    moved: /\d+ customers? handed over/,
    lost: 'customers who matter were lost',
    seeTo: 'See to it',
    note: 'Note',
    save: 'Save',
    handled: 'Seen to',
    rates: 'Rates',
    unusual: 'Unusual',
  },
};

/* Five friends of somebody who spent much end it, as the log tells it. */
async function lose(server, admin, staff) {
  const { items } = await admin.get(`/api/customers?staff_id=${staff.id}&limit=200`);
  const now = Math.floor(Date.now() / 1000);
  const gone = items.filter((one) => one.staff.length === 1).slice(0, 5);
  assert.equal(gone.length, 5);
  const last = Number((await server.sql('SELECT max(last) FROM log_sequence')).match(/\d+/)[0]);
  await server.sql(
    [
      ...gone.map(
        ({ id }, i) => `
          INSERT INTO customer_stats (customer_id, orders, spend_fen, first_order_s, last_order_s)
            VALUES (${id}, 3, 345600, 1700000000, 1780000000);
          UPDATE relation SET added_s = ${now - 90 * 86400} WHERE customer_id = ${id};
          UPDATE relation SET deleted_s = ${now - 60}, deleted_by = 'customer'
            WHERE customer_id = ${id} AND staff_id = ${staff.id};
          INSERT INTO churn_alert (id, customer_id, kind, staff_id, at_s, seen_s, why, spend_fen)
            VALUES (${last + 1000 + i}, ${id}, 'friend_delete', ${staff.id}, ${now - 60}, ${now},
                    'spend', 345600)`,
      ),
      `UPDATE relation SET added_s = ${now - 90 * 86400} WHERE staff_id = ${staff.id}`,
    ].join(';'),
  );
}

test('staff', async (t) => {
  const size = { staff: 12, customers: 150, groups: 4 };
  const { sim, stage } = await openWecomStage(t, { size, directory: true });
  const admin = await stage.server.signIn('administrator');
  await sync(admin);
  const api = 'externalcontact/batch/get_by_user';
  const { items } = await admin.get('/api/staff?limit=200');
  const rich = items.filter(({ bound }) => bound > 0);
  assert.ok(rich.length > 4);
  const [refused, ...others] = rich;
  const contains = `"${refused.userid}"`;
  await sim.post('faults', { api, kind: 'code', code: 84074, times: 1000, contains });
  await sync(admin);

  for (const [n, language] of ['zh', 'en'].entries()) {
    const w = words[language];
    const gone = others[n];
    await stage.server.sql(
      `UPDATE staff SET status = 'left', left_s = 1790000000 WHERE id = ${gone.id}`,
    );
    const page = await stage.signIn('operator', { language });
    const tab = page.page;

    await t.test(`a department, a member and why they were not told, in ${language}`, async () => {
      await page.visit('/staff');
      await tab.getByRole('navigation', { name: w.department }).waitFor();
      await page.check('staff');
      const all = await tab.locator('tbody tr').count();
      await tab.locator('.department-tree li li button').first().click();
      await tab.waitForURL(/department_id=/);
      await page.settle();
      assert.ok((await tab.locator('tbody tr').count()) < all);
      await tab.getByRole('button', { name: w.everyone }).click();
      await page.visit(`/staff?told=refused`);
      const row = tab.locator('tbody tr');
      assert.equal(await row.count(), 1);
      await row.locator('.row-link').click();
      await tab.locator('.ant-drawer').getByText('84074').waitFor();
      await page.check('staff-refused');
    });

    await t.test(`who left hands their customers over, in ${language}`, async () => {
      await page.visit('/staff');
      const note = tab.locator('.ant-alert', { hasText: w.left });
      const line = note.locator('li', { hasText: gone.name });
      await line.getByRole('button', { name: w.hand }).click();
      const dialog = tab.getByRole('dialog');
      const to = dialog.getByRole('combobox', { name: w.to });
      await to.click();
      await to.fill(others[3].name);
      await tab.locator('.ant-select-item-option', { hasText: others[3].name }).first().click();
      await dialog.getByLabel(w.reason).fill('同事离职交接');
      await dialog.getByRole('button', { name: w.look }).click();
      await dialog.getByText(w.plan).waitFor();
      const before = await admin.get(`/api/customers?bound_to=${gone.id}&limit=200`);
      assert.equal(before.items.length, gone.bound, 'nothing happens while it is counted');
      await page.check('transfer');
      await dialog.getByRole('button', { name: w.run }).click();
      await tab.getByText(w.moved).waitFor();
      await dialog.waitFor({ state: 'detached' });
      const after = await admin.get(`/api/customers?bound_to=${gone.id}&limit=200`);
      assert.equal(after.items.length, 0);
      await tab.locator('.ant-message-notice').first().waitFor({ state: 'detached' });
    });

    await t.test(`a customer's page hands one over, in ${language}`, async () => {
      const of = others[3 - n];
      const list = await admin.get(`/api/customers?bound_to=${of.id}&limit=200`);
      const [customer] = list.items;
      await page.visit(`/customers?open=${customer.id}&tab=relations`);
      await tab.getByRole('button', { name: w.hand }).click();
      await page.check('transfer-one');
    });

    await t.test(`who was lost is on the board, seen to and noted, in ${language}`, async () => {
      await lose(stage.server, admin, others[4 + n]);
      await page.visit('/');
      await tab.getByRole('link', { name: w.lost }).click();
      const row = tab.locator('tbody tr').first();
      await row.waitFor();
      await page.check('churn');
      await row.getByRole('button', { name: w.seeTo }).click();
      const dialog = tab.getByRole('dialog');
      await dialog.getByLabel(w.note).fill('已电话回访');
      await page.check('churn-see-to');
      await dialog.getByRole('button', { name: w.save }).click();
      await dialog.waitFor({ state: 'detached' });
      await row.getByText('已电话回访').waitFor();
      await row.getByText(w.handled, { exact: true }).waitFor();
    });

    await t.test(`a sudden loss is called unusual, in ${language}`, async () => {
      await page.visit('/churn?tab=rates');
      await tab.locator('tbody').getByText(w.unusual, { exact: true }).first().waitFor();
      await page.check('churn-rates');
    });
    await tab.context().close();
  }

  await t.test('on a phone', async () => {
    const page = await stage.signIn('operator', { width: 390, height: 844 });
    await page.visit('/staff');
    await page.check('staff.phone');
    await page.visit('/groups');
    await page.check('groups.phone');
    await page.page.locator('.row-link').first().click();
    await page.page.locator('.ant-drawer .ant-table-row').first().waitFor();
    await page.check('group.phone');
    await page.visit('/churn');
    await page.check('churn.phone');
    await page.visit('/churn?tab=rates');
    await page.check('churn-rates.phone');
    await page.page.context().close();
  });
});
