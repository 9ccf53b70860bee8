/* Names that customers and colleagues may choose: 500 of them want to be a script. Shown everywhere, none may run. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStage } from './browser.mjs';

const run = '__ran=1';
const bodies = [
  `<script>${run}</script>`,
  `<img src=x onerror="${run}">`,
  `<svg onload="${run}">`,
  `<svg><animate onbegin="${run}" attributeName=x dur=1s>`,
  `<iframe srcdoc="<script>parent.${run}</script>"></iframe>`,
  `<iframe src="javascript:parent.${run}"></iframe>`,
  `<a href="javascript:${run}">x</a>`,
  `<body onload="${run}">`,
  `<details open ontoggle="${run}">`,
  `<input autofocus onfocus="${run}">`,
  `<video><source onerror="${run}"></video>`,
  `<math><mtext><img src=x onerror="${run}"></mtext></math>`,
  `<object data="javascript:${run}">`,
  `<form action="javascript:${run}"><button autofocus>x</button></form>`,
  `<style>@import "javascript:${run}"</style>`,
  `<base href="javascript:${run}//">`,
  `<meta http-equiv=refresh content="0;javascript:${run}">`,
  `{{constructor.constructor("${run}")()}}`,
  '${' + run + '}',
  `javascript:${run}`,
  `<noscript><p title="</noscript><img src=x onerror=${run}>">`,
  `<template><script>${run}</script></template>`,
  `<xss style="animation-name:x" onanimationstart="${run}">`,
  `<b onmouseover="${run}">x</b>`,
  `<marquee onstart="${run}">`,
];
const wraps = [
  (x) => x,
  (x) => `"${x}`,
  (x) => `'>${x}`,
  (x) => `"/>${x}`,
  (x) => `</title>${x}`,
  (x) => `</textarea>${x}`,
  (x) => `</script>${x}`,
  (x) => `--> ${x}`,
  (x) => `]]>${x}`,
  (x) => x.replaceAll('<', '\uff1c'),
  (x) => x.replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
  (x) => x.replaceAll('<', '%3C'),
  (x) => x.replaceAll('<', '\\u003c'),
  (x) => x.toUpperCase().replaceAll(run.toUpperCase(), run),
  (x) => x.replace(/ on/g, '/on'),
  (x) => `锦鲤 ${x}`,
  (x) => `${x}\u202e`,
  (x) => `=HYPERLINK("${x}")`,
  (x) => `@${x}`,
  (x) => `${x}${x}`,
];
// Nicknames hold 64 letters: what is longer is cut, which is one more way to be broken.
const payloads = wraps.flatMap((wrap) => bodies.map(wrap)).map((text) => text.slice(0, 64));

test('500 names that want to be scripts', async (t) => {
  assert.equal(payloads.length, 500);
  const stage = await openStage(t, { customers: 0 });
  const page = await stage.signIn('administrator', { language: 'en' });
  const { page: tab } = page;
  await plant(stage);
  const dialogs = [];
  tab.on('dialog', (dialog) => dialogs.push(dialog.message()) && void dialog.dismiss());
  const hosts = new Set();
  tab.on('request', (request) => hosts.add(new URL(request.url()).host));

  const look = async (path, act) => {
    await tab.goto(`${stage.base}${path}`);
    await tab.waitForSelector('.shell');
    await page.settle();
    await act?.();
    await tab.mouse.move(500, 400);
    assert.equal(await tab.evaluate(() => window.__ran ?? 0), 0, `a script ran on ${path}`);
  };
  let seen = 0;
  for (const number of [1, 2, 3]) {
    await look(`/customers?limit=200&page=${number}`, async () => {
      const rows = tab.locator('tbody tr.list-row');
      await rows.nth(99).waitFor(); // the last page has so many; those past the window come later
      seen += await rows.count();
    });
  }
  assert.ok(seen >= 500, `only ${seen} customers are shown`);
  await look('/customers', async () => {
    await tab.locator('tbody .row-link').first().click();
    for (const name of ['Profile', 'Notes', 'Friends and groups', 'Timeline']) {
      await tab.getByRole('tab', { name }).click();
      await page.settle();
    }
  });
  for (const path of [
    '/tags',
    '/scripts',
    '/sources',
    '/audiences',
    '/tiers',
    '/reports?report=sources',
    '/profile-fields',
    '/audit',
    '/jobs',
    '/import',
    '/accounts',
    '/tokens',
    '/',
  ]) {
    await look(path);
  }
  await look(
    '/audiences/new?expression=' +
      encodeURIComponent(`nickname contains "${payloads[0].replace(/["\\]/g, '\\$&')}"`),
  );
  await look('/customers?q=' + encodeURIComponent(payloads[1]));
  assert.deepEqual(dialogs, []);
  assert.deepEqual([...hosts], [new URL(stage.base).host], 'a request left for another host');
});

const quoted = (text) => `"${text.replaceAll('"', '""')}"`;

/* Puts the payloads wherever a name can be: customers by import, catalogues by the API. */
async function plant(stage) {
  const admin = await stage.server.signIn('administrator');
  const lines = payloads.map((text, i) => [`x${i}`, text, text.slice(0, 30)].map(quoted).join(','));
  const bytes = Buffer.from(['客户id,昵称,城市', ...lines].join('\n'));
  const upload = await admin.call('POST', '/api/uploads', undefined, {
    raw: bytes,
    expect: 201,
    headers: {
      'content-type': 'application/octet-stream',
      'x-file-name': encodeURIComponent(`${payloads[1]}.csv`),
    },
  });
  const { job } = await admin.post(
    '/api/imports',
    { upload_id: upload.body.id, kind: 'customers', dry_run: false },
    202,
  );
  const done = await admin.job(job.id);
  assert.equal(done.result?.added, payloads.length, JSON.stringify(done.result ?? done.error));

  const each = async (texts, make) => {
    for (const text of texts) await make(text.slice(0, 60));
  };
  const some = payloads.slice(0, 25);
  const category = await admin.post('/api/tag-categories', { name: some[0].slice(0, 60) }, 201);
  const group = await admin.post(
    '/api/tag-groups',
    { category_id: category.id, name: some[1].slice(0, 60) },
    201,
  );
  const tags = [];
  await each(some, async (name) =>
    tags.push(await admin.post('/api/tags', { group_id: group.id, name, grain: 'basic' }, 201)),
  );
  await each(some.slice(0, 8), (name) =>
    admin.post('/api/audiences', { name, expression: 'all', note: name }, 201),
  );
  await each(some, (name) =>
    admin.post('/api/scripts', { group: name, title: name, text: name }, 201),
  );
  await each(some.slice(0, 4), (name) =>
    admin.post('/api/fields', { key: `f${tags.pop().id}`.slice(0, 20), name, type: 'text' }, 201),
  );
  await admin.post(
    '/api/tier-models',
    {
      name: some[2].slice(0, 60),
      period_days: 90,
      tiers: some.slice(0, 4).map((name, i) => ({
        name: `${i}${name.slice(0, 50)}`,
        expression: 'all',
        color: '#c8102e',
        advice: name,
      })),
    },
    201,
  );
  const { items } = await admin.get('/api/customers?limit=5');
  for (const customer of items) {
    for (const tag of tags.slice(0, 5))
      await admin.call('PUT', `/api/customers/${customer.id}/tags/${tag.id}`);
    await each(some.slice(0, 5), (text) =>
      admin.post(`/api/customers/${customer.id}/notes`, { text }, 201),
    );
  }
}
