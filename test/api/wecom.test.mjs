/* WeCom's callback: the address is checked, deliveries are stored before they are answered, once
 * each, and nothing is stored of what is not WeCom's. The encryption is npm's @wecom/crypto. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { fill } from './fixture.mjs';
import { binary, each, request, start, until } from './harness.mjs';

const { encrypt, getSignature } = createRequire(import.meta.url)('@wecom/crypto');

const corp = 'wwa1b2c3d4e5f60718';
const token = 'QDG6eK';
const key = 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C';
const path = '/api/wecom/callback';
const env = { KOI_WECOM_CORP_ID: corp, KOI_WECOM_TOKEN: token, KOI_WECOM_AES_KEY: key };
const now_s = () => Math.floor(Date.now() / 1000);

/* The address with its signature over `encrypted`; `change` replaces parameters. */
function address(encrypted, change = {}, more = {}) {
  const timestamp = String(change.timestamp ?? now_s());
  const nonce = '1372623149';
  const msg_signature = change.msg_signature ?? getSignature(token, timestamp, nonce, encrypted);
  return `${path}?${new URLSearchParams({ msg_signature, timestamp, nonce, ...more })}`;
}

/* One event's XML; fields are [name, text] in any order. */
const xml = (event, change, fields = {}) =>
  `<xml><ToUserName><![CDATA[${corp}]]></ToUserName><FromUserName>sys</FromUserName>` +
  `<CreateTime>${fields.at ?? 1403610513}</CreateTime><MsgType>event</MsgType>` +
  `<Event>${event}</Event><ChangeType>${change}</ChangeType>` +
  Object.entries(fields)
    .filter(([name]) => name !== 'at')
    .map(([name, value]) => `<${name}><![CDATA[${value}]]></${name}>`)
    .join('') +
  '</xml>';

const envelope = (encrypted) =>
  `<xml><ToUserName><![CDATA[${corp}]]></ToUserName><AgentID></AgentID>` +
  `<Encrypt><![CDATA[${encrypted}]]></Encrypt></xml>`;

const added = (who, at) =>
  xml('customer_acquisition', 'open_profile', { at, LinkId: who, State: 'anna' });

/* Posts a message; gives {status, text}. */
function deliver(koi, message, { change = {}, id = corp, body, agent } = {}) {
  const encrypted = encrypt(key, message, id);
  const bytes = body ? body(encrypted) : envelope(encrypted);
  return request(koi.port, 'POST', address(encrypted, change), {
    headers: { 'content-type': 'text/xml', 'content-length': Buffer.byteLength(bytes) },
    body: bytes,
    agent,
  });
}

const rows = async (koi) => Number(await koi.sql('SELECT count(*) FROM inbox'));

