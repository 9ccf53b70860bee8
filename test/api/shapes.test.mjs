/* What every route has in common: errors, arguments, idempotency, ETags, methods, compression, headers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { each, koi as run, request, start } from './harness.mjs';

each('errors', (engine) => {
  test('an error names code, message, field and hint in the language asked for', async (t) => {
    const koi = await start(t, engine);
    const admin = await koi.signIn('administrator');
    const cases = [
      ['GET', '/api/accounts?lmit=3', 400, 'argument_unknown', 'lmit'],
      ['GET', '/api/accounts?limit=0', 400, 'argument_invalid', 'limit'],
      ['GET', '/api/accounts?limit=3&limit=4', 400, 'argument_invalid', 'limit'],
      ['GET', '/api/accounts?cursor=abc', 400, 'cursor_invalid', 'cursor'],
      ['GET', '/api/accounts?limit=%zz', 400, 'url_invalid', 'limit'],
      ['GET', '/api/nothing', 404, 'route_unknown', null],
    ];
    for (const [method, path, status, code, field] of cases) {
      const en = await admin.call(method, path, undefined, { expect: status });
      const zh = await admin.call(method, path, undefined, {
        expect: status,
        headers: { 'accept-language': 'zh-CN,zh;q=0.9' },
      });
      assert.equal(en.body.error.code, code, path);
      assert.equal(en.body.error.field, field, path);
      assert.match(en.body.error.message, /[a-z]/);
      assert.match(zh.body.error.message, /[\u4e00-\u9fff]/);
    }
    const hint = await admin.call('GET', '/api/accounts?lmit=3');
    assert.match(hint.body.error.hint, /limit/);
  });

  test('what may be nested deeply comes back, what may not is refused', async (t) => {
    const koi = await start(t, engine);
    const admin = await koi.signIn('administrator');
    for (let levels = 2; levels <= 70; levels++) {
      let value = 1;
      for (let i = 1; i < levels; i++) value = i % 2 ? [value] : { a: value };
      const kept = levels <= 64; /* the body's own level is the first */
      const expect = kept ? 204 : 400;
      await admin.call('PUT', '/api/views/deep', { value }, { expect });
      if (kept) assert.deepEqual((await admin.get('/api/views/deep')).value, value);
    }
  });

  test('a body that is no JSON object is refused', async (t) => {
    const koi = await start(t, engine);
    const admin = await koi.signIn('administrator');
    for (const [raw, type, code] of [
      ['{', 'application/json', 'json_invalid'],
      ['[]', 'application/json', 'body_not_object'],
      ['{"a":1,"a":2}', 'application/json', 'json_invalid'],
      ['{"login":"x"}', 'text/plain', 'content_type'],
      ['login=x', 'application/x-www-form-urlencoded', 'content_type'],
    ]) {
      const reply = await admin.call('POST', '/api/accounts', undefined, {
        raw,
        headers: { 'content-type': type },
        expect: 400,
      });
      assert.equal(reply.body.error.code, code, raw);
    }
    const missing = await admin.call('POST', '/api/accounts', { login: 'x' }, { expect: 400 });
    assert.equal(missing.body.error.code, 'argument_missing');
    assert.equal(missing.body.error.field, 'role');
    const control = await admin.call(
      'POST',
      '/api/accounts',
      { login: 'x\u0007', role: 'staff' },
      { expect: 400 },
    );
    assert.equal(control.body.error.field, 'login');
    for (const size of [2 << 20, 2 << 20, 2 << 20, 12 << 20]) {
      /* still writing when it is refused, and told why all the same */
      const large = await admin.call(
        'POST',
        '/api/accounts',
        { login: 'x'.repeat(size), role: 'staff' },
        { expect: 413 },
      );
      assert.equal(large.body.error.code, 'body_too_large');
    }
  });

  test('methods: HEAD as GET, OPTIONS and others 405 with Allow', async (t) => {
    const koi = await start(t, engine);
    const admin = await koi.signIn('administrator');
    const head = await admin.call('HEAD', '/api/accounts', undefined, { expect: 200 });
    assert.equal(head.text, '');
    for (const method of ['OPTIONS', 'DELETE', 'PROPFIND']) {
      const reply = await admin.call(method, '/api/accounts', undefined, { expect: 405 });
      assert.equal(reply.headers.allow, 'GET, HEAD, POST');
    }
  });
});

