/* browser — Debian's Chromium on the real console: one corp from the demo for a whole test file, one page for a test.
 *
 *   const stage = await openStage(t, { customers: 2000 });    // the program with the demo corp, and a browser
 *   const page = await stage.signIn('administrator');         // a signed-in page, by one-time link
 *   await page.visit('/customers');                           // waits until the page has drawn and loaded
 *   await page.check('customers');                            // screenshot, axe, width, console errors
 *
 * Each page remembers what its console said: an error there fails the next check. Waiting is for a condition.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { start, until } from '../api/harness.mjs';

const here = dirname(fileURLToPath(import.meta.url));
export const shots = join(here, '..', '..', 'build', 'screenshots');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

class Page {
  constructor(stage, page, language) {
    Object.assign(this, { stage, page, language, complaints: [] });
    page.on(
      'console',
      (message) => message.type() === 'error' && this.complaints.push(message.text()),
    );
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on(
      'response',
      (reply) => reply.status() >= 400 && this.complaints.push(`${reply.status()} ${reply.url()}`),
    );
  }

  /* Waits until nothing is loading and no skeleton or spinner is left. */
  async settle() {
    await this.page.waitForLoadState('networkidle');
    await this.page.waitForFunction(
      () => !document.querySelector('.waiting, .ant-spin-spinning, .ant-skeleton'),
    );
  }

  async visit(path) {
    await this.page.goto(`${this.stage.base}${path}`);
    await this.page.waitForSelector('.shell h1');
    await this.settle();
  }

  /* What every page must keep: no complaint in its console, nothing wider than the window, no serious finding of axe. */
  async check(name) {
    await this.settle();
    await this.page.screenshot({
      path: join(shots, `${name}.${this.language}.png`),
      animations: 'disabled',
    });
    const wider = await this.page.evaluate(
      () => document.documentElement.scrollWidth - window.innerWidth,
    );
    assert.ok(wider <= 0, `${name} is ${wider} px wider than the window`);
    assert.equal(
      await this.page.evaluate(() => document.documentElement.lang),
      this.language === 'zh' ? 'zh-CN' : 'en-GB',
    );
    assert.deepEqual(await this.findings(), [], `axe on ${name}`);
    assert.deepEqual(this.complaints, [], `the console of ${name}`);
  }

  async findings() {
    await this.page.evaluate(axe);
    return this.page.evaluate(async () => {
      const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
      return violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .flatMap(({ id, nodes }) =>
          nodes.slice(0, 3).map(({ target, html }) => `${id}: ${target} ${html.slice(0, 160)}`),
        );
    });
  }

  /* Until a function in the page, which may be asynchronous, gives something that is true. */
  until(ready, given) {
    return until(() => this.page.evaluate(ready, given), String(ready), 60000);
  }

  /* The lines of an export as CSV, behind its button. */
  async taken(button) {
    await button.click();
    await this.page.getByRole('menuitem', { name: 'CSV' }).last().click();
    const words = this.language === 'zh' ? '下载' : 'Download';
    const link = this.page.getByRole('dialog').getByRole('link', { name: words });
    const [file] = await Promise.all([this.page.waitForEvent('download'), link.click()]);
    const pieces = [];
    for await (const piece of await file.createReadStream()) pieces.push(piece);
    return Buffer.concat(pieces).toString('utf8').trim().split('\r\n');
  }

  /* A button or link by its words, in the language of the page. */
  button(words) {
    return this.page.getByRole('button', { name: words });
  }
}

class Stage {
  constructor(server, browser) {
    Object.assign(this, { server, browser, base: `http://127.0.0.1:${server.port}` });
  }

  /* A new account with the role enters by its one-time link and sets a password. */
  async signIn(
    role = 'administrator',
    { language = 'zh', width = 1360, height = 900, scope = 'all', staff_id } = {},
  ) {
    const login = `${role}-${language}-${Math.random().toString(36).slice(2, 8)}`;
    const made = await this.server.local(
      'POST',
      '/api/accounts',
      { login, role, scope, staff_id, language },
      201,
    );
    const context = await this.browser.newContext({
      viewport: { width, height },
      locale: language === 'zh' ? 'zh-CN' : 'en-GB',
      timezoneId: 'Europe/Lisbon', // not the corp's: days must not depend on the browser's zone
      reducedMotion: 'reduce', // a menu that grows under the pointer loses the click
    });
    context.setDefaultTimeout(60000); // a busy machine is not a failure
    const page = new Page(this, await context.newPage(), language);
    await page.page.goto(`${this.base}${made.link}`);
    await page.page.locator('.sign-in-button').click();
    const password = page.page.locator('input[type=password]');
    await password.first().fill('koi swims in deep water');
    await password.last().fill('koi swims in deep water');
    await page.page.locator('.sign-in-button').click();
    await page.page.waitForSelector('.shell');
    await page.settle();
    return page;
  }
}

/* The program with a demo corp of that many customers, and a browser; both end with the test `t`. */
export async function openStage(t, { customers = 2000, env = {} } = {}) {
  mkdirSync(shots, { recursive: true });
  const server = await start(t, 'sqlite', { env, serve: false });
  if (customers > 0) {
    const made = await server.koi('demo', '--customers', String(customers), '--seed', '7');
    assert.equal(made.code, 0, made.err);
  }
  await server.serve();
  const browser = await chromium.launch({
    executablePath: process.env.KOI_CHROMIUM ?? '/usr/bin/chromium',
    args: flags,
  });
  t.after(() => browser.close());
  return new Stage(server, browser);
}
