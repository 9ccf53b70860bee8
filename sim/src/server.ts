// The simulator's one address: /cgi-bin/… for callers, /control/… for tests, HTTP on loopback.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answer } from './api/call.ts';
import { formFile } from './api/form.ts';
import { pictureAt } from './api/picture.ts';
import { canonical } from './base/canonical.ts';
import { Impossible, type Desk } from './control/row.ts';
import { control } from './control/table.ts';
import { Sim, usualSize } from './sim.ts';

const BODY_BYTES = 24 * 1024 * 1024; // a file of 20 MB with its form

async function read(req: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of req) {
    const bytes = part as Buffer;
    size += bytes.length;
    if (size > BODY_BYTES) return undefined;
    parts.push(bytes);
  }
  return Buffer.concat(parts);
}

const typed = 'application/json; charset=UTF-8';

function send(res: ServerResponse, status: number, type: string, body: string | Buffer): void {
  res.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) });
  res.end(body);
}

async function serveApi(desk: Desk, url: URL, req: IncomingMessage, res: ServerResponse) {
  const body = await read(req);
  const path = url.pathname.slice('/cgi-bin/'.length);
  const type = req.headers['content-type'] ?? '';
  const form = type.startsWith('multipart/');
  if (!body) {
    send(res, 200, typed, JSON.stringify({ errcode: 40206, errmsg: 'body too big' }));
    return;
  }
  const done = await answer(desk.sim, {
    path,
    method: req.method ?? 'GET',
    query: url.searchParams,
    body: form ? '' : body.toString('utf8'),
    upload: form ? formFile(body, type) : undefined,
    ip: (req.socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
  });
  if ('cut' in done) {
    req.socket.destroy();
  } else if ('raw' in done) {
    const { content_type, filename, bytes } = done.raw;
    const name = encodeURIComponent(filename);
    res.setHeader('Content-Disposition', `attachment; filename="${name}"`);
    send(res, 200, content_type || 'application/octet-stream', bytes);
  } else {
    send(res, 200, typed, JSON.stringify(done.json));
  }
}

async function serveControl(desk: Desk, url: URL, req: IncomingMessage, res: ServerResponse) {
  const body = (await read(req))?.toString('utf8') ?? '';
  const path = url.pathname.slice('/control/'.length);
  try {
    const given: Record<string, unknown> = {};
    for (const [k, v] of url.searchParams) given[k] = /^\d+$/.test(v) ? Number(v) : v;
    if (body) Object.assign(given, JSON.parse(body));
    const result = await control(desk, req.method ?? 'GET', path, given);
    send(res, 200, typed, canonical(result));
  } catch (e) {
    if (!(e instanceof Impossible) && !(e instanceof SyntaxError)) throw e;
    send(res, 400, typed, canonical({ error: e.message }));
  }
}

function servePicture(desk: Desk, url: URL, res: ServerResponse): void {
  const bytes = pictureAt(desk.sim.world, url.pathname);
  if (bytes) send(res, 200, 'image/png', bytes);
  else send(res, 404, typed, canonical({ error: 'only /cgi-bin/, /control/ and pictures' }));
}

async function serve(desk: Desk, req: IncomingMessage, res: ServerResponse): Promise<void> {
  try {
    const url = new URL(req.url ?? '/', 'http://sim');
    if (url.pathname.startsWith('/cgi-bin/')) await serveApi(desk, url, req, res);
    else if (url.pathname.startsWith('/control/')) await serveControl(desk, url, req, res);
    else servePicture(desk, url, res);
  } catch (e) {
    const why = e instanceof Error ? (e.stack ?? e.message) : String(e);
    if (res.headersSent) res.destroy();
    else send(res, 500, typed, canonical({ error: `the simulator is wrong: ${why}` }));
  }
}

export interface Running {
  url: string;
  desk: Desk;
  close: () => Promise<void>;
}

/** Listens on loopback; port 0 takes a free one. */
export async function start(port: number, seed: number): Promise<Running> {
  const desk: Desk = { sim: new Sim(seed, usualSize) };
  const server: Server = createServer((req, res) => void serve(desk, req, res));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: at } = server.address() as AddressInfo;
  desk.sim.world.pictures = `http://127.0.0.1:${at}`;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      desk.sim.stop();
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${at}`, desk, close };
}