each('headers', (engine) => {
  test('every reply carries the safety headers, and large JSON is gzipped when accepted', async (t) => {
    const koi = await start(t, engine);
    const admin = await koi.signIn('administrator');
    for (const path of ['/api/session', '/api/nothing', '/', '/health']) {
      const { headers } = await admin.call('GET', path);
      assert.equal(headers['x-content-type-options'], 'nosniff', path);
      assert.match(headers['content-security-policy'], /frame-ancestors 'none'/, path);
      assert.doesNotMatch(headers['content-security-policy'], /script-src[^;]*unsafe/, path);
      assert.ok(headers['referrer-policy'], path);
      assert.ok(headers['permissions-policy'], path);
    }
    const plain = await admin.call('GET', '/api/openapi.json');
    const zipped = await admin.call('GET', '/api/openapi.json', undefined, {
      headers: { 'accept-encoding': 'gzip' },
    });
    assert.equal(zipped.headers['content-encoding'], 'gzip');
    assert.ok(zipped.bytes.length * 3 < plain.bytes.length);
    assert.equal(gunzipSync(zipped.bytes).toString(), plain.text);
    const small = await admin.call('GET', '/health', undefined, {
      headers: { 'accept-encoding': 'gzip' },
    });
    assert.equal(small.headers['content-encoding'], undefined);
  });
});

each('idempotency', (engine) => {
  test('50 parallel repeats have one effect and one answer', async (t) => {
    const koi = await start(t, engine);
    const admin = await koi.signIn('administrator');
    const headers = { 'idempotency-key': 'the same' };
    const body = { login: 'once', role: 'staff' };
    const replies = await Promise.all(
      Array.from({ length: 50 }, () =>
        admin.call('POST', '/api/accounts', body, { headers, expect: 201 }),
      ),
    );
    assert.equal(new Set(replies.map((r) => r.text)).size, 1);
    assert.equal(replies.filter((r) => !r.headers['idempotency-replayed']).length, 1);
    const { items } = await admin.get('/api/accounts');
    assert.equal(items.filter((a) => a.login === 'once').length, 1);
    const other = await admin.call(
      'POST',
      '/api/accounts',
      { login: 'twice', role: 'staff' },
      { headers, expect: 409 },
    );
    assert.equal(other.body.error.code, 'idempotency_key_reused');
    const someone = await koi.signIn('administrator');
    await someone.call(
      'POST',
      '/api/accounts',
      { login: 'theirs', role: 'staff' },
      { headers, expect: 201 },
    );
  });

  test('a failed call is not remembered', async (t) => {
    const koi = await start(t, engine);
    const admin = await koi.signIn('administrator');
    const headers = { 'idempotency-key': 'k' };
    await admin.call(
      'POST',
      '/api/accounts',
      { login: 'x y', role: 'staff' },
      { headers, expect: 400 },
    );
    await admin.call(
      'POST',
      '/api/accounts',
      { login: 'xy', role: 'staff' },
      { headers, expect: 201 },
    );
  });
});

each('the table', (engine) => {
  if (engine !== 'sqlite') return;
  test('the OpenAPI document that is served is the one that is printed', async (t) => {
    const koi = await start(t, engine);
    const admin = await koi.signIn('administrator');
    const served = await admin.get('/api/openapi.json');
    const printed = JSON.parse((await run(['routes', '--openapi'])).out);
    assert.deepEqual(served, printed);
    assert.equal(served.openapi, '3.1.0');
    for (const item of Object.values(served.paths)) {
      for (const operation of Object.values(item)) {
        for (const reply of Object.values(operation.responses)) {
          const ref = Object.values(reply.content ?? {})[0]?.schema?.$ref;
          if (ref) assert.ok(served.components.schemas[ref.split('/').at(-1)], ref);
        }
      }
    }
  });

  test('logs have no personal data and name routes, not paths', async (t) => {
    const koi = await start(t, engine);
    const admin = await koi.signIn('administrator');
    await admin.call('GET', '/api/nothing/13800138000?q=13800138001');
    await admin.call('GET', '/api/accounts?limit=3');
    await koi.stop();
    assert.match(koi.log, /"route":"account_list"/);
    assert.doesNotMatch(koi.log, /13800138/);
    for (const line of koi.log.trim().split('\n')) JSON.parse(line);
  });

  test('5,000 connections that never speak do not slow the others', async (t) => {
    const count = Number(process.env.KOI_TEST_SLOW ?? 500);
    const koi = await start(t, engine);
    const { connect } = await import('node:net');
    const idle = await Promise.all(
      Array.from(
        { length: count },
        () =>
          new Promise((resolve, reject) => {
            const socket = connect(koi.port, '127.0.0.1', () =>
              socket.write('GET /health HTTP/1.1\r\nHost: lo', () => resolve(socket)),
            );
            socket.on('error', reject);
          }),
      ),
    );
    const times = [];
    for (let i = 0; i < 200; i++) {
      const began = performance.now();
      const reply = await request(koi.port, 'GET', '/health');
      assert.equal(reply.status, 200);
      times.push(performance.now() - began);
    }
    for (const socket of idle) socket.destroy();
    times.sort((a, b) => a - b);
    assert.ok(times[Math.floor(times.length * 0.99)] < 200, `p99 ${times.at(-2)} ms`);
  });
});
