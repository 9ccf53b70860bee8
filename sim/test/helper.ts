// A simulator for a test, and a caller that keeps its own token.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { open } from '../src/callback/sender.ts';
import { start } from '../src/server.ts';
import type { App } from '../src/corp/types.ts';

export type Json = Record<string, unknown>;

export interface Size {
  staff?: number;
  customers?: number;
  groups?: number;
  departments?: number;
  tag_groups?: number;
}

/** What comes back, read leniently as a connector must. */
export interface Reply extends Json {
  errcode: number;
  errmsg?: string;
}

export async function boot(seed: number, size: Size = {}) {
  const running = await start(0, seed);
  const { url } = running;
  const http = async (path: string, init?: RequestInit): Promise<Response> =>
    fetch(`${url}/${path}`, init);
  const control = async <T = Json>(path: string, body?: object): Promise<T> => {
    const init = body ? { method: 'POST', body: JSON.stringify(body) } : {};
    const res = await http(`control/${path}`, init);
    const json = (await res.json()) as T & { error?: string };
    if (res.status !== 200) throw new Error(json.error);
    return json;
  };
  const { apps, corpid } = await control<{ apps: App[]; corpid: string }>('corp', {
    seed,
    ...size,
  });
  const app = (name: string): App => {
    const found = apps.find((a) => a.name === name);
    if (!found) throw new Error(`no app ${name}`);
    return found;
  };
  const tokens = new Map<string, string>();
  const token = async (name: string): Promise<string> => {
    const path = `cgi-bin/gettoken?corpid=${corpid}&corpsecret=${app(name).secret}`;
    const reply = (await (await http(path)).json()) as { access_token: string };
    tokens.set(name, reply.access_token);
    return reply.access_token;
  };
  /** A call as `name`: GET with a query when there is no body. */
  const call = async (
    path: string,
    body?: object,
    query: Json = {},
    name = 'koi',
  ): Promise<Reply> => {
    const access_token = tokens.get(name) ?? (await token(name));
    const q = new URLSearchParams({ access_token });
    for (const [k, v] of Object.entries(query)) q.set(k, String(v));
    const init = body ? { method: 'POST', body: JSON.stringify(body) } : {};
    const reply = (await (await http(`cgi-bin/${path}?${q}`, init)).json()) as Json;
    return { errcode: 0, ...reply };
  };
  const violations = async () =>
    (await control<{ violations: { api: string; field: string; errcode: number }[] }>('violations'))
      .violations;
  return { ...running, url, http, control, call, token, tokens, app, apps, corpid, violations };
}

export type Booted = Awaited<ReturnType<typeof boot>>;

/** A receiver of callbacks that decrypts what comes. `mood` may answer late or not at all. */
export async function receive(mood: () => 'ok' | 'silent' | 'break' | 500 = () => 'ok') {
  const got: string[] = [];
  const bodies: string[] = [];
  let address: Parameters<typeof open>[0] | undefined;
  let tries = 0;
  const server = createServer((req, res) => {
    let body = '';
    req.on('data', (part) => (body += part));
    req.on('end', () => {
      const query = new URL(req.url ?? '', 'http://r').searchParams;
      const secret = query.get('echostr') ?? /<Encrypt><!\[CDATA\[(.*?)\]\]>/.exec(body)?.[1] ?? '';
      if (!address) throw new Error('no address yet');
      const { message, id } = open(address, query, secret);
      if (query.has('echostr')) {
        res.end(message);
        return;
      }
      tries++;
      const now = mood();
      if (now === 'silent') return;
      if (now === 'break') {
        req.socket.destroy();
        return;
      }
      got.push(message);
      bodies.push(`${id}|${body}`);
      res.statusCode = now === 500 ? 500 : 200;
      res.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/cb`;
  return {
    got,
    bodies,
    tries: () => tries,
    join: async (sim: Booted, timeout_ms = 2000) => {
      const token = 'QDG6eK';
      const aes_key = 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C';
      address = { url, token, aes_key, timeout_ms, agentid: '' };
      await sim.control('callback', { url, token, aes_key, timeout_ms });
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Names of the elements in order, "~" behind those in CDATA. */
export const skeleton = (xml: string): string =>
  [...xml.matchAll(/<(\w+)>\s*(<!\[CDATA\[)?/g)].map((m) => `${m[1]}${m[2] ? '~' : ''}`).join(' ');
