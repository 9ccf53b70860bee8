/* Dates that matter in the browser: a cycle made from a product and what the data suggests, its due
 * chart, those behind a bar, the table of products, and the condition in the builder. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStage } from './browser.mjs';

test('cycles', async (t) => {
  const stage = await openStage(t);
  const page = await stage.signIn('administrator', { language: 'en' });
  const tab = page.page;

  await t.test('a cycle from the table of products, its length as the data suggests', async () => {
    await page.visit('/reports?report=product_repurchase');
    await page.check('report-product-repurchase');
    await tab.getByRole('button', { name: 'Make a cycle' }).first().click();
    const dialog = tab.getByRole('dialog');
    await dialog.getByText(/The data suggests \d+ days/).waitFor();
    await dialog.getByLabel('Name').fill('Again');
    await dialog.getByRole('button', { name: 'Use it' }).click();
    await page.check('cycle-new');
    await dialog.getByRole('button', { name: 'Save', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await tab.getByText('How many are due for "Again", and when?').waitFor();
    await page.check('cycles');
  });

  await t.test('those behind a number, as an audience', async () => {
    const cell = tab.locator('.cell-button').last();
    await cell.waitFor();
    const shown = Number((await cell.innerText()).replace(/\D/g, ''));
    await cell.click();
    const dialog = tab.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Save as audience' }).click();
    await tab.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
    await tab.getByRole('dialog').waitFor({ state: 'detached' });
    const saved = await tab.evaluate(async () => (await fetch('/api/audiences')).json());
    assert.match(saved.items[0].expression, /^due\("Again"\) between /);
    assert.equal(saved.items[0].size, shown);
  });

  await t.test('who is due and what is bought again, as files', async () => {
    await page.visit('/cycles');
    const due = await tab.evaluate(async () => {
      const { items } = await (await fetch('/api/cycles')).json();
      return (await fetch(`/api/cycles/${items[0].id}`)).json();
    });
    const customers = [...due.overdue, ...due.due].reduce((n, bar) => n + bar.customers, 0);
    const people = await page.taken(page.button('Export who is due'));
    assert.equal(people.length, customers + 1);
    await page.visit('/reports?report=product_repurchase');
    const products = await page.taken(page.button('Export').last());
    assert.match(products[0], /bought again in time/);
    assert.ok(products.length > 10);
  });

  await t.test('the builder has the condition', async () => {
    const expression = encodeURIComponent('due("Again") in next 14d');
    await page.visit(`/audiences/new?expression=${expression}`);
    await tab.getByText('customers who are due for "Again" in the next 14 days').waitFor();
    assert.equal(await tab.locator('.builder-row').count(), 1);
    assert.match(await tab.locator('.builder-row').innerText(), /Due[^]*Again/);
    await tab.locator('.builder-row').getByLabel('days').fill('21');
    const text = tab.locator('.expression-input');
    await tab.waitForFunction(
      () => document.querySelector('.expression-input').value === 'due("Again") in next 21d',
    );
    assert.equal(await text.inputValue(), 'due("Again") in next 21d');
    await page.check('audience-due');
  });

  await t.test('in Chinese, and on a phone', async () => {
    const other = await stage.signIn('administrator', { language: 'zh' });
    await other.visit('/cycles');
    await other.check('cycles');
    await other.visit('/reports?report=product_repurchase');
    await other.check('report-product-repurchase');
    await other.page.setViewportSize({ width: 390, height: 800 });
    await other.visit('/cycles');
    await other.check('cycles-phone');
  });
});
