// A plain full sync through the API, after a long life of the corp, must arrive at the true state.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { boot, type Booted, type Json } from './helper.ts';

/** Asks again after -1, a dead token, a broken connection or a stale cursor, as a connector does. */
async function stubborn(sim: Booted, path: string, body: object): Promise<Json | 'restart'> {
  for (let n = 0; n < 50; n++) {
    const reply = await sim.call(path, body).catch(() => ({ errcode: -1 }));
    if (reply.errcode === 0) return reply;
    if (reply.errcode === 50100) return 'restart';
    if (reply.errcode !== -1) await sim.token('koi').catch(() => undefined);
  }
  throw new Error(`${path} never answered`);
}

async function all(sim: Booted, path: string, body: Json, field: string): Promise<Json[]> {
  for (;;) {
    const rows: Json[] = [];
    let cursor: unknown = '';
    let stale = false;
    do {
      const reply = await stubborn(sim, path, cursor ? { ...body, cursor } : body);
      if (reply === 'restart') {
        stale = true;
        break;
      }
      rows.push(...(reply[field] as Json[]));
      cursor = reply['next_cursor'];
    } while (cursor);
    if (!stale) return rows;
  }
}

it('a full sync in a storm arrives at the true state', async () => {
  const sim = await boot(71, { staff: 8, customers: 150, groups: 4 });
  await sim.control('live', { acts: 800, seconds: 20 });
  await sim.control('weather', { preset: 'storm', http_delay_ms: 0 });
  const truth = await sim.control<{
    relations: Json[];
    groups: { chat_id: string; member_version: string; members: { id: string }[] }[];
  }>('state');
  await sim.token('koi');
  const staff = await sim
    .control<{ staff: { userid: string; status: number }[] }>('state')
    .then((s) => s.staff.filter((one) => one.status !== 5).map((one) => one.userid));
  const path = 'externalcontact/batch/get_by_user';
  const rows = await all(sim, path, { userid_list: staff, limit: 100 }, 'external_contact_list');
  const synced = rows.map((row) => {
    const f = row['follow_info'] as Json;
    const who = row['external_contact'] as Json;
    const tags = [...(f['tag_id'] as string[])].sort();
    return [f['userid'], who['external_userid'], f['remark'], tags, f['state'] ?? ''].join('|');
  });
  const due = truth.relations
    .filter((r) => r['status'] === 'friend')
    .map((r) => [r['userid'], r['external_userid'], r['remark'], r['tags'], r['state']].join('|'));
  assert.ok(due.length > 150);
  assert.deepEqual(synced.sort(), due.sort());
  const groups = await all(
    sim,
    'externalcontact/groupchat/list',
    { limit: 100 },
    'group_chat_list',
  );
  assert.deepEqual(
    groups.map((g) => g['chat_id']).sort(),
    truth.groups.map((g) => g.chat_id),
  );
  for (const g of truth.groups) {
    const reply = await stubborn(sim, 'externalcontact/groupchat/get', { chat_id: g.chat_id });
    assert.ok(reply !== 'restart');
    const chat = reply['group_chat'] as { member_version: string; member_list: Json[] };
    assert.equal(chat.member_version, g.member_version);
    assert.deepEqual(
      chat.member_list.map((m) => m['userid']).sort(),
      g.members.map((m) => m.id),
    );
  }
  assert.deepEqual(await sim.violations(), []);
  await sim.close();
});
