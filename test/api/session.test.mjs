/* Signing in and out, and what a session may do. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cookieOf, each, request, routeTable, start, until } from './harness.mjs';

each('session', (engine) => {
  test('the first link signs in once and asks for a password', async (t) => {
    const koi = await start(t, engine);
    const token = koi.first.link.split('#')[1];
    const reply = await koi.nobody().call('POST', '/api/session/link', { token }, { expect: 200 });
    assert.equal(reply.body.must_set_password, true);
    assert.equal(reply.body.account.role, 'administrator');
    const again = await koi.nobody().call('POST', '/api/session/link', { token }, { expect: 401 });
    assert.equal(again.body.error.code, 'link_used');
  });

  test('the cookie is __Host-, Secure, HttpOnly, SameSite and rotated at sign-in', async (t) => {
    const koi = await start(t, engine);
    const owner = await koi.signInWithPassword('operator');
    const reply = await owner.call(
      'POST',
      '/api/session',
      { login: owner.login, password: owner.password },
      { expect: 200 },
    );
    const line = reply.headers['set-cookie'].find((c) => c.startsWith('__Host-koi='));
    for (const part of ['Secure', 'HttpOnly', 'SameSite=Lax', 'Path=/'])
      assert.ok(line.includes(part), line);
    assert.ok(!/domain=/i.test(line));
    assert.ok(!owner.cookie.includes(line.split(';')[0]), 'a new value');
    await owner.call('GET', '/api/session', undefined, { expect: 401 });
  });

  test('an unknown login and a wrong password look the same', async (t) => {
    const koi = await start(t, engine);
    const owner = await koi.signInWithPassword('staff');
    const nobody = koi.nobody();
    const wrong = await nobody.call(
      'POST',
      '/api/session',
      { login: owner.login, password: 'wrong' },
      { expect: 401 },
    );
    const none = await nobody.call(
      'POST',
      '/api/session',
      { login: 'none', password: 'wrong' },
      { expect: 401 },
    );
    assert.deepEqual(wrong.body, none.body);
  });

  test('signing out ends the session', async (t) => {
    const koi = await start(t, engine);
    const staff = await koi.signIn('staff');
    await staff.get('/api/session');
    await staff.delete('/api/session');
    await staff.get('/api/session', 401);
  });

  test('a weak password is refused and a new one ends the other sessions', async (t) => {
    const koi = await start(t, engine);
    const first = await koi.signInWithPassword('operator');
    const sign_in = await koi
      .nobody()
      .call(
        'POST',
        '/api/session',
        { login: first.login, password: first.password },
        { expect: 200 },
      );
    for (const weak of ['short', 'aaaaaaaaaaaa', `${first.login}12345`]) {
      const reply = await first.call(
        'PUT',
        '/api/session/password',
        { old: first.password, new: weak },
        { expect: 400 },
      );
      assert.equal(reply.body.error.field, 'new');
    }
    await first.call(
      'PUT',
      '/api/session/password',
      { old: 'not it', new: 'another good one' },
      { expect: 400 },
    );
    await first.put('/api/session/password', { old: first.password, new: 'another good one' });
    await first.get('/api/session');
    await koi.nobody().call('GET', '/api/session', undefined, {
      headers: { cookie: cookieOf(sign_in) },
      expect: 401,
    });
  });

  test('a disabled account is out at once', async (t) => {
    const koi = await start(t, engine);
    const admin = await koi.signIn('administrator');
    const staff = await koi.signInWithPassword('staff');
    const token = await koi.local(
      'POST',
      '/api/tokens',
      { name: 'x', account_id: staff.account.id, permissions: ['customer_read'] },
      201,
    );
    await admin.patch(`/api/accounts/${staff.account.id}`, { disabled: true });
    const began = Date.now();
    await staff.get('/api/session', 401);
    await koi.nobody().call('GET', '/api/session', undefined, {
      headers: { authorization: `Bearer ${token.token}` },
      expect: 401,
    });
    await koi
      .nobody()
      .call(
        'POST',
        '/api/session',
        { login: staff.login, password: staff.password },
        { expect: 401 },
      );
    assert.ok(Date.now() - began < 5000);
  });

  test('a session ends when nobody uses it', async (t) => {
    const koi = await start(t, engine);
    const staff = await koi.signIn('staff');
    await koi.stop();
    await koi.sql('UPDATE session SET expires_s = 1000');
    await koi.serve();
    await staff.get('/api/session', 401);
  });

  test('the last administrator stays', async (t) => {
    const koi = await start(t, engine);
    const { items } = await koi.local('GET', '/api/accounts');
    for (const change of [{ disabled: true }, { role: 'staff' }]) {
      const reply = await koi.local('PATCH', `/api/accounts/${items[0].id}`, change, 409);
      assert.equal(reply.error.code, 'last_administrator');
    }
  });

  test('a token is cut down to its permissions and never beyond its account', async (t) => {
    const koi = await start(t, engine);
    const caller = await koi.tokenFor('administrator', ['audit_read']);
    await caller.get('/api/audit');
    const reply = await caller.call('GET', '/api/accounts', undefined, { expect: 403 });
    assert.equal(reply.body.error.code, 'permission_missing');
    const staff = await koi.tokenFor('staff', ['account_write']);
    await staff.get('/api/accounts', 403);
  });
});

each('other sites', (engine) => {
  test('every write without a CSRF token, or with a foreign Origin, is 403', async (t) => {
    const koi = await start(t, engine);
    const admin = await koi.signIn('administrator');
    const routes = await routeTable();
    let n = 0;
    for (const route of routes.filter((r) => r.method !== 'GET')) {
      const path = route.path.replace(/\{[^}]+\}/g, '1');
      const headers = { 'content-type': 'application/json' };
      const foreign = await admin.call(
        route.method,
        path,
        {},
        { headers: { ...headers, origin: 'https://evil.example' } },
      );
      assert.equal(foreign.status, 403, `${route.name} with a foreign Origin`);
      assert.equal(foreign.body.error.code, 'origin_foreign');
      const cross = await admin.call(
        route.method,
        path,
        {},
        { headers: { ...headers, 'sec-fetch-site': 'cross-site' } },
      );
      assert.equal(cross.status, 403, `${route.name} from another site`);
      if (route.need !== 'public') {
        const bare = await admin.call(
          route.method,
          path,
          {},
          { headers: { ...headers, 'x-csrf-token': null } },
        );
        assert.equal(bare.status, 403, `${route.name} without token`);
        assert.equal(bare.body.error.code, 'csrf');
        const wrong = await admin.call(
          route.method,
          path,
          {},
          { headers: { ...headers, 'x-csrf-token': 'x'.repeat(32) } },
        );
        assert.equal(wrong.status, 403, `${route.name} with a wrong token`);
      }
      n++;
    }
    assert.ok(n > 10);
    const own = await admin.call(
      'PATCH',
      '/api/session',
      {},
      { headers: { origin: `http://127.0.0.1:${koi.port}` } },
    );
    assert.equal(own.status, 200);
  });

  test('a name that is not ours reaches nothing', async (t) => {
    const koi = await start(t, engine);
    const reply = await request(koi.port, 'GET', '/health', {
      headers: { host: `evil.example:${koi.port}` },
    });
    assert.equal(reply.status, 403);
    const admin = await koi.signIn('administrator');
    const foreign = await admin.call('GET', '/api/session', undefined, {
      headers: { host: `evil.example:${koi.port}` },
    });
    assert.equal(foreign.status, 403);
    assert.equal(foreign.body.error.code, 'host_foreign');
  });
});

each('guessing', (engine) => {
  test('10,000 passwords from 100 addresses: at most 50 are checked, and the owner gets in', async (t) => {
    const koi = await start(t, engine, { flags: ['--trusted_proxy', '127.0.0.1'] });
    const owner = await koi.signInWithPassword('operator');
    const first = await koi
      .nobody()
      .call(
        'POST',
        '/api/session',
        { login: owner.login, password: owner.password },
        { headers: { 'x-forwarded-for': '198.51.100.1' }, expect: 200 },
      );
    const device = cookieOf(first)
      .split('; ')
      .find((c) => c.startsWith('__Host-koi-device='));
    const tries = Number(process.env.KOI_TEST_GUESSES ?? 10000);
    let checked = 0;
    let refused = 0;
    const one = async (i) => {
      const reply = await koi
        .nobody()
        .call(
          'POST',
          '/api/session',
          { login: owner.login, password: `guess ${i}` },
          { headers: { 'x-forwarded-for': `203.0.113.${i % 100}` } },
        );
      if (reply.status === 401) checked++;
      else if (reply.status === 429) refused++;
      else assert.fail(`status ${reply.status}`);
    };
    for (let i = 0; i < tries; i += 50)
      await Promise.all(Array.from({ length: 50 }, (_, k) => one(i + k)));
    assert.ok(checked <= 50, `${checked} were checked`);
    assert.equal(checked + refused, tries);
    const again = await koi
      .nobody()
      .call(
        'POST',
        '/api/session',
        { login: owner.login, password: owner.password },
        { headers: { 'x-forwarded-for': '198.51.100.1', cookie: device } },
      );
    assert.equal(again.status, 200, again.text);
    const reply = await until(async () => {
      const r = await koi
        .nobody()
        .call(
          'POST',
          '/api/session',
          { login: owner.login, password: 'x' },
          { headers: { 'x-forwarded-for': '203.0.113.7' } },
        );
      return r.status === 429 ? r : null;
    }, 'a refusal');
    assert.ok(reply.headers['retry-after']);
  });
});
