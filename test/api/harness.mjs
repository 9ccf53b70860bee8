/* harness — runs the real program for a test: a fresh data directory, a free port, SQLite or PostgreSQL.
 *
 *   import { each, start } from './harness.mjs';
 *   each('tags', (engine) => {
 *     test('a tag is put once', async (t) => {
 *       const koi = await start(t, engine);
 *       const admin = await koi.signIn('administrator');
 *       const tag = await admin.post('/api/tags', { name: 'VIP', group_id }, 201);
 *     });
 *   });
 *
 * `each` runs a group of tests on both engines (PostgreSQL where KOI_TEST_PG names one; ./run test sees to it). The server is
 * stopped and the data removed when the test ends, and a server that crashed fails the test. Nothing sleeps: waiting
 * is for a condition, with a limit.
 */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const top = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const binary = process.env.KOI_BIN ?? join(top, 'build', 'koi');
const run = promisify(execFile);

export const engines = process.env.KOI_TEST_PG ? ['sqlite', 'postgresql'] : ['sqlite'];

/* One group of tests for each engine. */
export function each(name, body) {
  for (const engine of engines) describe(`${name} (${engine})`, () => body(engine));
}

/* Numbers below n from a seed, so that a failure can be repeated: random(7)(100). */
export function random(seed) {
  let s = seed;
  return (n) => {
    s = (Math.imul(s, 1664525) + 1013904223) >>> 0;
    return Math.floor((s / 2 ** 32) * n);
  };
}

