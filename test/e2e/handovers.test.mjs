/* Hand-overs and figures of staff in the browser, against a simulator of WeCom: a plan, one
 * confirmation that names the number, items with their reasons, staff who left; on a phone too. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noViolations } from '../api/wecom_pair.mjs';
import { openWecomStage } from './wecom_stage.mjs';

test('hand-overs', async (t) => {
  const { sim, stage, people } = await openWecomStage(t);

  for (const [nth, language] of ['zh', 'en'].entries()) {
    const page = await stage.signIn('administrator', { language });
    const tab = page.page;
    const zh = language === 'zh';
    const [one, two, three] = people.slice(nth * 3);
    const dialog = tab.getByRole('dialog');
    const friends = [];
    for (let i = 0; i < 3; i++) {
      const made = await sim.post('customer/add', { userid: one, welcome: false });
      friends.push(made.external_userid);
    }
    for (const userid of [two, three]) await sim.post('customer/add', { userid, welcome: false });
    await sim.post('callbacks/drain');
    const get = (path) => tab.evaluate(async (at) => (await fetch(at)).json(), path);
    const idOf = async (userid) =>
      (await get(`/api/staff?q=${userid}`)).items.find((s) => s.userid === userid)?.id;
    const post = async (path) => {
      const { csrf } = await get('/api/session');
      return tab.evaluate(
        async ([at, key]) => {
          const headers = { 'content-type': 'application/json', 'x-csrf-token': key };
          return (await fetch(at, { method: 'POST', headers, body: '{}' })).json();
        },
        [path, csrf],
      );
    };
    const choose = async (box, userid) => {
      await box.click();
      await box.fill(userid);
      await tab.locator('.ant-select-item-option:visible', { hasText: `(${userid})` }).click();
    };
    await page.until(async (userid) => {
      const { items } = await (await fetch(`/api/staff?q=${userid}`)).json();
      return items.some((s) => s.userid === userid && s.customers === 3);
    }, one);

    await t.test(`planned and confirmed by its number, in ${language}`, async () => {
      await page.visit(`/handovers?new=${await idOf(one)}`);
      const heir = dialog.getByRole('combobox', {
        name: zh ? '接替员工' : 'Successor',
        exact: true,
      });
      await choose(heir, two);
      await dialog
        .getByLabel(zh ? '原因' : 'Reason', { exact: true })
        .fill(zh ? '门店调整' : 'Store change');
      await dialog.getByRole('button', { name: zh ? /预\s*览/ : 'Preview' }).click();
      await dialog
        .getByText(zh ? '会继承 3 位客户、0 个群' : '3 customers and 0 groups would go')
        .waitFor();
      await page.check('handover-plan');
      await dialog
        .getByRole('button', { name: zh ? '继承 3 位客户' : 'Hand over 3 customers' })
        .click();
      await dialog.waitFor({ state: 'detached' });
      await post('/api/handovers/look');
      await sim.post('customer/refuse_transfer', { external_userid: friends[0] });
      await sim.post('callbacks/drain');
      await page.until(async () => {
        const { items } = await (await fetch('/api/handovers')).json();
        return items[0].customers.refused === 1 && items[0].customers.asked === 2;
      });
    });

    await t.test(`its items with their reasons, in ${language}`, async () => {
      await page.visit('/handovers');
      await tab.locator('.handover-open').first().click();
      await tab.getByText(zh ? '客户拒绝了继承' : 'the customer refused').waitFor();
      await page.check('handover-items');
      await tab.keyboard.press('Escape');
    });

    await t.test(`who left and still has customers, in ${language}`, async () => {
      await sim.post('staff/leave', { userid: three });
      await sim.post('callbacks/drain');
      await page.until(async () => {
        return (await (await fetch('/api/bindings/left')).json()).items.length > 0;
      });
      await page.visit('/handovers');
      await tab.getByText(zh ? '已离职，名下还有客户' : 'Left, and still have customers').waitFor();
      await page.check('handovers-some');
      await tab.locator('.handover-left button').first().click();
      await dialog.waitFor();
      await page.visit('/staff');
      await page.check('staff-hand-over');
    });

    await t.test(`figures of staff, in ${language}`, async () => {
      const id = await idOf(one);
      const today = Math.floor(Date.now() / 86400000);
      const rows = [1, 2, 3, 4].map(
        (ago) =>
          `INSERT INTO staff_day (staff_id, day, chat_cnt, message_cnt, reply_percentage,
           avg_reply_time, negative_feedback_cnt, new_apply_cnt, new_contact_cnt, told_us)
           VALUES (${id}, ${today - ago}, ${20 + ago * 3}, ${90 + ago}, ${60 + ago * 5}, ${3 + ago},
           ${ago % 2}, 2, ${ago}, ${Date.now()}000) ON CONFLICT DO NOTHING`,
      );
      await stage.server.sql(rows.join(';'));
      await page.visit('/staff-figures');
      await page.check('staff-figures');
      await tab.getByText(zh ? '不提供的数据' : 'Not available').waitFor();
      const replied = await tab.getByRole('cell', { name: '65% – 80%' }).count();
      assert.equal(replied, nth + 1);
      await page.visit('/staff-figures?by=day');
      await page.check('staff-figures-days');
    });

    await t.test(`on a phone, in ${language}`, async () => {
      const phone = await stage.signIn('administrator', { language, width: 390, height: 844 });
      await phone.visit('/handovers');
      await phone.check('handovers-phone');
      await phone.visit('/staff-figures');
      await phone.check('staff-figures-phone');
      await phone.page.context().close();
    });
    await tab.context().close();
  }
  await noViolations(sim);
});
