/* Koi asks WeCom: its table of endpoints agrees with the simulator's, in which the same documents
 * were written down a second time; and `koi wecom check` against the simulator, well and in bad
 * weather, without one call that the documents do not allow. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { words } from '../../sim/src/api/errors.ts';
import { byPath } from '../../sim/src/api/table.ts';
import { start as simulate } from '../../sim/src/server.ts';
import { each, koi as command, start, until } from './harness.mjs';
import { noViolations, pair, simulator } from './wecom_pair.mjs';

/* Declared from the documents, and not played by the simulator: its README says so. */
const notPlayed = [
  'externalcontact/add_intercept_rule',
  'externalcontact/add_product_album',
  'externalcontact/del_intercept_rule',
  'externalcontact/delete_product_album',
  'externalcontact/get_intercept_rule',
  'externalcontact/get_intercept_rule_list',
  'externalcontact/get_product_album',
  'externalcontact/get_product_album_list',
  'externalcontact/update_intercept_rule',
  'externalcontact/update_product_album',
  'idconvert/convert_tmp_external_userid',
  'media/get_upload_by_url_result',
  'media/upload_by_url',
  'message/update_template_card',
];

const kinds = { text: 'text', int: 'int', bool: 'bool', list: 'list', object: 'shape', any: 'any' };
const secrets = { app: 'app', listed: 'listed', contact: 'customer', directory: 'contacts' };
const byName = (rows) => [...rows].sort((a, b) => (a.name < b.name ? -1 : 1));

describe('the table of endpoints', () => {
  test('is that of the simulator', async () => {
    const theirs = byPath;
    const { out } = await command(['wecom', 'endpoints', '--json']);
    const ours = JSON.parse(out).endpoints;
    const paths = ours.map((e) => e.path);
    assert.deepEqual(paths.filter((path) => !theirs.has(path)).sort(), notPlayed);
    assert.deepEqual(
      [...theirs.keys()].filter((path) => !paths.includes(path)),
      [],
    );
    for (const mine of ours.filter((e) => theirs.has(e.path))) {
      const other = theirs.get(mine.path);
      const where = mine.path;
      assert.ok(other.method === 'ANY' || other.method === mine.method, where);
      const may = mine.secrets.length === 0 ? 'open' : mine.secrets.map((s) => secrets[s]).sort();
      assert.deepEqual(may, other.secrets === 'open' ? 'open' : [...other.secrets].sort(), where);
      const takes = Object.entries(other.fields).map(([name, f]) => ({
        name,
        type: f.kind,
        required: f.need === true,
      }));
      assert.deepEqual(
        byName(mine.takes.map((f) => ({ ...f, type: kinds[f.type] }))),
        byName(takes),
        where,
      );
      /* The platform may give more than the simulator does, never less. */
      const gives = new Map(mine.gives.map((f) => [f.name, kinds[f.type]]));
      for (const [name, f] of Object.entries(other.reply))
        assert.equal(gives.get(name), f.kind, `${where} gives ${name}`);
      assert.equal(mine.limit, other.page?.name ?? null, where);
      assert.equal(mine.limit_max, other.page?.max ?? 0, where);
      assert.equal(mine.limit_needed, other.page?.need ?? false, where);
      assert.equal(mine.upload, other.upload ?? false, where);
      assert.equal(mine.unlimited, other.unlimited ?? false, where);
      /* What must not be done twice is what changes something. */
      if (!mine.repeat) assert.ok(other.writes ?? other.upload, where);
    }
  });

  test('has words for each refusal of the simulator', async () => {
    const { out } = await command(['wecom', 'endpoints', '--json']);
    const { errors } = JSON.parse(out);
    const known = (code) => errors.some((e) => e.code <= code && code <= e.last);
    const codes = Object.keys(words).map(Number);
    assert.ok(codes.length > 70);
    assert.deepEqual(
      codes.filter((code) => code !== 0 && !known(code)),
      [],
    );
  });

  test('is shown for one endpoint, and a wrong name has a way out', async () => {
    const one = await command(['wecom', 'endpoints', 'externalcontact/mark_tag']);
    assert.match(one.out, /^POST externalcontact\/mark_tag\n {5}> .*userid!/);
    const none = await command(['wecom', 'endpoints', 'externalcontact/nothing']);
    assert.equal(none.code, 4);
    assert.match(none.err, /koi wecom endpoints lists them/);
  });
});