each("WeCom's callback", (engine) => {
  test('the address is checked', async (t) => {
    const koi = await start(t, engine, { env });
    const echo = encrypt(key, '1616140317555161061', corp);
    const good = await request(koi.port, 'GET', address(echo, {}, { echostr: echo, more: '1' }));
    assert.equal(good.status, 200, good.text);
    assert.equal(good.text, '1616140317555161061');
    assert.equal(good.headers['content-type'], 'text/plain');
    /* A sender that forgets to escape '+'. */
    const raw = `${address(echo)}&echostr=${echo}`;
    assert.equal((await request(koi.port, 'GET', raw)).text, '1616140317555161061');
    const foreign = encrypt(key, '1', 'wwother');
    const wrong = [
      address(echo, { msg_signature: 'f'.repeat(40) }, { echostr: echo }),
      address(echo, {}, { echostr: `${echo.slice(0, -4)}AAA=` }),
      address(foreign, {}, { echostr: foreign }),
    ];
    for (const one of wrong) assert.equal((await request(koi.port, 'GET', one)).status, 403);
    assert.equal((await request(koi.port, 'GET', address(echo))).status, 400);
    assert.equal((await request(koi.port, 'GET', path)).status, 400);
  });

  test('a delivery is one row, however often it comes', async (t) => {
    const koi = await start(t, engine, { env });
    const admin = await koi.signIn('administrator');
    const message = added('wmAAA', now_s());
    for (let i = 0; i < 3; i++) {
      const reply = await deliver(koi, message);
      assert.equal(reply.status, 200, reply.text);
      assert.equal(reply.text, 'success');
    }
    await deliver(koi, added('wmBBB', now_s()));
    const list = await until(async () => {
      const { items } = await admin.get('/api/inbox');
      return items.length === 2 && items.every((item) => item.state !== 'waiting') && items;
    }, 'the worker');
    assert.deepEqual(
      list.map((item) => [item.kind, item.key, item.state, item.attempts, item.error]),
      ['wmBBB', 'wmAAA'].map((who) => [
        'customer_acquisition/open_profile',
        `link:${who}`,
        'ignored',
        0,
        null,
      ]),
    );
    /* The message itself is nowhere in the clear. */
    assert.equal(await koi.sql("SELECT count(*) FROM inbox WHERE order_key LIKE '%anna%'"), '0');
    const page = await admin.get('/api/inbox?limit=1&state=ignored');
    assert.equal(page.items[0].key, 'link:wmBBB');
    const next = await admin.get(`/api/inbox?limit=1&state=ignored&cursor=${page.next}`);
    assert.equal(next.items[0].key, 'link:wmAAA');
    assert.equal(next.next, null);
    assert.deepEqual((await admin.get('/api/inbox?state=dead')).items, []);
  });

  test('many at once, twice each, on few connections', async (t) => {
    const koi = await start(t, engine, { env });
    const messages = Array.from({ length: 120 }, (_, i) => added(`wm${i % 60}`, 1e9 + (i % 60)));
    const replies = await Promise.all(messages.map((message) => deliver(koi, message)));
    for (const reply of replies) assert.equal(reply.status, 200, reply.text);
    assert.equal(await rows(koi), 60);
  });

  test('what WeCom says in other shapes is stored, what nobody knows too', async (t) => {
    const koi = await start(t, engine, { env });
    const admin = await koi.signIn('administrator');
    const shapes = [
      (e) => ` \n<xml>\n <Encrypt>${e}</Encrypt>\n <ToUserName>x</ToUserName>\n</xml >\n`,
      (e) => `<xml><AgentID><![CDATA[]]></AgentID><Encrypt><![CDATA[${e}]]></Encrypt></xml>`,
      (e) => JSON.stringify({ encrypt: e }),
    ];
    for (const [i, body] of shapes.entries())
      assert.equal((await deliver(koi, added(`wm${i}`), { body })).status, 200);
    for (const message of [xml('sparkles', 'new'), 'not xml at all', '', '<!DOCTYPE xml><xml/>'])
      assert.equal((await deliver(koi, message)).status, 200, message);
    const items = await until(async () => {
      const all = (await admin.get('/api/inbox')).items;
      return all.length === 7 && all.every((item) => item.state === 'ignored') && all;
    }, 'seven rows');
    assert.equal(items.filter((item) => item.kind === 'unknown').length, 4);
    /* What needs nothing is done, and its body gone. */
    const text =
      '<xml><FromUserName>anna</FromUserName><MsgType>text</MsgType><Content>hi</Content>' +
      '<MsgId>1</MsgId></xml>';
    assert.equal((await deliver(koi, text)).status, 200);
    await until(async () => (await admin.get('/api/inbox?state=done')).items.length === 1);
    assert.equal(await koi.sql('SELECT count(*) FROM inbox WHERE body_sealed IS NULL'), '1');
  });

  test("what is not WeCom's is refused, and nothing stored", async (t) => {
    const koi = await start(t, engine, { env });
    const message = added('wmAAA');
    const status = async (...args) => (await deliver(koi, ...args)).status;
    assert.equal(await status(message, { change: { msg_signature: '0'.repeat(40) } }), 403);
    assert.equal(await status(message, { change: { msg_signature: 'x' } }), 403);
    assert.equal(await status(message, { id: 'wwother' }), 403);
    assert.equal(await status(message, { change: { timestamp: now_s() - 2 * 86400 } }), 403);
    assert.equal(await status(message, { change: { timestamp: now_s() + 2 * 86400 } }), 403);
    const shapes = [
      () => '',
      () => '<xml></xml>',
      (e) => `<!DOCTYPE xml [<!ENTITY a "${e}">]><xml><Encrypt>&a;</Encrypt></xml>`,
      (e) => `<xml><Encrypt>${e}</Encrypt><Encrypt>${e}</Encrypt></xml>`,
      () => '{"encrypt":',
    ];
    for (const body of shapes) assert.equal(await status(message, { body }), 400);
    const large = (e) => `<xml><Encrypt>${e}</Encrypt>${' '.repeat(2 << 20)}</xml>`;
    assert.equal(await status(message, { body: large }), 413);
    const other = { headers: { origin: 'https://evil.example' }, body: '' };
    assert.equal((await request(koi.port, 'POST', address('x'), other)).status, 403);
    assert.equal(await rows(koi), 0);
  });

  test('what was answered is there after a kill', async (t) => {
    const koi = await start(t, engine, { env });
    for (let i = 0; i < 5; i++) {
      assert.equal((await deliver(koi, added(`wm${i}`))).status, 200);
      await koi.crash();
      await koi.serve();
    }
    assert.equal(await rows(koi), 5);
    await until(
      async () => (await koi.sql("SELECT count(*) FROM inbox WHERE state = 'ignored'")) === '5',
      'the rows that a kill left waiting',
    );
  });

  test('an operator sees and retries', async (t) => {
    const koi = await start(t, engine, { env });
    const admin = await koi.signIn('administrator');
    const operator = await koi.signIn('operator');
    await deliver(koi, added('wmAAA'));
    const [item] = await until(async () => {
      const { items } = await admin.get('/api/inbox?state=ignored');
      return items.length === 1 && items;
    }, 'the row');
    await operator.call('GET', '/api/inbox', undefined, { expect: 403 });
    await operator.call('POST', `/api/inbox/${item.id}/retry`, {}, { expect: 403 });
    await admin.post(`/api/inbox/${item.id}/retry`, {}, 204);
    await until(async () => (await admin.get('/api/inbox?state=ignored')).items.length === 1);
    await admin.post('/api/inbox/9/retry', {}, 404);
    /* A message that was altered on disk cannot be opened: dead at once, with its reason. */
    await koi.stop();
    await koi.sql("UPDATE inbox SET state = 'waiting', ended_us = NULL, kind = 'message/text'");
    await koi.sql(
      engine === 'sqlite'
        ? "UPDATE inbox SET body_sealed = X'00'"
        : "UPDATE inbox SET body_sealed = '\\x00'",
    );
    await koi.serve();
    const list = await until(async () => {
      const { out } = await koi.koi('inbox', 'list', '--state', 'dead', '--json');
      return JSON.parse(out).items.length === 1 && JSON.parse(out).items;
    }, 'the dead row');
    assert.equal(list[0].attempts, 1);
    assert.ok(list[0].error.message.length > 5, JSON.stringify(list[0]));
    const shown = await koi.koi('inbox', 'list', '--state', 'dead');
    assert.match(shown.out, new RegExp(list[0].error.message.slice(0, 10)));
    const again = await koi.koi('inbox', 'retry', item.id);
    assert.equal(again.code, 0, again.err);
  });

  test('who is erased leaves nothing in the inbox', async (t) => {
    const koi = await start(t, engine, { env });
    await fill(koi);
    const admin = await koi.signIn('administrator');
    await koi.stop();
    await koi.sql(
      "UPDATE identity SET kind = 'external_userid', value = 'wmGone' WHERE customer_id = 3004",
    );
    await koi.serve();
    const failed = (who) =>
      xml('change_external_contact', 'transfer_fail', {
        UserID: 'anna',
        ExternalUserID: who,
        FailReason: 'customer_refused',
      });
    await deliver(koi, failed('wmGone'));
    await deliver(koi, failed('wmStays'));
    assert.equal(await rows(koi), 2);
    await admin.post('/api/customers/3004/erase', { confirm: '3004' });
    assert.equal(await koi.sql('SELECT order_key FROM inbox'), 'contact:wmStays');
  });

  test('settings are checked, sealed and used at once', async (t) => {
    const koi = await start(t, engine);
    const admin = await koi.signIn('administrator');
    assert.equal((await deliver(koi, added('wmAAA'))).body.error.code, 'wecom_not_set');
    const wrong = {
      wecom_aes_key: [key.slice(1), `${key}=`, `${key.slice(0, 42)}+`],
      wecom_token: ['a b', 'x'.repeat(33)],
      wecom_corp_id: ['ww<1>', 'w'.repeat(65)],
    };
    for (const [name, list] of Object.entries(wrong))
      for (const value of list)
        assert.equal(
          (await admin.call('PUT', `/api/settings/${name}`, { value }, { expect: 400 })).body.error
            .field,
          name,
        );
    await admin.put('/api/settings/wecom_corp_id', { value: corp });
    await admin.put('/api/settings/wecom_token', { value: token });
    await admin.put('/api/settings/wecom_aes_key', { value: key });
    assert.equal((await deliver(koi, added('wmAAA'))).status, 200);
    const stored = await koi.sql('SELECT value FROM setting');
    assert.ok(!stored.includes(key) && !stored.includes(token));
    const shown = JSON.stringify(await admin.get('/api/settings'));
    assert.ok(!shown.includes(key) && !shown.includes(token));
  });
});

test('20,000 messages there and back between Koi and @wecom/crypto', async (t) => {
  const here = dirname(fileURLToPath(import.meta.url));
  const script = join(here, '..', 'torture', 'wecom_crypto.mjs');
  const program = join(dirname(binary), 'test', 'diff', 'wecom_stream');
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [script, '--count', '20000', '--seed', '7'],
    { env: { ...process.env, KOI_STREAM: program } },
  );
  assert.match(stdout, /^20000 messages there and back/);
  t.diagnostic(stdout.trim());
});
