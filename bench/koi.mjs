// A koi of its own for a benchmark: a fresh data directory, a server on a free port, a token, a
// client.
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { root } from './lib.mjs';

export const binary = process.env.KOI_BIN ?? join(root, 'build', 'koi');

/** Runs `koi …` to its end and returns what it printed. */
export function koi(...args) {
  return execFileSync(binary, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
}

/** The table of routes, as `koi routes --json` prints it. */
export function routes() {
  return JSON.parse(koi('routes', '--json'));
}

/** Makes a data directory with an administrator, their token and the secret of their one-time link:
 * { data, token, secret, remove() }. */
export function makeCorp() {
  const data = mkdtempSync(join(tmpdir(), 'koi-bench-'));
  const { id, link } = JSON.parse(koi('init', '--data', data, '--json'));
  const needs = new Set(routes().map((route) => route.need));
  const permissions = [...needs].filter((need) => !['public', 'self'].includes(need)).join(',');
  const options = ['--account', id, '--permissions', permissions, '--data', data, '--json'];
  const made = koi('token', 'add', 'bench', ...options);
  const remove = () => rmSync(data, { recursive: true, force: true });
  return { data, token: JSON.parse(made).token, secret: link.split('#')[1], remove };
}

/** Starts `koi serve` on a free port; resolves when it listens: { pid, port, stop() }. Its log goes
 * to a file: nobody reads a pipe while a benchmark waits for another program, and a full one would
 * stop the server. */
export async function serve(data, ...args) {
  const folder = mkdtempSync(join(tmpdir(), 'koi-bench-log-'));
  const path = join(folder, 'log');
  const log = openSync(path, 'w');
  const child = spawn(binary, ['serve', '--data', data, '--listen', '127.0.0.1:0', ...args], {
    stdio: ['ignore', log, log],
    env: { ...process.env, KOI_BACKUP_HOURS: '0' }, // copying gigabytes is not what is measured
  });
  closeSync(log);
  let over;
  const ended = new Promise((resolve) => child.once('exit', resolve)).then((code) => {
    over = `koi serve ended with ${code}:\n${readFileSync(path, 'utf8')}`;
    rmSync(folder, { recursive: true });
  });
  let port;
  while (port === undefined) {
    const found = /"event":"listening".*?"port":(\d+)/.exec(readFileSync(path, 'utf8'));
    if (found) port = Number(found[1]);
    else await pause(1);
    if (over) throw new Error(over);
  }
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  return { pid: child.pid, port, stop };
}

/** Signs in as a browser does, by a one-time link; gives the header fields of that session. */
export async function signIn(port, secret) {
  const reply = await fetch(`http://127.0.0.1:${port}/api/session/link`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: secret }),
  });
  if (!reply.ok) throw new Error(`sign-in: ${reply.status} ${await reply.text()}`);
  const cookie = reply.headers.getSetCookie().map((line) => line.split(';')[0]);
  return { cookie: cookie.join('; '), 'x-csrf-token': (await reply.json()).csrf };
}

/** A client with kept-alive connections, by a token or by a session's header fields:
 * request(method, path, body?) gives { status, text }. */
export function client(port, who, connections = 1) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  const headers = typeof who === 'string' ? { authorization: `Bearer ${who}` } : who;
  const request = (method, path, body, more = {}) =>
    new Promise((resolve, reject) => {
      const content = body === undefined ? {} : { 'content-type': 'application/json' };
      const options = {
        host: '127.0.0.1',
        port,
        method,
        path,
        agent,
        headers: { ...headers, ...content, ...more },
      };
      const call = http.request(options, (response) => {
        const parts = [];
        response.on('data', (part) => parts.push(part));
        response.on('end', () =>
          resolve({ status: response.statusCode, text: Buffer.concat(parts).toString() }),
        );
      });
      call.on('error', reject);
      call.end(body === undefined ? undefined : JSON.stringify(body));
    });
  return { request, close: () => agent.destroy() };
}