const check = (koi) => koi.local('POST', '/api/wecom/check', {});
const bad = ({ items }) => items.filter((f) => !f.ok).map((f) => [f.secret, f.name, f.code]);
const app = 'wecom_app_secret';

/* Neither what was said nor the log has a secret or a token (which is 214 letters and digits). */
function noSecrets(koi, secrets, reply) {
  const told = JSON.stringify(reply) + koi.log;
  for (const secret of secrets) assert.ok(!told.includes(secret));
  assert.doesNotMatch(told, /[A-Za-z0-9]{200}|access_token|corpsecret/);
}

each('koi wecom check', (engine) => {
  test('each secret is let in to each of its permissions', async (t) => {
    const { sim, koi, secrets } = await pair(t, engine);
    /* A server that asks nobody has neither the library nor the thread. */
    const maps = () => readFileSync(`/proc/${koi.child.pid}/maps`, 'utf8');
    assert.doesNotMatch(maps(), /libcurl/);
    const reply = await check(koi);
    assert.deepEqual(bad(reply), []);
    assert.match(maps(), /libcurl/);
    const names = (secret) => reply.items.filter((f) => f.secret === secret).map((f) => f.name);
    assert.equal(names(app).length, 10);
    /* The visible range: departments by name, members, those who may have customers. */
    const seen = (name) => reply.items.find((f) => f.secret === app && f.name === name);
    const { departments, staff } = await sim.get('state');
    assert.equal(seen('directory').count, departments.length);
    assert.deepEqual(seen('directory').names, departments.map((d) => d.name).slice(0, 30));
    assert.equal(seen('visible').count, staff.filter((s) => s.status !== 5).length);
    assert.equal(seen('visible').more, departments.length > 30);
    assert.ok(seen('customers').count > 0);
    assert.equal(seen('token').count, null);
    assert.deepEqual(names('wecom_contact_secret'), ['token', 'customers', 'groups']);
    assert.deepEqual(names('wecom_directory_secret'), ['token', 'members']);
    const said = await koi.koi('wecom', 'check');
    assert.equal(said.code, 0, said.err);
    assert.match(said.out, /^ok {3}wecom_app_secret: customers \(externalcontact\//m);
    noSecrets(koi, secrets, reply);
    await noViolations(sim);
    /* Without a server the same handlers run in the command. */
    await koi.stop();
    const alone = await koi.koi('wecom', 'check', '--json');
    assert.equal(alone.code, 0, alone.err);
    assert.deepEqual(bad(JSON.parse(alone.out)), []);
    await noViolations(sim);
  });

  test('bad weather is sat out', async (t) => {
    const { sim, koi, secrets } = await pair(t, engine, {
      KOI_WECOM_CONTACT_SECRET: '',
      KOI_WECOM_DIRECTORY_SECRET: '',
    });
    const groups = 'externalcontact/groupchat/list';
    for (const [api, kind, more] of [
      ['gettoken', 'busy', {}],
      ['externalcontact/get_corp_tag_list', 'revoke', {}],
      ['externalcontact/get_follow_user_list', 'busy', { times: 2 }],
      ['department/list', 'cut', {}],
      [groups, 'refuse_connection', {}],
      ['externalcontact/list_contact_way', 'delay', { ms: 300 }],
      ['externalcontact/get_moment_list', 'code', { code: 45033 }],
    ])
      await sim.post('faults', { api, kind, ...more });
    assert.deepEqual(bad(await check(koi)), []);
    /* A token that was revoked between two calls. */
    await sim.post('tokens/revoke');
    assert.deepEqual(bad(await check(koi)), []);
    /* What aged, by the clock that only the simulator turns. */
    await sim.post('clock/advance', { seconds: 7201 });
    assert.deepEqual(bad(await check(koi)), []);
    /* A token that is refused twice is not asked for a third time. */
    await sim.post('faults', { api: groups, kind: 'code', code: 40014, times: 2 });
    const refused = await check(koi);
    assert.deepEqual(bad(refused), [[app, 'groups', 'wecom_40014']]);
    assert.deepEqual(bad(await check(koi)), []);
    /* An api that is blocked is left alone, and the others are not. */
    await sim.post('faults', { api: groups, kind: 'code', code: 45009 });
    for (let i = 0; i < 3; i++)
      assert.deepEqual(bad(await check(koi)), [[app, 'groups', 'wecom_rate']]);
    noSecrets(koi, secrets, refused);
    await noViolations(sim);
  });

  test('what is not let in is said with the way out', async (t) => {
    const { sim, koi, secrets, agentid } = await pair(t, engine);
    await sim.post('trusted_ips', { ips: ['10.0.0.1'] });
    const shut = await check(koi);
    assert.deepEqual(bad(shut), [
      [app, 'token', 'wecom_60020'],
      ['wecom_contact_secret', 'token', 'wecom_60020'],
      ['wecom_directory_secret', 'token', 'wecom_48009'],
    ]);
    assert.equal(shut.items.length, 3); /* nothing else was tried */
    assert.match(shut.items[0].error, /IP is not trusted.*60020/);
    assert.match(shut.items[0].advice, /trusted IPs/);
    const said = await koi.koi('wecom', 'check');
    assert.equal(said.code, 3);
    assert.match(said.out, /^BAD {2}wecom_app_secret: secret and trusted IP/m);
    await sim.post('trusted_ips', { ips: ['127.0.0.1'] });
    await noViolations(sim);
    /* An app that is not listed under 客户联系. The simulator notes such calls; a wizard makes them. */
    await sim.post('app/set', { agentid, customer_contact: false });
    const unlisted = await check(koi);
    assert.deepEqual(
      bad(unlisted).map(([secret, name, code]) => [secret, code, name]),
      ['customers', 'tags', 'groups', 'contact_ways', 'mass_messages', 'moments'].map((name) => [
        app,
        'wecom_48002',
        name,
      ]),
    );
    assert.match(unlisted.items[3].advice, /可调用应用/);
    noSecrets(koi, secrets, [shut, unlisted]);
    const { violations } = await sim.get('violations');
    assert.ok(violations.length === 6 && violations.every((v) => v.errcode === 48002));
  });

  test('a wrong secret is asked for once', async (t) => {
    const { sim, koi } = await pair(t, engine, {
      KOI_WECOM_APP_SECRET: 'wrong',
      KOI_WECOM_CONTACT_SECRET: '',
      KOI_WECOM_DIRECTORY_SECRET: '',
    });
    await sim.post('limits', { wrong_secrets: 1 });
    for (let i = 0; i < 4; i++) {
      const reply = await check(koi);
      assert.deepEqual(bad(reply), [[app, 'token', 'wecom_40001']]);
      assert.match(reply.items[0].error, /the secret is wrong/);
    }
    await noViolations(sim);
  });

  test('settings: set at once, checked, never shown', async (t) => {
    const sim = await simulator(t);
    const { corpid, apps } = await sim.get('corp');
    const koi = await start(t, engine);
    const admin = await koi.signIn('administrator');
    const none = await admin.call('POST', '/api/wecom/check', {}, { expect: 404 });
    assert.equal(none.body.error.code, 'wecom_not_set');
    for (const value of [
      'http://qyapi.weixin.qq.com',
      'http://127.0.0.1.example.com',
      'http://localhost@example.com',
      'https://',
      'https://a/b',
      'https://a?b',
      'https://user@a',
      'https://a:70000',
      'ftp://a',
    ])
      await admin.call('PUT', '/api/settings/wecom_base_url', { value }, { expect: 400 });
    for (const value of [
      'https://qyapi.weixin.qq.com/',
      'http://[::1]:99',
      'https://a.b:443',
      sim.url,
    ])
      await admin.put('/api/settings/wecom_base_url', { value });
    await admin.put('/api/settings/wecom_corp_id', { value: corpid });
    await admin.put('/api/settings/wecom_app_secret', { value: 'wrong' });
    assert.deepEqual(bad(await check(koi)), [[app, 'token', 'wecom_40001']]);
    await admin.put('/api/settings/wecom_app_secret', { value: apps[0].secret });
    assert.deepEqual(bad(await check(koi)), []);
    const seen =
      (await koi.sql('SELECT value FROM setting')) +
      JSON.stringify(await admin.get('/api/settings')) +
      koi.log;
    assert.ok(!seen.includes(apps[0].secret));
    const manager = await koi.signIn('manager');
    await manager.call('POST', '/api/wecom/check', {}, { expect: 403 });
    await noViolations(sim);
  });

  test('a certificate that nobody vouches for gets no request', async (t) => {
    const dir = mkdtempSync(join(tmpdir(), 'koi-tls-'));
    t.after(() => rmSync(dir, { recursive: true }));
    const [key, cert] = [join(dir, 'key'), join(dir, 'cert')];
    const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    const how = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', ...names];
    await promisify(execFile)('openssl', [...how, '-keyout', key, '-out', cert]);
    let requests = 0;
    const server = https.createServer(
      { key: readFileSync(key), cert: readFileSync(cert) },
      (_, reply) => {
        requests++;
        reply.end('{"access_token":"t","expires_in":7200,"ip_list":[]}');
      },
    );
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.after(() => server.close());
    const env = {
      KOI_WECOM_BASE_URL: `https://localhost:${server.address().port}`,
      KOI_WECOM_CORP_ID: 'ww1',
      KOI_WECOM_DIRECTORY_SECRET: 'secret',
    };
    const koi = await start(t, engine, { env, serve: false });
    const said = await koi.koi('wecom', 'check', '--json');
    assert.deepEqual(bad(JSON.parse(said.out)), [
      ['wecom_directory_secret', 'token', 'remote_tls'],
    ]);
    assert.equal(requests, 0);
    /* The server does answer who takes its certificate. */
    const trust = { ca: readFileSync(cert), servername: 'localhost' };
    const { port } = server.address();
    await new Promise((resolve) =>
      https.get({ port, host: '127.0.0.1', ...trust }, (reply) => resolve(reply.resume())),
    );
    assert.equal(requests, 1);
  });

  test('nobody there: said plainly; and an end while waiting is an end', async (t) => {
    const gone = await simulate(0, 7);
    await gone.close();
    const { sim, koi, secrets } = await pair(t, engine, {
      KOI_WECOM_CONTACT_SECRET: '',
      KOI_WECOM_DIRECTORY_SECRET: '',
    });
    await sim.post('faults', { api: 'getcallbackip', kind: 'delay', ms: 10_000 });
    const waiting = check(koi);
    await until(() => sim.faults() === 0, 'the call');
    await koi.stop();
    const ended = await waiting;
    assert.deepEqual(bad(ended), [[app, 'token', 'stopping']]);
    noSecrets(koi, secrets, ended);
    koi.env.KOI_WECOM_BASE_URL = gone.url;
    const said = await koi.koi('wecom', 'check');
    assert.equal(said.code, 3);
    assert.match(said.out, /cannot be reached/);
    noSecrets(koi, secrets, said);
  });
});
