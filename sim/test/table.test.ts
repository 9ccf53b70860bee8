// Every row of the table: a legal call is answered by the row (call.ts refuses a reply that is not),
// and each rule of the row, broken once, is refused with its code and told as a violation.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Field, Fields } from '../src/api/field.ts';
import { endpoints } from '../src/api/table.ts';
import { boot, type Booted, type Json } from './helper.ts';
import { type Legal, legalCalls, upload } from './legal.ts';

interface Broken {
  args: Json;
  code: number;
  field: string;
}

/** Values of a field that break one of its rules each, with the code that is due. */
function breakings(f: Field): { value: unknown; code: number }[] {
  const found: { value: unknown; code: number }[] = [];
  if (f.kind === 'text') {
    const code = f.code ?? 40058;
    if (f.chars !== undefined) found.push({ value: '字'.repeat(f.chars + 1), code });
    if (f.bytes !== undefined) found.push({ value: 'x'.repeat(f.bytes + 1), code });
    if (f.of) found.push({ value: 'none of them', code });
  } else if (f.kind === 'int') {
    const code = f.code ?? 40058;
    if (f.min !== undefined) found.push({ value: f.min - 1, code });
    if (f.max !== undefined) found.push({ value: f.max + 1, code });
    if (f.of) found.push({ value: 77_777, code });
  } else if (f.kind === 'list') {
    const code = f.code ?? 40058;
    if (f.max !== undefined) {
      const item = f.item.kind === 'shape' ? {} : f.item.kind === 'int' ? 1 : 'x';
      found.push({ value: new Array(f.max + 1).fill(item), code });
    }
    if (f.min) found.push({ value: [], code });
  } else if (f.kind === 'shape') {
    found.push({ value: { undocumented: 1 }, code: 40035 });
  }
  return found;
}

function brokenCalls(fields: Fields, args: Json, posted: boolean): Broken[] {
  const found: Broken[] = [
    { args: { ...args, undocumented: 1 }, code: 40035, field: 'undocumented' },
  ];
  for (const [name, field] of Object.entries(fields)) {
    if (field.need) {
      const { [name]: gone, ...rest } = args;
      assert.notEqual(gone, undefined, `the legal call has no ${name}`);
      found.push({ args: rest, code: field.miss ?? 40063, field: name });
    }
    for (const { value, code } of posted ? breakings(field) : []) {
      found.push({ args: { ...args, [name]: value }, code, field: name });
    }
  }
  return found;
}

describe('the table of endpoints', () => {
  let sim: Booted;
  let legal: Map<string, Legal>;
  before(async () => {
    sim = await boot(21, { staff: 8, customers: 120, groups: 4 });
    legal = await legalCalls(sim);
  });
  after(() => sim.close());

  const make = (path: string, args: Json, as?: string) => {
    const row = endpoints.find((e) => e.path === path);
    if (row?.upload) return upload(sim, path, args);
    return row?.method === 'GET'
      ? sim.call(path, undefined, args, as)
      : sim.call(path, args, {}, as);
  };

  it('has a legal call for every row', () => {
    assert.deepEqual(endpoints.map((e) => e.path).sort(), [...legal.keys()].sort());
  });

  it('refuses each broken rule with its code, and records it', async () => {
    let tried = 0;
    for (const e of endpoints) {
      const { args, as } = legal.get(e.path) as Legal;
      for (const b of brokenCalls(e.fields, args, e.method !== 'GET' && !e.upload)) {
        const { violations } = sim.desk.sim;
        violations.length = 0;
        const reply = await make(e.path, b.args, as);
        assert.equal(reply.errcode, b.code, `${e.path} ${b.field}: ${reply.errmsg}`);
        const [v, ...more] = violations;
        assert.equal(more.length, 0);
        assert.equal(v?.api, e.path);
        assert.equal(v.errcode, b.code);
        assert.ok(v.field.startsWith(b.field), `${v.field} is not ${b.field}`);
        tried++;
      }
    }
    assert.ok(tried > 250, `${tried} rules were broken`);
  });

  it('refuses the wrong method', async () => {
    for (const e of endpoints) {
      if (e.method === 'ANY' || e.path === 'gettoken') continue;
      const { args, as } = legal.get(e.path) as Legal;
      const wrong = e.method === 'GET' ? sim.call(e.path, args, {}, as) : sim.call(e.path);
      assert.equal((await wrong).errcode, e.method === 'GET' ? 43001 : 43002, e.path);
    }
  });

  it('answers every legal call as its row says, without a violation', async () => {
    await sim.control('violations/clear', {});
    for (const [path, { args, as, errcode }] of legal) {
      if (path === 'media/get') {
        const query = new URLSearchParams({ access_token: await sim.token('koi') });
        query.set('media_id', String(args['media_id']));
        const res = await sim.http(`cgi-bin/media/get?${query}`);
        assert.equal(res.headers.get('content-type'), 'image/jpeg');
        assert.equal((await res.arrayBuffer()).byteLength, 68);
        continue;
      }
      const reply = await make(path, args, as);
      assert.equal(reply['error'], undefined, String(reply['error']));
      assert.equal(reply.errcode, errcode ?? 0, `${path}: ${reply.errmsg}`);
    }
    assert.deepEqual(await sim.violations(), []);
  });

  it('tells of calls it does not know, of bad JSON, of fields in the address', async () => {
    await sim.control('violations/clear', {});
    assert.equal((await sim.call('externalcontact/nothing')).errcode, 40058);
    const access_token = await sim.token('koi');
    const path = `cgi-bin/externalcontact/get_corp_tag_list?access_token=${access_token}`;
    const bad = await (await sim.http(path, { method: 'POST', body: '{"tag_id": [' })).json();
    assert.equal((bad as { errcode: number }).errcode, 47001);
    const query = { tag_id: 'x' };
    assert.equal((await sim.call('externalcontact/get_corp_tag_list', {}, query)).errcode, 40035);
    assert.equal((await sim.violations()).length, 3);
  });
});
