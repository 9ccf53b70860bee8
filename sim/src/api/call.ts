// The way of one API call: method, faults, token, address, frequency, fields, the handler, and the
// habits with which the platform writes its answers.
import { setTimeout as wait } from 'node:timers/promises';
import { byText, canonical } from '../base/canonical.ts';
import { between, chance } from '../base/rng.ts';
import type { App } from '../corp/types.ts';
import type { Sim } from '../sim.ts';
import { Args } from './args.ts';
import { type Call, type Endpoint, Raw, type Secret, type Upload } from './endpoint.ts';
import { Refusal, refuse, words } from './errors.ts';
import { check, type Field, type Fields, int, text } from './field.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, type Rule } from './rate.ts';
import { byPath } from './table.ts';

export interface Request {
  path: string; // below cgi-bin/
  method: string;
  query: URLSearchParams;
  body: string;
  upload?: Upload | undefined;
  ip: string;
}

/** An answer; `cut`: the connection breaks instead. */
export type Answer = { json: Record<string, unknown> } | { raw: Raw } | { cut: true };

const HAMMER = 10; // refusals in one blocked window before it counts as hammering

/** Answers a call. Throws only when the simulator itself is wrong. */
export async function answer(sim: Sim, request: Request): Promise<Answer> {
  const endpoint = byPath.get(request.path);
  if (!endpoint) {
    sim.violate(request.path, '', 'this simulator does not know the call', 40058);
    return { json: failure(sim, 40058, `not simulated: ${request.path}`, request.ip) };
  }
  const n = sim.world.count('call');
  const fault = sim.fault(endpoint.path, `${request.query} ${request.body}`);
  if (fault?.kind === 'refuse_connection') return { cut: true };
  if (fault?.kind === 'delay') await wait(fault.ms ?? 0, undefined, { ref: false });
  const delay = sim.weather.http_delay_ms;
  const busy = (sim.busy.get(endpoint.path) ?? 0) + 1;
  sim.busy.set(endpoint.path, busy);
  try {
    if (delay > 0) await wait(between(0, delay, sim.seed, 'delay', n));
    if (busy > sim.limits.concurrent) refuse(45033);
    if (fault?.kind === 'busy' || roll(sim, 'busy', n, sim.weather.http_busy)) refuse(-1);
    if (fault?.kind === 'code') refuse(fault.code ?? -1);
    const revoked = fault?.kind === 'revoke' || roll(sim, 'revoke', n, sim.weather.token_revoked);
    const done = await perform(sim, endpoint, request, n, revoked);
    if (fault?.kind === 'cut' || roll(sim, 'cut', n, sim.weather.http_cut)) return { cut: true };
    return done;
  } catch (e) {
    if (!(e instanceof Refusal)) throw e;
    return { json: failure(sim, e.code, e.message, request.ip) };
  } finally {
    sim.busy.set(endpoint.path, (sim.busy.get(endpoint.path) ?? 1) - 1);
  }
}

const roll = (sim: Sim, what: string, n: number, part: number): boolean =>
  part > 0 && chance(sim.seed, 'call', what, n) < part;

function failure(sim: Sim, errcode: number, errmsg: string, ip: string) {
  const hint = `hint: [${sim.clock.s()}${sim.world.count('hint')}]`;
  return { errcode, errmsg: `${errmsg}, ${hint}, from ip: ${ip}` };
}

async function perform(
  sim: Sim,
  endpoint: Endpoint,
  request: Request,
  n: number,
  revoked: boolean,
): Promise<Answer> {
  if (endpoint.method !== 'ANY' && endpoint.method !== request.method) {
    blame(sim, endpoint, '', `needs ${endpoint.method}`, request.method === 'POST' ? 43001 : 43002);
  }
  const app = endpoint.secrets === 'open' ? undefined : authorise(sim, request, revoked);
  limitRate(sim, endpoint, request.ip, app);
  if (app) permit(sim, endpoint, app);
  const raw = readFields(sim, endpoint, request);
  const args = new Args(raw);
  const call: Call = {
    sim,
    world: sim.world,
    app: app ?? noApp,
    args,
    ip: request.ip,
    upload: request.upload,
    page: (all, row) => page(sim, endpoint, args, n, all, row),
  };
  const reply = await locked(sim, endpoint, args, () => endpoint.run(call));
  if (endpoint.writes) sim.journal.add('api', endpoint.path, { args: raw });
  if (reply instanceof Raw) return { raw: reply };
  const wrong = check(endpoint.reply, reply);
  if (wrong)
    throw new Error(`${endpoint.path} replies against its table: ${wrong.field} ${wrong.why}`);
  return { json: dressed(sim, endpoint, { ...reply }, n) };
}

