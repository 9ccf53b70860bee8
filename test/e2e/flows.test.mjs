/* What an operator does in a day, through the real console and program. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStage } from './browser.mjs';

const csv = `订单编号,买家会员名,订单创建时间,商品名称,数量,单价,订单状态
E2E-1,鱼大,2026-01-05 10:00:00,桂花乌龙,2,18.50,交易成功
E2E-1,鱼大,2026-01-05 10:00:00,抹茶蛋糕,1,32.00,交易成功
E2E-2,鱼二,2026-01-06 11:30:00,桂花乌龙,1,18.50,交易成功
E2E-3,鱼三,不是日期,桂花乌龙,1,18.50,交易成功
`;

test('an operator at work', async (t) => {
  const stage = await openStage(t, { customers: 1000 });
  const page = await stage.signIn('administrator', { language: 'en' });
  const { page: tab } = page;

  await t.test('tags one customer, then takes the tag off', async () => {
    await page.visit('/customers');
    await tab.locator('tbody .row-link').first().click();
    const editor = tab.locator('.tag-editor');
    await editor.waitFor();
    const before = await editor.locator('.ant-tag').count();
    await editor.getByRole('button', { name: 'Add tag' }).click();
    await editor.locator('.ant-select').click();
    const worn = await editor.locator('.ant-tag').allInnerTexts();
    const options = tab.locator('.ant-select-item-option');
    await options.first().waitFor();
    const names = await options.allInnerTexts();
    const fresh = names.findIndex((name) => !worn.includes(name.split(' / ')[1]));
    await options.nth(fresh).click();
    await assertSoon(
      async () => (await editor.locator('.ant-tag').count()) === before + 1,
      'the tag',
    );
    await editor.getByLabel(`Remove tag ${names[fresh].split(' / ')[1]}`).click();
    await assertSoon(
      async () => (await editor.locator('.ant-tag').count()) === before,
      'the tag to go',
    );
  });

  await t.test('tags everyone a filter matches, as a job', async () => {
    await page.visit('/customers?friend=true');
    await tab.locator('thead input[type=checkbox]').first().check();
    await tab
      .locator('.batch-bar')
      .getByRole('button', { name: /that match/ })
      .click();
    await page.button('Put a tag on').click();
    const dialog = tab.getByRole('dialog');
    await dialog.locator('.ant-select').click();
    await tab.locator('.ant-select-item-option').first().click();
    const apply = dialog.getByRole('button', { name: /Apply to [\d,]+ customers/ });
    await apply.click();
    await dialog.getByText(/customers? changed/).waitFor();
  });

  await t.test('a job that was stopped is watched again when it goes on', async () => {
    const { items } = await tab.evaluate(async () => (await fetch('/api/jobs')).json());
    const { id } = items.find(({ state, kind }) => state === 'done' && kind === 'bulk_tag');
    await stage.server.sql(`UPDATE job SET state = 'stopped' WHERE id = ${id}`);
    await page.visit(`/jobs?open=${id}`);
    const drawer = tab.locator('.job-progress');
    await drawer.getByText('Stopped', { exact: true }).waitFor();
    await drawer.getByRole('button', { name: 'Go on' }).click();
    await drawer.getByText('Done', { exact: true }).waitFor();
    assert.equal(await drawer.getByRole('button').count(), 0);
  });

  await t.test('composes an audience in rows and text, with a live count', async () => {
    await page.visit('/audiences/new');
    await page.button('Add a condition').click();
    await tab.getByRole('menuitem', { name: 'How often or how much' }).click();
    const text = tab.locator('.expression-input');
    await assertSoon(
      async () => (await text.inputValue()) === 'count(order, last 90d) >= 2',
      'the text',
    );
    await tab.getByText(/^[\d,]+ of [\d,]+ customers$/).waitFor();
    await text.fill('friend and not ever(order)');
    await assertSoon(async () => (await tab.locator('.builder-row').count()) === 2, 'two rows');
    await text.fill('friend and tag(');
    await tab.locator('.problem-place').waitFor();
    await text.fill(
      'seq(view -> order, within 7d) and sample("A", 10%) and count(order where amount > 9) > 0',
    );
    await tab.getByText('then', { exact: true }).waitFor();
    await tab.getByLabel('Name of the sample').waitFor();
    await tab.getByText(/kept as text/).waitFor();
    await tab.getByLabel('Add a step').click();
    await assertSoon(
      async () => (await text.inputValue()).includes('seq(view -> order -> order, within 7d)'),
      'the third step',
    );
    await text.fill('friend and not ever(order)');
    await tab.locator('.sentence').waitFor();
    await page.button('Save audience').click();
    await tab.getByRole('dialog').getByLabel('Name').fill('Friends who never ordered');
    await tab.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
    await tab.getByRole('link', { name: 'Friends who never ordered' }).waitFor();
  });

  await t.test('an audience can be saved only once its very text is checked', async () => {
    await page.visit('/audiences/new');
    const answered = [];
    await tab.route('**/api/audiences/check*', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 500));
      answered.push(route.request().postData());
      await route.continue();
    });
    await page.button('Save audience').evaluate((button) => {
      window.enabled = 0;
      const look = () => (window.enabled += button.disabled ? 0 : 1);
      new MutationObserver(look).observe(button, { attributeFilter: ['disabled'] });
    });
    await tab.locator('.expression-input').fill('friend');
    await assertSoon(async () => answered.length === 1, 'the check');
    await assertSoon(() => page.button('Save audience').isEnabled(), 'the button');
    assert.equal(await tab.evaluate(() => window.enabled), 1);
    await tab.unrouteAll();
  });

  await t.test(
    'imports a file: columns, trial run, run, undo; a reload loses nothing',
    async () => {
      await page.visit('/import/new');
      await tab.setInputFiles('input[type=file]', {
        name: '订单.csv',
        mimeType: 'text/csv',
        buffer: Buffer.from(csv),
      });
      await tab.getByText('Which column is what?').waitFor();
      await tab.reload();
      await page.settle();
      await page.button('Trial run').click();
      const trial = tab.locator('.counts');
      await trial.waitFor();
      assert.match(await trial.innerText(), /Refused\s*1/);
      await tab.locator('main, #main').getByRole('button', { name: 'Import', exact: true }).click();
      await tab.getByRole('button', { name: 'Undo', exact: true }).waitFor();
      await tab.reload();
      await tab.getByRole('link', { name: /refused line/ }).waitFor();
      const [file] = await Promise.all([
        tab.waitForEvent('download'),
        tab.getByRole('link', { name: /refused line/ }).click(),
      ]);
      assert.match(await textOf(file), /不是日期/);
      await page.visit('/orders?q=E2E-1');
      await tab.getByText('E2E-1').first().waitFor();

      await page.visit('/import');
      await tab.getByRole('button', { name: 'Undo' }).first().click();
      await tab.getByRole('button', { name: 'OK' }).click();
      await tab.getByText('Undone').first().waitFor();
      await page.visit('/orders?q=E2E-1');
      await tab.getByText('No orders match').waitFor();
    },
  );

  await t.test('exports a list in the background', async () => {
    await page.visit('/customers');
    await page.button('Export').click();
    await tab.getByRole('menuitem', { name: 'CSV' }).click();
    const link = tab.getByRole('dialog').getByRole('link', { name: 'Download' });
    const [file] = await Promise.all([tab.waitForEvent('download'), link.click()]);
    assert.equal((await textOf(file)).trim().split('\n').length, 1001);
  });

  await t.test('takes a chart away as PNG and XLSX', async () => {
    await page.visit('/reports');
    await tab.locator('canvas').first().waitFor();
    const [picture] = await Promise.all([
      tab.waitForEvent('download'),
      page.button('PNG').first().click(),
    ]);
    assert.equal((await bytesOf(picture)).subarray(0, 4).toString('hex'), '89504e47');
    await page.button('Export').first().click();
    await tab.getByRole('menuitem', { name: 'XLSX' }).click();
    const link = tab.getByRole('dialog').getByRole('link', { name: 'Download' });
    const [table] = await Promise.all([tab.waitForEvent('download'), link.click()]);
    assert.equal((await bytesOf(table)).subarray(0, 4).toString('hex'), '504b0304');
  });

  await t.test('remembers columns and filters: in the address, and on the server', async () => {
    await page.visit('/customers?friend=true&sort=-spend');
    await page.button('Columns').click();
    await tab.locator('.column-choice').getByText('Age', { exact: true }).click();
    await tab.getByRole('columnheader', { name: 'Age', exact: true }).waitFor();
    await tab.reload();
    await page.settle();
    await tab.getByRole('columnheader', { name: 'Age', exact: true }).waitFor();
    assert.match(tab.url(), /friend=true/);
  });

  await t.test('filters wake when they are pressed or reached by the keyboard', async () => {
    page.complaints = [];
    await page.visit('/customers');
    const rows = tab.locator('.list-table tbody tr.list-row');
    await rows.first().waitFor();
    const total = await tab.locator('.toolbar-total').innerText();
    const changed = () =>
      assertSoon(
        async () => (await tab.locator('.toolbar-total').innerText()) !== total,
        'fewer rows',
      );
    await tab.getByRole('combobox', { name: 'City' }).click();
    await tab.locator('.ant-select-item-option').first().click();
    await changed();
    assert.match(tab.url(), /city=/);
    await page.button('Clear filters').click();
    await assertSoon(async () => !/city=/.test(tab.url()), 'no filter');
    const friends = tab.getByRole('combobox', { name: 'Friend' });
    await friends.focus();
    await tab.keyboard.press('ArrowDown');
    await tab.keyboard.press('Enter');
    await assertSoon(async () => /friend=/.test(tab.url()), 'the filter');
    await page.button('Clear filters').click();
    await tab.locator('.filter-days').click();
    await tab.locator('.ant-picker-dropdown').first().waitFor();
    await tab.keyboard.press('Escape');
    const search = tab.locator('.search-box input');
    await search.fill('no such name');
    await search.press('Enter');
    await tab.locator('.list-empty').waitFor();
    await page.check('customers-none');
    await tab.locator('.search-box').getByRole('button', { name: 'Clear' }).click();
    await rows.first().waitFor();
    assert.equal(await tab.locator('.toolbar-total').innerText(), total);
  });

  await t.test(
    'rows are sorted by their titles, and chosen one by one or from one to another',
    async () => {
      await page.visit('/customers');
      const rows = tab.locator('.list-table tbody tr.list-row');
      await rows.first().waitFor();
      const added = tab.getByRole('columnheader', { name: 'Added' });
      for (const [sort, order] of [
        ['-added', 'descending'],
        ['added', 'ascending'],
        [null, null],
      ]) {
        await added.getByRole('button').click();
        await assertSoon(
          async () => new URL(tab.url()).searchParams.get('sort') === sort,
          `sort=${sort}`,
        );
        await assertSoon(async () => (await added.getAttribute('aria-sort')) === order, `${order}`);
      }
      const box = (i) => rows.nth(i).locator('input[type=checkbox]');
      await box(1).check();
      await box(4).click({ modifiers: ['Shift'] });
      await tab.locator('.batch-bar').getByText('4 chosen').waitFor();
      await box(2).uncheck();
      await tab.locator('.batch-bar').getByText('3 chosen').waitFor();
      assert.equal(await box(3).isChecked(), true);
      assert.ok(await tab.locator('thead input').evaluate((one) => one.indeterminate));
      await page.button('Choose none').click();
      await tab.locator('.batch-bar').waitFor({ state: 'detached' });
    },
  );

  await t.test('a damaged index is rebuilt on the System page', async () => {
    page.complaints = [];
    await tab.route('**/api/doctor?deep=true', async (route) => {
      const reply = await route.fetch();
      const body = await reply.json();
      Object.assign(
        body.items.find(({ name }) => name === 'event_index'),
        { ok: false, advice: 'Damaged.' },
      );
      await route.fulfill({ response: reply, json: body });
    });
    await page.visit('/system');
    await page.button('Check everything').click();
    await tab.getByText('Damaged.').waitFor();
    await page.check('system-damaged');
    await page.button('Rebuild').click();
    await tab.locator('.ant-popconfirm').getByRole('button', { name: 'OK' }).click();
    await tab.getByText(/^\d+ parts? of the index given up/).waitFor();
    await tab.unrouteAll({ behavior: 'wait' });
    const { items } = await stage.server.local('GET', '/api/audit', undefined, 200);
    assert.ok(items.some(({ action }) => action === 'doctor_mend'));
  });

  await t.test('changes the language, and finds it again after a reload', async () => {
    await page.visit('/');
    await page.button('中文').click();
    await tab.getByRole('heading', { name: '今日', exact: true }).waitFor();
    assert.equal(await tab.evaluate(() => document.documentElement.lang), 'zh-CN');
    await tab.reload();
    await tab.getByRole('heading', { name: '今日', exact: true }).waitFor();
    await page.button('English').click();
    await tab.getByRole('heading', { name: 'Today', exact: true }).waitFor();
  });

  await t.test(
    'signs out, is refused with a wrong password, signs in with the right one',
    async () => {
      const who = await tab.evaluate(
        async () => (await (await fetch('/api/session')).json()).account.login,
      );
      await page.button(/Account/).click();
      await tab.getByRole('menuitem', { name: 'Sign out' }).click();
      await tab.getByLabel('Login').fill(who);
      await tab.getByLabel('Password').fill('not the password');
      await page.button('Sign in').click();
      await tab.getByRole('alert').waitFor();
      await tab.getByLabel('Password').fill('koi swims in deep water');
      await page.button('Sign in').click();
      await tab.waitForSelector('.shell');
    },
  );
});

async function assertSoon(check, what) {
  const end = Date.now() + 60000;
  while (!(await check())) {
    assert.ok(Date.now() < end, `waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function bytesOf(download) {
  const pieces = [];
  for await (const piece of await download.createReadStream()) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function textOf(download) {
  return (await bytesOf(download)).toString('utf8');
}
