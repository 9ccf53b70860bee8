/* The analyses through the real console: each page answers on the demo corp, what is seen is saved
 * as an audience that counts the same, and the question is in the address. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStage } from './browser.mjs';

const day = (daysAgo) => new Date(Date.now() - daysAgo * 86400e3).toISOString().slice(0, 10);
const fixed = new URLSearchParams({ window: `between ${day(90)} and ${day(2)}` });
const number = (text) => Number(text.replace(/[^\d]/g, ''));

test('the analyses', async (t) => {
  const stage = await openStage(t, { customers: 1000 });
  const page = await stage.signIn('administrator', { language: 'en' });
  const { page: tab } = page;
  const card = (title) => tab.locator('.chart-card').filter({ hasText: title });
  const cell = (title, row, column) =>
    card(title).locator('tbody tr').nth(row).locator('td').nth(column).locator('button');

  /* Saves those behind what was pressed; gives how many the page says they are. */
  const save = async (name, which = 0) => {
    const one = tab.locator('.behind > li').nth(which);
    const seen = number(await one.locator('.behind-count').innerText());
    await one.getByRole('button', { name: 'Save as audience' }).click();
    const form = tab.getByRole('dialog');
    await form.getByLabel('Name').fill(name);
    await form.getByRole('button', { name: 'Save', exact: true }).click();
    await tab.getByText('Saved: it is under').first().waitFor();
    await form.waitFor({ state: 'detached' });
    const { items } = await stage.server.local('GET', '/api/audiences?limit=200', undefined, 200);
    const { expression } = items.find((item) => item.name === name);
    const { count } = await stage.server.local('POST', '/api/audiences/count', { expression }, 200);
    return { seen, count };
  };

  await t.test('a bar of the funnel becomes an audience that counts the same', async () => {
    page.complaints = [];
    await page.visit(`/analyses/funnel?${fixed}`);
    const reached = cell('How many customers are lost', 1, 1);
    const lost = cell('How many customers are lost', 1, 4);
    for (const [button, which, name] of [
      [reached, 0, 'Clicked after a view'],
      [lost, 1, 'Viewed and did not click'],
    ]) {
      const shown = number(await button.innerText());
      assert.ok(shown > 10, `${shown} customers`);
      await button.click();
      await tab.locator('.behind').waitFor();
      await page.check(`funnel-behind-${which}`);
      const { seen, count } = await save(name, which);
      assert.equal(seen, shown);
      assert.equal(count, shown);
    }
  });

  await t.test('the picture can be pressed too, and leads to the customers', async () => {
    await page.visit(`/analyses/funnel?${fixed}`);
    const canvas = tab.locator('canvas').first();
    await canvas.waitFor();
    const { width, height } = await canvas.boundingBox();
    await canvas.click({ position: { x: width * 0.3, y: height * 0.3 } });
    await tab.locator('.behind').waitFor();
    await page.button('Look at them').first().click();
    await tab.getByText(/^[\d,]+ of [\d,]+ customers$/).waitFor();
    assert.match(decodeURIComponent(tab.url()), /expression=/);
  });

  await t.test(
    'a question is composed by names, lives in the address, is asked again',
    async () => {
      await page.visit('/analyses/funnel');
      await tab.getByRole('button', { name: 'Add a step' }).click();
      await tab.getByText('The steps are not complete').waitFor();
      const last = tab.getByRole('combobox', { name: 'Step 4' });
      await last.click();
      await last.fill('refund');
      await tab.locator('.ant-select-item-option').filter({ hasText: 'refund' }).first().click();
      await tab.keyboard.press('Escape');
      await tab.getByRole('cell', { name: '4 refund' }).waitFor();
      await tab.getByRole('button', { name: 'Step 3: Condition' }).click();
      const where = tab.getByRole('textbox', { name: 'Condition' });
      await where.fill('amount > ');
      await where.press('Enter');
      await tab.locator('.problem-place').waitFor();
      page.complaints = [];
      await where.fill('amount > 20');
      await where.press('Enter');
      await tab.getByRole('cell', { name: '3 order [amount > 20]' }).waitFor();
      await tab.getByRole('combobox', { name: 'Break down by' }).click();
      await tab.getByTitle('Tier', { exact: true }).click();
      await card('Which group goes').waitFor();
      await tab.reload();
      await page.settle();
      await tab.getByRole('cell', { name: '3 order [amount > 20]' }).waitFor();
      await card('Which group goes').waitFor();
      await page.check('funnel-composed');
    },
  );

  await t.test('an audience is composed in rows, or a saved one taken', async () => {
    await page.visit(`/analyses/funnel?${fixed}`);
    const first = cell('How many customers are lost', 0, 1);
    const all = number(await first.innerText());
    const whom = tab.getByRole('combobox', { name: 'Audience', exact: true });
    await whom.click();
    await tab.locator('.ant-select-item-option').filter({ hasText: 'Conditions' }).click();
    const dialog = tab.getByRole('dialog');
    await dialog.locator('.expression-input').fill('gender = female');
    await dialog.locator('.builder-row').waitFor();
    await page.check('funnel-audience');
    const use = dialog.getByRole('button', { name: 'Use it' });
    await until(() => use.isEnabled(), 'the check');
    await use.click();
    await until(async () => number(await first.innerText()) < all, 'fewer customers');
    await whom.click();
    await tab.locator('.ant-select-item-option').filter({ hasText: 'A saved audience' }).click();
    await tab.getByRole('combobox', { name: 'Choose an audience' }).click();
    await tab.locator('.ant-select-item-option').filter({ hasText: 'Clicked' }).click();
    await until(() => decodeURIComponent(tab.url()).includes('audience("Clicked'), 'the name');
    await until(async () => number(await first.innerText()) < all, 'fewer customers again');
  });

  await t.test('a cell of the cohorts becomes an audience that counts the same', async () => {
    await page.visit(`/analyses/retention?unit=month&${fixed}`);
    const button = cell('How many of each cohort', 1, 3);
    await button.click();
    const { seen, count } = await save('Came back');
    assert.equal(count, seen);
    await tab.getByText('Customers back', { exact: true }).first().click();
    await until(async () => number(await button.innerText()) === seen, 'the number itself');
    await page.check('retention-sums');
  });

  await t.test('paths, trends, repurchase and RFM answer', async () => {
    await page.visit(`/analyses/paths?direction=backwards&anchor=order&gap=86400&${fixed}`);
    await card('How did customers get here?').locator('tbody tr').first().waitFor();
    await page.check('paths-before');
    await page.visit(`/analyses/trends?compare=1&measure=customers&shape=bar&unit=week&${fixed}`);
    const rows = card('How many customers did').locator('tbody tr');
    assert.ok(number(await rows.first().locator('td').nth(1).innerText()) > 100);
    assert.equal(await card('How many customers did').locator('th').count(), 5);
    await page.visit(`/analyses/repurchase?${fixed}`);
    await tab.getByRole('button', { name: /Who bought again/ }).click();
    const again = await save('Bought again');
    assert.equal(again.count, again.seen);
    await page.visit(`/rfm?tab=now&${fixed}`);
    await cell('How many bought recently', 0, 2)
      .or(cell('', 0, 2))
      .first()
      .click();
    const best = await save('The best');
    assert.ok(best.seen > 0);
    assert.equal(best.count, best.seen);
  });

  await t.test('tables are taken away: exported in the background, or as they stand', async () => {
    const bytesOf = async (file) => {
      const pieces = [];
      for await (const piece of await file.createReadStream()) pieces.push(piece);
      return Buffer.concat(pieces).toString('utf8');
    };
    await page.visit(`/analyses/funnel?${fixed}`);
    const shown = number(await tab.locator('tbody tr').first().locator('td').nth(1).innerText());
    await page.button('Export').first().click();
    await tab.getByRole('menuitem', { name: 'CSV' }).click();
    const link = tab.getByRole('dialog').getByRole('link', { name: 'Download' });
    const [exported] = await Promise.all([tab.waitForEvent('download'), link.click()]);
    const [head, first, ...more] = (await bytesOf(exported)).split('\r\n');
    assert.match(head, /^\ufeffgroup,step,event,customers,/);
    assert.equal(first.split(',').slice(0, 4).join(), `all,1,view,${shown}`);
    assert.ok(more.some((line) => line.startsWith('window,')));
    await page.visit(`/analyses/retention?${fixed}`);
    const [file] = await Promise.all([
      tab.waitForEvent('download'),
      tab.getByRole('button', { name: 'XLSX' }).first().click(),
    ]);
    assert.ok((await bytesOf(file)).startsWith('PK'));
  });

  await t.test('while the data is being loaded, says so and asks again by itself', async () => {
    let asked = 0;
    await tab.route('**/api/analyses/funnel', (route) =>
      asked++ === 0
        ? route.fulfill({
            status: 503,
            json: {
              error: { code: 'mirror_building', message: 'Being loaded (40 %)', hint: null },
            },
          })
        : route.continue(),
    );
    await page.visit(`/analyses/funnel?${fixed}`);
    await tab.getByText('Being loaded (40 %)').waitFor();
    await tab.getByText('It is tried again').waitFor();
    await cell('How many customers are lost', 0, 1).waitFor();
    assert.ok(asked >= 2);
    await tab.unrouteAll();
  });
});

async function until(check, what) {
  const end = Date.now() + 60000;
  while (!(await check())) {
    assert.ok(Date.now() < end, `waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