/* Waits until `check` gives something true, and gives it back. */
export async function until(check, what = 'a condition', limit_ms = 20000) {
  const end = Date.now() + limit_ms;
  for (;;) {
    const value = await check();
    if (value) return value;
    assert.ok(Date.now() < end, `waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/* A database of its own in the test's PostgreSQL: the locks of a node are the database's. */
async function makeDatabase() {
  const server = process.env.KOI_TEST_PG;
  const name = `t${randomBytes(8).toString('hex')}`;
  const say = (sql) => run('psql', [server, '-qXc', sql]);
  await say(`CREATE DATABASE ${name}`);
  const url = server.replace(/\/\w+(\?|$)/, `/${name}$1`);
  return { url, drop: () => say(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

/* Runs `koi …` to its end: {code, out, err}. Never throws for an exit code. */
export async function koi(args, { env = {}, input } = {}) {
  const child = spawn(binary, args, {
    env: { ...process.env, KOI_LANGUAGE: 'en', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const out = [];
  const err = [];
  child.stdout.on('data', (piece) => out.push(piece));
  child.stderr.on('data', (piece) => err.push(piece));
  child.stdin.on('error', () => {}); /* it may have ended without reading */
  child.stdin.end(input ?? '');
  const code = await new Promise((resolve) =>
    child.on('close', (c, signal) => resolve(signal ?? c)),
  );
  return { code, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() };
}

/* The route table of the program under test. */
export async function routeTable() {
  const { out } = await koi(['routes', '--json']);
  return JSON.parse(out);
}

/* One request over node:http, so that every header field can be set: {status, headers, text, body}. */
export function request(port, method, path, { headers = {}, body, agent } = {}) {
  return new Promise((resolve, reject) => {
    const rq = http.request({ host: '127.0.0.1', port, method, path, headers, agent }, (reply) => {
      const pieces = [];
      reply.on('data', (piece) => pieces.push(piece));
      reply.on('error', reject);
      reply.on('end', () => {
        const bytes = Buffer.concat(pieces);
        const text = bytes.toString();
        let json;
        if (
          (reply.headers['content-type'] ?? '').startsWith('application/json') &&
          !reply.headers['content-encoding'] &&
          text !== ''
        ) {
          json = JSON.parse(text);
        }
        resolve({ status: reply.statusCode, headers: reply.headers, text, bytes, body: json });
      });
    });
    rq.on('error', reject);
    rq.end(body);
  });
}

/* A caller of the API: a signed-in browser, a token, or nobody. */
class Caller {
  constructor(server, { cookie, csrf, token, account, login, password } = {}) {
    Object.assign(this, { server, cookie, csrf, token, account, login, password });
  }

  /* Any request; `expect` is the status that must come (absent: any). Gives {status, headers, body, text}. */
  async call(method, path, body, { headers = {}, expect, raw } = {}) {
    const all = { 'accept-language': 'en', ...headers };
    const set = (name, value) =>
      value && !(name in all) && (all[name] = value); /* null leaves a field out */
    set('cookie', this.cookie);
    if (method !== 'GET' && method !== 'HEAD') set('x-csrf-token', this.csrf);
    set('authorization', this.token && `Bearer ${this.token}`);
    let bytes = raw;
    if (body !== undefined) {
      bytes = JSON.stringify(body);
      all['content-type'] ??= 'application/json';
    }
    if (bytes !== undefined) all['content-length'] ??= Buffer.byteLength(bytes);
    for (const key of Object.keys(all))
      if (all[key] === undefined || all[key] === null) delete all[key];
    const reply = await request(this.server.port, method, path, { headers: all, body: bytes });
    if (expect !== undefined)
      assert.equal(reply.status, expect, `${method} ${path}: ${reply.text.slice(0, 600)}`);
    return reply;
  }

  /* The body of a reply with the status expected. */
  async get(path, expect = 200) {
    return (await this.call('GET', path, undefined, { expect })).body;
  }
  async post(path, body = {}, expect = 200) {
    return (await this.call('POST', path, body, { expect })).body;
  }
  async put(path, body = {}, expect = 204) {
    return (await this.call('PUT', path, body, { expect })).body;
  }
  async patch(path, body = {}, expect = 200) {
    return (await this.call('PATCH', path, body, { expect })).body;
  }
  async delete(path, expect = 204) {
    return (await this.call('DELETE', path, undefined, { expect })).body;
  }

  /* Waits for a job's end and gives its JSON. */
  async job(id) {
    return until(
      async () => {
        const { body } = await this.call('GET', `/api/jobs/${id}`, undefined, { expect: 200 });
        return ['done', 'failed', 'stopped'].includes(body.state) ? body : null;
      },
      `job ${id}`,
      120000,
    );
  }
}

/* name=value pairs of a reply's Set-Cookie fields. */
export function cookieOf(reply) {
  return (reply.headers['set-cookie'] ?? []).map((line) => line.split(';')[0]).join('; ');
}

let counter = 0;

class Server {
  constructor(engine, data, env, drop) {
    Object.assign(this, { engine, data, env, drop, log: '', logins: {} });
  }

  /* Starts `koi serve` and waits for its line. */
  async serve(...flags) {
    this.child = spawn(
      binary,
      ['serve', '--data', this.data, '--listen', '127.0.0.1:0', ...flags],
      {
        env: { ...process.env, ...this.env },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    this.ended = new Promise((resolve) =>
      this.child.on('close', (code, signal) => resolve(signal ?? code)),
    );
    this.child.stderr.on('data', (piece) => (this.log += piece));
    let out = '';
    this.child.stdout.on('data', (piece) => (out += piece));
    let gone;
    this.ended.then((code) => (gone = code));
    await until(() => {
      assert.equal(gone, undefined, `koi serve ended: ${this.log}`);
      return out.includes('\n');
    }, 'the server to listen');
    this.port = JSON.parse(out.split('\n')[0]).port;
    return this;
  }

  /* SIGTERM and wait; the exit code must be 0. */
  async stop() {
    if (!this.child) return;
    const child = this.child;
    this.child = null;
    child.kill('SIGTERM');
    const code = await this.ended;
    assert.equal(code, 0, `the server ended with ${code}: ${this.log.slice(-3000)}`);
  }

  /* SIGKILL: what a crash leaves. */
  async crash() {
    const child = this.child;
    this.child = null;
    child.kill('SIGKILL');
    await this.ended;
  }

  /* `koi …` on this data directory. */
  koi(...args) {
    return koi([...args, '--data', this.data], { env: this.env });
  }

  nobody() {
    return new Caller(this);
  }

  /* A new account of that role, signed in by its link, with a password; scope and staff as told. */
  async signIn(role = 'administrator', { scope = 'all', staff_id, login, language = 'en' } = {}) {
    const name = login ?? `${role}${++counter}`;
    const made = await this.local(
      'POST',
      '/api/accounts',
      { login: name, role, scope, staff_id, language },
      201,
    );
    const token = made.link.split('#')[1];
    const reply = await this.nobody().call('POST', '/api/session/link', { token }, { expect: 200 });
    return new Caller(this, {
      cookie: cookieOf(reply),
      csrf: reply.body.csrf,
      account: reply.body.account,
      login: name,
    });
  }

  /* The same with a password set, for tests of signing in. */
  async signInWithPassword(role, options = {}) {
    const caller = await this.signIn(role, options);
    caller.password = 'correct horse battery';
    await caller.put('/api/session/password', { new: caller.password });
    return caller;
  }

  /* A token for an account of that role. */
  async tokenFor(role, permissions, options = {}) {
    const caller = await this.signIn(role, options);
    const made = await this.local(
      'POST',
      '/api/tokens',
      { name: 'test', account_id: caller.account.id, permissions },
      201,
    );
    return new Caller(this, { token: made.token, account: caller.account });
  }

  /* A call as the administrator of the machine, through the Unix socket. */
  local(method, path, body, expect = 200) {
    return new Promise((resolve, reject) => {
      const bytes = body === undefined ? undefined : JSON.stringify(body);
      const headers = { 'accept-language': 'en' };
      if (bytes !== undefined)
        Object.assign(headers, {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(bytes),
        });
      const rq = http.request(
        { socketPath: join(this.data, 'koi.sock'), method, path, headers },
        (reply) => {
          let text = '';
          reply.setEncoding('utf8');
          reply.on('data', (piece) => (text += piece));
          reply.on('end', () => {
            try {
              assert.equal(reply.statusCode, expect, `${method} ${path}: ${text.slice(0, 600)}`);
              resolve(text === '' ? undefined : JSON.parse(text));
            } catch (error) {
              reject(error);
            }
          });
        },
      );
      rq.on('error', reject);
      rq.end(bytes);
    });
  }

  /* Runs SQL on the database behind the program's back, as an attacker or a repairman would; the server must be stopped
   * for SQLite writes to be safe. */
  async sql(text) {
    const most = { maxBuffer: 1 << 28 };
    const { stdout } =
      this.engine === 'sqlite'
        ? await run('sqlite3', [join(this.data, 'koi.db'), '.timeout 5000', text], most)
        : await run('psql', [this.env.KOI_DATABASE_URL, '-qXAt', '-F', '|', '-c', text], most);
    return stdout.trim();
  }
}

/* A running server with a fresh installation; ended and removed with the test `t`. Options: flags for `koi serve`, env,
 * serve: false leaves it stopped. */
export async function start(t, engine = 'sqlite', { flags = [], env = {}, serve = true } = {}) {
  const data = join(mkdtempSync(join(tmpdir(), 'koi-api-')), 'data');
  const database = engine === 'postgresql' ? await makeDatabase() : null;
  const server = new Server(
    engine,
    data,
    { ...(database ? { KOI_DATABASE_URL: database.url } : {}), ...env },
    database?.drop,
  );
  t.after(async () => {
    try {
      await server.stop();
    } finally {
      if (server.child) server.child.kill('SIGKILL');
      await database?.drop();
      rmSync(dirname(data), { recursive: true, force: true });
    }
  });
  const made = await server.koi('init', '--json');
  assert.equal(made.code, 0, made.err);
  server.first = JSON.parse(made.out);
  return serve ? server.serve(...flags) : server;
}