const noApp: App = {
  agentid: 0,
  name: '',
  kind: 'app',
  secret: '',
  range: { departments: [], users: [] },
  customer_contact: false,
};

/** Records a mistake of the caller and refuses the call. */
function blame(sim: Sim, endpoint: Endpoint, field: string, why: string, code: number): never {
  sim.violate(endpoint.path, field, why, code);
  refuse(code, field ? `${field} ${why}` : why);
}

function authorise(sim: Sim, request: Request, revoked: boolean): App {
  const given = request.query.get('access_token') ?? '';
  if (given === '') refuse(41001);
  let found = sim.tokens.find(given);
  if (typeof found === 'number') refuse(found);
  if (revoked) {
    sim.tokens.revoke(found);
    found = sim.tokens.find(given);
    if (typeof found === 'number') refuse(found);
  }
  if (sim.trusted_ips && !sim.trusted_ips.includes(request.ip)) {
    refuse(found.kind === 'contacts' ? 48009 : 60020);
  }
  return found;
}

function permit(sim: Sim, endpoint: Endpoint, app: App): void {
  const has: Secret[] = app.kind === 'app' ? ['app'] : [app.kind];
  if (app.kind === 'app' && app.customer_contact) has.push('listed');
  if (!has.some((s) => endpoint.secrets.includes(s))) {
    blame(sim, endpoint, '', `the secret "${app.name}" may not call this`, 48002);
  }
}

function limitRate(sim: Sim, endpoint: Endpoint, ip: string, app: App | undefined): void {
  const now = sim.clock.ms();
  const most = sim.limits;
  const rules: Rule[] = [];
  const rule = (key: string, count: number, window_ms: number): void => {
    const block_ms = window_ms === DAY_MS ? untilMidnight(now) : window_ms;
    rules.push({ key: `${endpoint.path} ${key}`, most: count, window_ms, block_ms });
  };
  if (!endpoint.unlimited) {
    rule('minute', most.per_minute, MINUTE_MS);
    rule('hour', most.per_hour, HOUR_MS);
    rule(`minute ${ip}`, most.ip_per_minute, MINUTE_MS);
    rule(`hour ${ip}`, most.ip_per_hour, HOUR_MS);
  }
  const refused = sim.rates.take(rules, now);
  if (refused > HAMMER) sim.violate(endpoint.path, '', 'goes on calling while blocked', 45009);
  if (refused > 0) refuse(45009);
  for (const own of endpoint.rates?.({ app: app ?? noApp, ip }) ?? []) {
    rules.length = 0;
    rule(own.key, own.most, own.window_ms);
    if (sim.rates.take(rules, now) > 0) refuse(own.code ?? 45009);
  }
}

const SHANGHAI_MS = 8 * HOUR_MS;
const untilMidnight = (now: number): number => DAY_MS - ((now + SHANGHAI_MS) % DAY_MS);

const pageFields: Fields = { cursor: text() };
const OWN_QUERY = new Set(['access_token', 'debug']);

/** The fields of a call, checked against its row. */
function readFields(sim: Sim, endpoint: Endpoint, request: Request): Record<string, unknown> {
  const raw = endpoint.method === 'POST' && !endpoint.upload ? body(sim, endpoint, request) : {};
  const fromQuery = [...request.query].filter(([name]) => !OWN_QUERY.has(name));
  const posted = endpoint.method === 'ANY' && request.method === 'POST';
  if (posted) Object.assign(raw, body(sim, endpoint, request));
  for (const [name, value] of fromQuery) {
    if (endpoint.method === 'POST' && !endpoint.upload) {
      blame(sim, endpoint, name, 'belongs into the body', 40035);
    }
    const whole = endpoint.fields[name]?.kind === 'int' || name === endpoint.page?.name;
    raw[name] = whole && /^-?\d+$/.test(value) ? Number(value) : value;
  }
  const { page: paging } = endpoint;
  const fields = paging
    ? { ...endpoint.fields, ...pageFields, [paging.name]: int({ min: 1 }) }
    : endpoint.fields;
  const fault = check(fields, raw);
  if (fault) blame(sim, endpoint, fault.field, fault.why, fault.code);
  if (paging) checkLimit(sim, endpoint, raw);
  return raw;
}

