// How long an operator waits: from pressing a menu item to the page with its answers drawn, in
// Chromium, for every board and analysis.
//
//   ./run bench pages [--small] [--data DIR] [--customers N]
//
// Without --data a demo corp of N customers is made (200,000; --small 2,000). With --data an
// existing one is served, for example the two million customers of `bench analytics`; an account is
// added to it. Pages are visited in turn, the first round is not measured: it loads the code. A
// page is done when nothing it asked for is under way, no skeleton, spinner or list without rows is
// left, and two frames have been drawn since.
// Target (issue "The mirror"): <= 300 ms at two million customers, the median of each page.
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { koi, serve } from './koi.mjs';
import { Report, root } from './lib.mjs';

const { chromium } = createRequire(join(root, 'test', 'package.json'))('playwright-core');
const { values } = parseArgs({
  options: {
    small: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    data: { type: 'string' },
    customers: { type: 'string' },
  },
});
const options = { small: values.small, seed: Number(values.seed) };
const customers = Number(values.customers ?? (values.small ? 2000 : 200000));
const ROUNDS = values.small ? 3 : 9;
const PAGES = [
  '/',
  '/customers',
  '/audiences',
  '/tiers',
  '/rfm',
  '/clv',
  '/reports',
  '/sources',
  '/analyses/funnel',
  '/analyses/retention',
  '/analyses/paths',
  '/analyses/trends',
  '/analyses/repurchase',
];

/** The administrator of the data directory's own socket. */
function local(data, method, path, body) {
  return new Promise((resolve, reject) => {
    const socketPath = join(data, 'koi.sock');
    const headers = body ? { 'content-type': 'application/json' } : {};
    const sent = request({ socketPath, method, path, headers }, (reply) => {
      let text = '';
      reply.on('data', (piece) => (text += piece));
      reply.on('end', () =>
        resolve({ status: reply.statusCode, body: JSON.parse(text || 'null') }),
      );
    });
    sent.on('error', reject);
    sent.end(body && JSON.stringify(body));
  });
}

/** When the mirror answers, and the daybook of orders beside it. */
async function mirrorReady(data) {
  for (;;) {
    const { body } = await local(data, 'GET', '/api/mirror');
    if (body.state !== 'building' && body.state !== 'ready')
      throw new Error(`the mirror is ${body.state}`);
    const reports = await local(data, 'GET', '/api/reports/provinces');
    if (body.state === 'ready' && reports.status === 200) return body;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function signIn(browser, base, data) {
  const login = `bench-${Date.now()}`;
  const account = { login, role: 'administrator', scope: 'all', language: 'zh' };
  const { body } = await local(data, 'POST', '/api/accounts', account);
  const context = await browser.newContext({
    viewport: { width: 1360, height: 900 },
    locale: 'zh-CN',
    reducedMotion: 'reduce',
  });
  await context.addInitScript(() => {
    const real = window.fetch;
    window.underWay = 0;
    window.fetch = (...what) => {
      window.underWay++;
      return real(...what).finally(() => window.underWay--);
    };
  });
  const page = await context.newPage();
  await page.goto(`${base}${body.link}`);
  await page.locator('.sign-in-button').click();
  const password = page.locator('input[type=password]');
  await password.first().fill('koi swims in deep water');
  await password.last().fill('koi swims in deep water');
  await page.locator('.sign-in-button').click();
  await page.waitForSelector('.shell');
  return page;
}

/** Goes there as the menu does; milliseconds until the page is done, and what it failed to show. */
function visit(page, path) {
  return page.evaluate(async (to) => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const busy = () =>
      window.underWay > 0 ||
      document.querySelector('.waiting, .ant-spin-spinning, .ant-skeleton') !== null ||
      document.querySelector('.list-empty')?.textContent.trim() === '';
    const begun = performance.now();
    history.pushState(null, '', to);
    dispatchEvent(new PopStateEvent('popstate', { state: null }));
    let done = begun;
    for (let calm = 0; calm < 12; calm++) {
      await frame();
      if (calm === 1) done = performance.now();
      if (busy()) calm = -1;
    }
    const trouble = document.querySelector('.ant-result-error, .ant-alert-error');
    return { ms: done - begun, trouble: trouble?.textContent ?? null };
  }, path);
}

const made = values.data ? null : mkdtempSync(join(tmpdir(), 'koi-bench-pages-'));
const data = values.data ?? join(made, 'data');
if (made) {
  koi('init', '--data', data, '--json');
  koi('demo', '--customers', String(customers), '--seed', values.seed, '--data', data);
}
const server = await serve(data);
const browser = await chromium.launch({
  executablePath: process.env.KOI_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
});
const report = new Report('pages', { ...options, customers: values.data ? 'given' : customers });
try {
  const mirror = await mirrorReady(data);
  console.log(`${mirror.customers} customers, ${mirror.events} events`);
  const page = await signIn(browser, `http://127.0.0.1:${server.port}`, data);
  const samples = Object.fromEntries(PAGES.map((path) => [path, []]));
  for (let round = -1; round < ROUNDS; round++) {
    for (const path of PAGES) {
      const { ms, trouble } = await visit(page, path);
      if (trouble) report.wrong.push(`${path}: ${trouble.slice(0, 200)}`);
      if (round >= 0) samples[path].push(ms);
    }
  }
  for (const path of PAGES) report.row(path, 'ms', samples[path]);
  const sorted = (path) => [...samples[path]].sort((a, b) => a - b);
  for (const path of PAGES) {
    const name = path === '/' ? 'today' : path.slice(1).replaceAll('/', '_');
    report.target(`${name}_ms`, sorted(path)[Math.floor(ROUNDS / 2)], '<=', 300);
  }
  report.end();
} finally {
  await browser.close();
  await server.stop();
  if (made) rmSync(made, { recursive: true, force: true });
}
