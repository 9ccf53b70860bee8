/* Every page of the console in both languages, on a desk, a tablet and a phone: it draws, fits, says nothing wrong, and axe finds
 * nothing serious. Screenshots go to build/screenshots/. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStage } from './browser.mjs';

const pages = {
  today: '/',
  codes: '/codes',
  'code-statistics': '/codes?tab=statistics',
  sources: '/sources',
  costs: '/sources?tab=costs',
  imports: '/import',
  'import-new': '/import/new',
  customers: '/customers',
  tags: '/tags',
  scripts: '/scripts',
  'tag-coverage': '/tags?tab=coverage',
  'merge-proposals': '/merges',
  merges: '/merges?tab=log',
  groups: '/groups',
  'groups-review': '/groups?tab=review&verdict=keep',
  'groups-sift': '/groups?tab=sift',
  orders: '/orders',
  audiences: '/audiences',
  'audience-new':
    '/audiences/new?expression=' +
    encodeURIComponent('count(order, last 90d) >= 2 and seq(view -> order, within 7d)'),
  tiers: '/tiers',
  rfm: '/rfm',
  clv: '/clv',
  cycles: '/cycles',
  'report-revenue': '/reports',
  'report-products': '/reports?report=products',
  'report-concentration': '/reports?report=concentration',
  'report-repurchase': '/reports?report=repurchase',
  'report-product-repurchase': '/reports?report=product_repurchase',
  'report-cohorts': '/reports?report=cohorts',
  'report-first': '/reports?report=first',
  'report-provinces': '/reports?report=provinces',
  'report-sources': '/reports?report=sources',
  'report-facts': '/reports?report=facts',
  'rfm-now': '/rfm?tab=now',
  funnel: '/analyses/funnel?window=last+90d&by=source&compare=1',
  retention: '/analyses/retention',
  paths: '/analyses/paths',
  trends: '/analyses/trends?compare=1',
  repurchase: '/analyses/repurchase',
  settings: '/settings',
  wecom: '/wecom',
  'wecom-check': '/wecom?tab=connect&step=check',
  'wecom-callback': '/wecom?tab=connect&step=callback',
  'wecom-inbox': '/wecom?tab=inbox',
  'wecom-outbox': '/wecom?tab=outbox',
  'wecom-welcomes': '/wecom?tab=welcomes',
  fields: '/profile-fields',
  staff: '/staff',
  accounts: '/accounts',
  tokens: '/tokens',
  audit: '/audit',
  jobs: '/jobs',
  system: '/system',
  password: '/password',
  'not-found': '/no-such-page',
};

const widths = { desk: 1360, tablet: 820, phone: 390 };

test('pages', async (t) => {
  const stage = await openStage(t);
  for (const language of ['zh', 'en']) {
    const page = await stage.signIn('administrator', { language });
    for (const [name, path] of Object.entries(pages)) {
      await t.test(`${name} in ${language}`, async () => {
        page.complaints = [];
        await page.visit(path);
        await page.check(name);
      });
    }
    for (const drawer of ['customers', 'orders', 'groups']) {
      await t.test(`a drawer over ${drawer} in ${language}`, async () => {
        page.complaints = [];
        await page.visit(`/${drawer}`);
        await page.page.locator('tbody .row-link').first().click();
        await page.page.waitForSelector('.ant-drawer-open .ant-descriptions');
        await page.check(`${drawer}-drawer`);
        await page.page.keyboard.press('Escape');
        await page.page.waitForSelector('.ant-drawer-open', { state: 'detached' });
      });
    }
    await page.page.context().close();
  }

  for (const [device, width] of Object.entries(widths).slice(1)) {
    await t.test(`every page fits a ${device}`, async () => {
      const page = await stage.signIn('administrator', { width, height: 1000 });
      for (const [name, path] of Object.entries(pages)) {
        await page.visit(path);
        await page.check(`${name}.${device}`);
      }
      await page.page.context().close();
    });
  }
});

test('what one may not do is not in the menu', async (t) => {
  const stage = await openStage(t, { customers: 0 });
  const page = await stage.signIn('staff', { language: 'en' });
  const menu = await page.page.locator('.main-menu').innerText();
  assert.ok(menu.includes('Customers'), menu);
  for (const word of ['Import', 'Accounts', 'Audit log', 'System'])
    assert.ok(!menu.includes(word), menu);
  await page.visit('/accounts');
  assert.ok((await page.page.locator('#main').innerText()).includes('not be allowed'));
});
