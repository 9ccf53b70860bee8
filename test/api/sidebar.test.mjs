/* The pages that staff open inside WeCom: signing in and back, one customer beside the chat,
 * scripts, tasks; forms without JavaScript; nobody else's customers, no markup in names, nothing
 * personal in addresses. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fill } from './fixture.mjs';
import { cookieOf, each, start, until } from './harness.mjs';
import { noViolations, pair } from './wecom_pair.mjs';

const url = 'https://koi.example.com';
const html = { accept: 'text/html,application/xhtml+xml' };
const token = 'QDG6eK';
const aes_key = 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C';
const nasty = `</textarea><script>alert(1)</script>"'><img src=x onerror=alert(2)>&amp;`;

/* A browser without JavaScript: follows redirects, sends the forms it was given. */
function browserOf(caller, headers = {}) {
  const seen = [];
  const call = async (method, path, form) => {
    seen.push(path);
    const raw = form && new URLSearchParams(form).toString();
    const reply = await caller.call(method, path, undefined, {
      raw,
      headers: {
        ...html,
        ...(raw !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
        'x-csrf-token': null,
        'accept-language': null,
        ...headers,
      },
    });
    return { ...reply, path };
  };
  const follow = async (reply) => {
    if (reply.status !== 303) return reply;
    return follow(await call('GET', reply.headers.location.split('#')[0]));
  };
  const get = async (path) => follow(await call('GET', path));
  /* Presses the button of the page's form whose action (or formaction) is `action`. */
  const press = async (page, action, fields = {}) => {
    assert.ok(page.text.includes(`action="${action}"`), `${page.path} has no form for ${action}`);
    const csrf = /name="csrf" value="([^"]*)"/.exec(page.text)?.[1];
    return follow(await call('POST', action, { ...(csrf && { csrf }), ...fields }));
  };
  return { call, follow, get, press, seen };
}

const text = (page) => page.text.replace(/<[^>]*>/g, ' ');