function body(sim: Sim, endpoint: Endpoint, request: Request): Record<string, unknown> {
  if (request.body === '') return {};
  try {
    const value: unknown = JSON.parse(request.body);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Said below, as for JSON that is no object.
  }
  blame(sim, endpoint, '', 'the body is not a JSON object', 47001);
}

/** A limit above the maximum is a violation, answered as this endpoint does: see Page.over. */
function checkLimit(sim: Sim, endpoint: Endpoint, raw: Record<string, unknown>): void {
  const { page: paging } = endpoint;
  if (!paging) return;
  const given = raw[paging.name];
  if (given === undefined && paging.need) {
    blame(sim, endpoint, paging.name, 'is missing', 40063);
  }
  if (typeof given !== 'number' || given <= paging.max) return;
  const why = `is ${given}, above ${paging.max}`;
  if (paging.over === 'error') blame(sim, endpoint, paging.name, why, 40058);
  sim.violate(endpoint.path, paging.name, why, 0);
  raw[paging.name] = paging.over === 'clamp' ? paging.max : paging.usual;
}

function page<T>(
  sim: Sim,
  endpoint: Endpoint,
  args: Args,
  n: number,
  all: () => string[],
  row: (key: string) => T | undefined,
): { rows: T[]; next: string } {
  const { page: paging } = endpoint;
  if (!paging) throw new Error(`${endpoint.path} has no paging in its row`);
  const cursor = args.text('cursor');
  const limit = args.int(paging.name, paging.usual);
  const rest = { ...args.raw, cursor: undefined, [paging.name]: undefined };
  const stale = cursor !== '' && roll(sim, 'stale', n, sim.weather.stale_cursor);
  const found = stale
    ? undefined
    : sim.cursors.next(endpoint.path, canonical(rest), cursor, limit, () => all().sort(byText), {
        life_s: paging.life_s,
        short: sim.habits.short_pages,
      });
  if (!found) refuse(50100);
  const rows: T[] = [];
  for (const key of found.keys) {
    const one = row(key);
    if (one !== undefined) rows.push(one);
  }
  return { rows, next: found.next };
}

/** Runs a call that writes to one object while no other does. */
async function locked(sim: Sim, e: Endpoint, args: Args, run: () => object): Promise<object> {
  if (!e.lock) return run();
  const key = `${e.path} ${e.lock(args)}`;
  if (sim.locks.has(key)) refuse(45035);
  sim.locks.add(key);
  try {
    if (sim.limits.write_ms > 0) await wait(sim.limits.write_ms);
    return run();
  } finally {
    sim.locks.delete(key);
  }
}

/** The reply as the platform would write it this time. */
function dressed(sim: Sim, e: Endpoint, reply: Record<string, unknown>, n: number) {
  const { habits: h } = sim;
  const often = (what: string, part: number): boolean => roll(sim, what, n, part);
  if (h.cursor_missing && reply['next_cursor'] === '' && often('no cursor', 0.5)) {
    delete reply['next_cursor'];
  }
  const ok: Record<string, unknown> =
    h.no_errcode && often('no errcode', 0.2) ? {} : { errcode: 0, errmsg: words[0] ?? 'ok' };
  const shown = h.text_numbers && often('text numbers', 0.3) ? asText(e.reply, reply) : reply;
  const json: Record<string, unknown> = { ...ok, ...shown };
  if (h.extra_fields && often('extra', 0.2)) json['sim_unknown'] = { note: '新字段', n: [1, null] };
  return json;
}

/** The fields with those integers as text that the table says may come so. */
const asText = (fields: Fields, value: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(value).map(([name, v]) => {
      const field = fields[name];
      return [name, field ? oneAsText(field, v) : v];
    }),
  );

function oneAsText(field: Field, value: unknown): unknown {
  if (field.kind === 'int' && field.text && typeof value === 'number') return String(value);
  if (field.kind === 'list' && Array.isArray(value))
    return value.map((v) => oneAsText(field.item, v));
  if (field.kind === 'shape' && typeof value === 'object' && value !== null) {
    return asText(field.fields, value);
  }
  return value;
}