each('the sidebar', (engine) => {
  test('without a session one signs in by WeCom and comes back to the page', async (t) => {
    const { sim, koi, agentid } = await pair(t, engine);
    const admin = await koi.signIn('administrator');
    const set = (name, value) => admin.put(`/api/settings/${name}`, { value: String(value) });
    const nobody = browserOf(koi.nobody(), { 'user-agent': 'Mozilla/5.0 wxwork/4.1' });
    const unset = await nobody.get('/sidebar/customers/5');
    assert.equal(unset.status, 409); /* says what is missing, in words */
    assert.match(unset.headers['content-type'], /^text\/html/);
    assert.match(text(unset), /还缺设置/);
    await set('wecom_agent_id', agentid);
    await set('public_url', url);
    await set('wecom_login', 'create');

    const first = await nobody.call('GET', '/sidebar/tasks');
    assert.equal(first.status, 303);
    assert.equal(first.headers.location, '/sidebar/sign-in?back=/sidebar/tasks');
    const away = await nobody.call('GET', first.headers.location);
    assert.equal(away.status, 302);
    const to = new URL(away.headers.location);
    assert.equal(to.host, 'open.weixin.qq.com');
    const back = new URL(to.searchParams.get('redirect_uri'));
    assert.equal(back.href, `${url}/sidebar/enter?back=/sidebar/tasks`);
    const scan = await browserOf(koi.nobody()).call('GET', '/sidebar/sign-in');
    assert.match(scan.headers.location, /^https:\/\/login\.work\.weixin\.qq\.com\//);

    const { staff } = await sim.get('state');
    const anna = staff.find((s) => s.contact_right && s.status === 1);
    const { code } = await sim.post('oauth/code', { userid: anna.userid });
    const state = to.searchParams.get('state');
    const cookie = cookieOf(away);
    const enter = async (where, headers) =>
      browserOf(koi.nobody(), headers).call('POST', '/sidebar/enter', { code, state, back: where });
    const came = await browserOf(koi.nobody(), { cookie }).call(
      'GET',
      `${back.pathname}?back=/sidebar/tasks&code=${code}&state=${state}&appid=ww1`,
    );
    assert.equal(came.status, 200);
    assert.match(came.text, /<form method="post" action="\/sidebar\/enter" data-now>/);
    const foreign = await enter('/sidebar/tasks'); /* a browser that did not begin it */
    assert.equal(foreign.status, 401);
    assert.match(text(foreign), /不是从这个浏览器开始/);
    const good = await enter('/sidebar/tasks', { cookie });
    assert.equal(good.status, 303, good.text);
    assert.equal(good.headers.location, '/sidebar/tasks');
    const session = cookieOf(good);
    assert.match(session, /__Host-koi=\w/);
    const page = await browserOf(koi.nobody(), { cookie: session }).get('/sidebar/tasks');
    assert.equal(page.status, 200);

    /* Nowhere else can one be sent. */
    for (const where of [
      'https://evil.cn/',
      '//evil.cn',
      '/sidebar//evil.cn',
      '/sidebarx',
      '/api/x',
      '/sidebar/../x',
      '/sidebar/\\evil',
    ]) {
      const begun = await nobody.call('GET', `/sidebar/sign-in?back=${encodeURIComponent(where)}`);
      const next = new URL(new URL(begun.headers.location).searchParams.get('redirect_uri'));
      assert.equal(next.href, `${url}/sidebar/enter?back=/sidebar`, where);
      const again = await sim.post('oauth/code', { userid: anna.userid });
      const sent = await browserOf(koi.nobody(), { cookie: cookieOf(begun) }).call(
        'POST',
        '/sidebar/enter',
        {
          code: again.code,
          state: new URL(begun.headers.location).searchParams.get('state'),
          back: where,
        },
      );
      assert.equal(sent.headers.location, '/sidebar', where);
    }
    await noViolations(sim);
  });

  test('a customer is found, read and tended by forms alone', async (t) => {
    const koi = await start(t, engine);
    await fill(koi);
    const caller = await koi.signIn('staff', { scope: 'own', staff_id: '11' });
    const b = browserOf(caller);
    const home = await b.get('/sidebar');
    assert.equal(home.status, 200);
    const found = await b.press(home, '/sidebar/search', { q: 'MARK-own 1001' });
    assert.match(found.text, /href="\/sidebar\/customers\/1001"/);
    const none = await b.press(home, '/sidebar/search', { q: 'MARK-other' });
    assert.match(text(none), /Nobody was found/);

    const admin = await koi.signIn('administrator');
    for (const [key, type, field, value] of [
      ['weight', 'number', 'plain', '52.5'],
      ['wedding', 'day', 'plain', '2020-05-20'],
      ['member', 'yes_no', 'plain', 'true'],
      ['illness', 'text', 'sensitive', 'a secret'],
    ]) {
      await admin.post('/api/fields', { key, name: `Its ${key}`, type, class: field }, 201);
      await admin.put(`/api/customers/1001/fields/${key}`, { value }, 200);
    }
    let page = await b.get('/sidebar/customers/1001');
    assert.ok(!page.text.includes('a secret'));
    for (const words of ['52.5', '2020-05-20', 'yes', '(masked)', 'Its illness'])
      assert.ok(text(page).includes(words), words);
    for (const words of ['MARK-own 1001', 'High', '¥1001.00', 'Anna', 'VIP', 'Lost'])
      assert.ok(text(page).includes(words), words);
    page = await b.press(page, '/sidebar/customers/1001/tags/24/remove');
    assert.ok(!page.text.includes('/tags/24/remove'));
    const choice = await b.get('/sidebar/customers/1001/tags');
    page = await b.press(choice, '/sidebar/customers/1001/tags/24/put');
    assert.ok(page.text.includes('/tags/24/remove'));
    page = await b.press(page, '/sidebar/customers/1001/stage', { stage_id: '2' });
    assert.match(page.text, /<option value="2" selected>/);
    page = await b.press(page, '/sidebar/customers/1001/stage', { stage_id: '' });
    assert.ok(!/selected/.test(page.text));
    page = await b.press(page, '/sidebar/customers/1001/notes', {
      text: `first\r\n${nasty}`,
      remind_days: '',
    });
    assert.ok(text(page).includes('first'));
    const empty = await b.press(page, '/sidebar/customers/1001/notes', { text: '' });
    assert.equal(empty.status, 400);
    assert.match(text(empty), /text is missing/);
    const { items } = await caller.get('/api/customers/1001/notes');
    assert.equal(items.length, 1);
    assert.equal(items[0].text, `first\r\n${nasty}`);
    const timeline = await b.get('/sidebar/customers/1001/timeline');
    assert.ok(text(timeline).includes('Lost'));
    const orders = await b.get('/sidebar/customers/1001/orders');
    assert.ok(text(orders).includes('¥'));
    const audit = await koi.local('GET', '/api/audit?limit=50');
    const acts = audit.items.map((row) => row.action);
    for (const act of [
      'sidebar_tag_put',
      'sidebar_tag_remove',
      'sidebar_stage',
      'sidebar_note_add',
    ])
      assert.ok(acts.includes(act), act);
    for (const path of b.seen) assert.doesNotMatch(decodeURIComponent(path), /MARK|first|script>/);
  });

  test('WeCom is told of a tag that is put on or taken off here', async (t) => {
    const env = { KOI_WECOM_TOKEN: token, KOI_WECOM_AES_KEY: aes_key };
    const { sim, koi } = await pair(t, engine, env);
    const admin = await koi.signIn('administrator');
    await sim.post('clock/set', { at_s: Math.floor(Date.now() / 1000) });
    await sim.post('clock/wall', { speed: 1 });
    const callback = `http://127.0.0.1:${koi.port}/api/wecom/callback`;
    await sim.post('callback', { url: callback, token, aes_key });
    const anna = (await sim.get('state')).staff.find((s) => s.contact_right && s.status === 1);
    const { external_userid } = await sim.post('customer/add', { userid: anna.userid });
    await koi.sql("INSERT INTO staff (id, userid, name, created_s) VALUES (7, 'ben', 'Ben', 0)");
    const { id } = await until(
      async () => (await admin.get('/api/customers')).items[0],
      'the friend is there',
    );
    const category = await admin.post('/api/tag-categories', { name: 'C' }, 201);
    const group = { category_id: category.id, name: 'Koi', wecom: true };
    const { id: group_id } = await admin.post('/api/tag-groups', group, 201);
    const tag = await admin.post('/api/tags', { group_id, name: 'Gold' }, 201);
    const worn = async () => {
      const { relations, tag_groups } = await sim.get('state');
      const gold = tag_groups.flatMap((g) => g.tags).find((x) => x.name === 'Gold')?.id;
      return relations.find((r) => r.external_userid === external_userid).tags.includes(gold);
    };
    const b = browserOf(admin);
    const home = await b.get('/sidebar');
    const page = await b.press(home, '/sidebar/find', { external_userid });
    assert.equal(b.seen.at(-1), `/sidebar/customers/${id}`);
    assert.ok(!page.text.includes(external_userid));
    const choice = await b.get(`/sidebar/customers/${id}/tags`);
    const wearing = await b.press(choice, `/sidebar/customers/${id}/tags/${tag.id}/put`);
    await until(worn, 'the tag is on at WeCom');
    await b.press(wearing, `/sidebar/customers/${id}/tags/${tag.id}/remove`);
    await until(async () => !(await worn()), 'the tag is off at WeCom');
    const staff = browserOf(await koi.signIn('staff', { scope: 'own', staff_id: '7' }));
    const other = await staff.press(await staff.get('/sidebar'), '/sidebar/find', {
      external_userid,
    });
    assert.equal(other.status, 404);
    await noViolations(sim);
  });

  test("another's customer is none, whatever form is sent", async (t) => {
    const koi = await start(t, engine);
    await fill(koi);
    const caller = await koi.signIn('staff', { scope: 'own', staff_id: '11' });
    const b = browserOf(caller);
    const own = await b.get('/sidebar/customers/1001');
    const csrf = /name="csrf" value="([^"]*)"/.exec(own.text)[1];
    for (const id of ['3001', '999']) {
      for (const part of ['', '/tags', '/orders', '/timeline', '/scripts']) {
        const page = await b.get(`/sidebar/customers/${id}${part}`);
        assert.equal(page.status, 404, part);
        assert.doesNotMatch(page.text, /MARK-other/);
      }
      for (const [part, form] of [
        ['/tags/23/put', {}],
        ['/tags/23/remove', {}],
        ['/stage', { stage_id: '1' }],
        ['/notes', { text: 'x' }],
      ]) {
        const reply = await b.call('POST', `/sidebar/customers/${id}${part}`, { csrf, ...form });
        assert.equal(reply.status, 404, part);
      }
    }
    const contact = await b.call('POST', '/sidebar/find', { csrf, external_userid: 'wm-nobody' });
    assert.equal(contact.status, 404);
    /* Unmasking is not for staff. */
    const unmask = { csrf, field: 'phone', reason: 'asked' };
    assert.equal((await b.call('POST', '/sidebar/customers/1001/unmask', unmask)).status, 403);
    assert.ok(!own.text.includes('/unmask'));
    const manager = browserOf(await koi.signIn('manager'));
    const page = await manager.get('/sidebar/customers/1001');
    const shown = await manager.press(page, '/sidebar/customers/1001/unmask', {
      field: 'phone',
      reason: 'asked for a parcel',
    });
    assert.equal(shown.status, 200);
  });

  test('forms without the token, or from elsewhere, do nothing', async (t) => {
    const koi = await start(t, engine);
    await fill(koi);
    const caller = await koi.signIn('staff', { scope: 'own', staff_id: '11' });
    const notes = '/sidebar/customers/1001/notes';
    const csrf = /name="csrf" value="([^"]*)"/.exec(
      (await browserOf(caller).get('/sidebar')).text,
    )[1];
    for (const [form, headers] of [
      [{ text: 'x' }, {}],
      [{ text: 'x', csrf: '' }, {}],
      [{ text: 'x', csrf: `${csrf.slice(0, -1)}!` }, {}],
      [{ text: 'x', csrf }, { origin: 'https://evil.cn' }],
      [{ text: 'x', csrf }, { 'sec-fetch-site': 'cross-site' }],
    ]) {
      const reply = await browserOf(caller, headers).call('POST', notes, form);
      assert.equal(reply.status, 403);
      assert.match(reply.headers['content-type'], /^text\/html/);
    }
    /* The API takes no forms, whatever token they carry. */
    const api = await browserOf(caller).call('POST', '/api/customers/1001/notes', {
      text: 'x',
      csrf,
    });
    assert.equal(api.status, 403);
    assert.equal((await caller.get('/api/customers/1001/notes')).items.length, 0);
    const good = await browserOf(caller).call('POST', notes, { text: 'x', csrf });
    assert.equal(good.status, 303);
    const gone = await browserOf(koi.nobody()).call('POST', notes, { text: 'x', csrf });
    assert.equal(gone.status, 401);
    assert.match(text(gone), /请先登录/);
    const unknown = await browserOf(caller).call('POST', notes, { text: 'x', extra: '1', csrf });
    assert.equal(unknown.status, 400);
  });

  test('names that want to be markup are shown as they were typed', async (t) => {
    const koi = await start(t, engine);
    await fill(koi);
    const admin = await koi.signIn('administrator');
    const own = '/sidebar/customers/1001';
    await admin.patch('/api/customers/1001', {
      nickname: nasty.slice(0, 100),
      city: nasty.slice(0, 100),
    });
    await admin.patch('/api/tags/23', { name: nasty.slice(0, 30) });
    await admin.patch('/api/stages/1', { name: nasty.slice(0, 60) });
    await admin.post('/api/customers/1001/notes', { text: nasty }, 201);
    await admin.post(
      '/api/scripts',
      { group: nasty.slice(0, 60), title: nasty.slice(0, 60), text: `${nasty}{name}` },
      201,
    );
    const b = browserOf(admin);
    const pages = [];
    const typed = encodeURIComponent(nasty);
    for (const path of [
      own,
      `${own}/tags`,
      `${own}/orders`,
      `${own}/timeline`,
      `${own}/scripts`,
      `${own}/scripts?words=${encodeURIComponent('<script>alert')}`,
      '/sidebar/tasks',
      '/sidebar/scripts',
      `/sidebar/sign-in?back=${typed}&x=${typed}`,
      `/sidebar/enter?state=${typed}&code=${typed}&back=${typed}`,
    ])
      pages.push(await b.get(path));
    pages.push(await b.press(await b.get('/sidebar'), '/sidebar/search', { q: '1001' }));
    let shown = 0;
    for (const page of pages) {
      assert.match(page.headers['content-type'], /^text\/html/, page.path);
      assert.doesNotMatch(page.text, /<script>|<img|onerror=alert\(2\)>/, page.path);
      assert.equal((page.text.match(/<script /g) ?? []).length, 1, page.path);
      shown += /&lt;script&gt;/.test(page.text);
      const policy = page.headers['content-security-policy'];
      assert.match(policy, /default-src 'none'/);
      assert.match(policy, /frame-ancestors 'none'/);
      assert.match(policy, /form-action 'self'/);
      assert.doesNotMatch(policy, /unsafe|\*/);
      assert.match(page.headers['cache-control'], /no-store/);
      assert.doesNotMatch(page.text, / style="| on[a-z]+="/, page.path);
    }
    assert.ok(shown >= 6, `${shown} pages show what was typed`);
  });

  test('a first visit is small, and its files may be kept', async (t) => {
    const koi = await start(t, engine);
    await fill(koi);
    const caller = await koi.signIn('staff', { scope: 'own', staff_id: '11' });
    const b = browserOf(caller);
    /* However much there is to show. */
    const admin = await koi.signIn('administrator');
    for (let i = 0; i < 30; i++) {
      const script = { group: 'Long', title: `Long ${i}`, text: '{name}&'.repeat(285) };
      await admin.post('/api/scripts', script, 201);
    }
    for (let i = 0; i < 12; i++)
      await admin.post('/api/customers/1001/notes', { text: '记'.repeat(1333) }, 201);
    const group_id = '22'; /* of the fixture */
    for (let i = 0; i < 260; i++)
      await admin.post('/api/tags', { group_id, name: `Tag ${i}` }, 201);
    for (const path of [
      `/sidebar/customers/1001/tags?tag_group=${group_id}`,
      '/sidebar/customers/1001/tags',
      '/sidebar',
      '/sidebar/customers/1001',
      '/sidebar/customers/1001/scripts',
      '/sidebar/tasks',
    ]) {
      const page = await b.get(path);
      assert.equal(page.status, 200, page.text);
      const files = [...page.text.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map((m) => m[1]);
      assert.equal(files.length, 2);
      let bytes = page.bytes.length;
      for (const file of files) {
        const reply = await koi.nobody().call('GET', file);
        assert.equal(reply.status, 200);
        assert.match(reply.headers['cache-control'], /immutable/);
        bytes += reply.bytes.length; /* as it is, without gzip */
      }
      assert.ok(bytes <= 40 * 1024, `${path}: ${bytes} bytes`);
      t.diagnostic(`${path}: ${page.bytes.length} bytes, with files ${bytes}`);
    }
    assert.match((await b.get('/sidebar')).text, /<html lang="en-GB">/);
    const zh = browserOf(await koi.signIn('staff', { language: 'zh' }), {
      'accept-language': 'en',
    });
    assert.match((await zh.get('/sidebar')).text, /<html lang="zh-CN">/);
  });

  test('scripts: kept by operators, searched by words, filled with the nickname', async (t) => {
    const koi = await start(t, engine);
    await fill(koi);
    const operator = await koi.signIn('operator');
    const staff = await koi.signIn('staff', { scope: 'own', staff_id: '11' });
    await staff.post('/api/scripts', { group: 'A', title: 'x', text: 'y' }, 403);
    const made = await operator.post(
      '/api/scripts',
      { group: 'Price', title: 'Too dear', text: 'Dear {name}, our Tea is worth it. {name}!' },
      201,
    );
    assert.equal(made.account, (await operator.get('/api/session')).account.name ?? made.account);
    await operator.post(
      '/api/scripts',
      { group: 'Price', title: 'Discount', text: '10% off_today' },
      201,
    );
    await operator.post(
      '/api/scripts',
      { group: 'Price', title: 'x', text: 'y'.repeat(2001) },
      400,
    );
    const list = await staff.get('/api/scripts');
    assert.deepEqual(list.groups, ['Greeting', 'Price']);
    assert.deepEqual(
      list.items.map((s) => s.title),
      ['Welcome', 'Too dear', 'Discount'],
    );
    const titles = async (query) =>
      (await staff.get(`/api/scripts?${new URLSearchParams(query)}`)).items.map((s) => s.title);
    assert.deepEqual(await titles({ q: 'tea DEAR' }), ['Too dear']);
    assert.deepEqual(await titles({ q: '10% off_' }), ['Discount']);
    assert.deepEqual(await titles({ q: '%' }), ['Discount']);
    assert.deepEqual(await titles({ q: 'tea nothing' }), []);
    assert.deepEqual(await titles({ group: 'Greeting' }), ['Welcome']);
    assert.deepEqual(await titles({ limit: '2', page: '2' }), ['Discount']);
    const part = await staff.get('/api/scripts?limit=2');
    assert.deepEqual(await titles({ limit: '2', cursor: part.next }), ['Discount']);
    const b = browserOf(staff);
    const page = await b.get('/sidebar/customers/1001/scripts?words=dear&in=Price');
    assert.ok(text(page).includes('Dear MARK-own 1001, our Tea is worth it. MARK-own 1001!'));
    assert.ok(!text(page).includes('Discount'));
    assert.ok(text(await b.get('/sidebar/scripts')).includes('Dear {name}'));

    await operator.patch(`/api/scripts/${made.id}`, { position: 9, title: 'Worth it' });
    assert.deepEqual(await titles({}), ['Welcome', 'Discount', 'Worth it']);
    await operator.patch(`/api/scripts/${made.id}`, { archived: true });
    assert.deepEqual(await titles({}), ['Welcome', 'Discount']);
    assert.deepEqual(await titles({ archived: 'true' }), ['Worth it']);
    const stale = await operator.call(
      'PATCH',
      `/api/scripts/${made.id}`,
      { title: 'z' },
      { headers: { 'if-match': '"1-1"' } },
    );
    assert.equal(stale.body.error.code, 'changed_meanwhile');
    await operator.patch(`/api/scripts/${made.id}`, { archived: false });
    assert.equal(
      (await operator.call('PATCH', '/api/scripts/9', { title: 'z' })).body.error.code,
      'script_unknown',
    );
  });

  test("today's tasks: notes that come back, friends made today", async (t) => {
    const koi = await start(t, engine);
    await fill(koi);
    await koi.stop();
    await koi.sql('DELETE FROM refund'); /* or nobody has kept what they bought */
    await koi.serve();
    const caller = await koi.signIn('staff', { scope: 'own', staff_id: '11' });
    const other = await koi.signIn('staff', { scope: 'own', staff_id: '12' });
    const b = browserOf(caller);
    assert.ok(text(await b.get('/sidebar/tasks')).includes('None today'));
    const now = Math.floor(Date.now() / 1000);
    const note = await caller.post(
      '/api/customers/1001/notes',
      { text: 'call about tea', remind_at: now - 5 },
      201,
    );
    assert.equal(note.remind_s, now - 5);
    await caller.post(
      '/api/customers/1002/notes',
      { text: 'much later', remind_at: now + 90 * 86400 },
      201,
    );
    let page = await b.get('/sidebar/tasks');
    assert.ok(text(page).includes('call about tea'));
    assert.ok(!text(page).includes('much later'));
    /* Not those who see the customer, either: a reminder is its writer's. */
    for (const someone of [other, await koi.signIn('administrator')]) {
      const theirs = browserOf(someone);
      assert.ok(!text(await theirs.get('/sidebar/tasks')).includes('call about tea'));
      const csrf = /name="csrf" value="([^"]*)"/.exec((await theirs.get('/sidebar')).text)[1];
      const foreign = await theirs.call('POST', `/sidebar/tasks/${note.id}`, { csrf });
      assert.equal(foreign.status, 404);
    }
    page = await b.press(page, `/sidebar/tasks/${note.id}`, { later_days: '1' });
    assert.ok(!text(page).includes('call about tea'));
    await b.press(await b.get('/sidebar/customers/1001'), '/sidebar/customers/1001/notes', {
      text: 'in a week',
      remind_days: '7',
    });
    const { items } = await caller.get('/api/customers/1001/notes');
    const day = Math.round((items[0].remind_s - now) / 86400);
    assert.ok(day >= 6 && day <= 8, `${day} days`);
    await koi.sql(`UPDATE note SET remind_s = ${now - 60} WHERE id = ${note.id}`);
    page = await b.get('/sidebar/tasks');
    page = await b.press(page, `/sidebar/tasks/${note.id}`, { later_days: '' });
    assert.ok(!text(page).includes('call about tea'));
    assert.ok((await caller.get('/api/customers/1001/notes')).items.some((n) => n.done_s !== null));
    const csrfOwn = /name="csrf" value="([^"]*)"/.exec((await b.get('/sidebar')).text)[1];
    const again = await b.call('POST', `/sidebar/tasks/${note.id}`, { csrf: csrfOwn });
    assert.equal(again.status, 404);

    /* Tea again, 777 days after the fixture's one order of it: moved so that it is due today. */
    assert.ok(text(await b.get('/sidebar/tasks')).includes('Tea again'));
    const admin = await koi.signIn('administrator');
    const days = Math.floor((now + 8 * 3600) / 86400) - 20000;
    for (const [length, due] of [
      [days, true],
      [days - 7, true],
      [days - 8, false],
      [days + 1, false],
    ]) {
      await admin.patch('/api/cycles/51', { length });
      page = await b.get('/sidebar/tasks');
      assert.equal(text(page).includes('MARK-own 1001'), due, `${length} days`);
      assert.doesNotMatch(page.text, /MARK-(team|other)/);
    }
    await koi.sql(`UPDATE customer SET added_s = ${now} WHERE id = 1002`);
    assert.ok(text(await b.get('/sidebar/tasks')).includes('MARK-own 1002'));
    const nobody = browserOf(await koi.signIn('manager'));
    assert.ok(text(await nobody.get('/sidebar/tasks')).includes('belongs to no member of staff'));
  });
});
