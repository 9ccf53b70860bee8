/* write_kill — kill -9 of the server while clients write through the API; what was acknowledged is
 * there, once.
 *
 *   node test/torture/write_kill.mjs [--times N] [--seed S]
 *
 * One installation lives through all kills of a run. Eight clients write notes (each with an
 * idempotency key of its own), put tags and rename customers as fast as they are answered; the
 * server is killed at a moment drawn from the seed. After each kill the file must be sound, each
 * acknowledged write must be there, a note that was cut off is sent again with its key and is there
 * once, and a name is the last acknowledged one or the one under way. At the end the audit chain
 * must be whole. Even seeds run on PostgreSQL where KOI_TEST_PG names one.
 */
import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import { engines, random, start } from '../api/harness.mjs';
import { file } from '../api/files.mjs';

const { values } = parseArgs({
  options: { times: { type: 'string', default: '4' }, seed: { type: 'string', default: '1' } },
});
const CLIENTS = 8;
const seed = Number(values.seed);
const engine = engines[seed % 2 === 0 ? engines.length - 1 : 0];
const below = random(seed);

const ends = [];
const koi = await start({ after: (end) => ends.push(end) }, engine, { serve: false });
const people = Array.from({ length: CLIENTS }, (_, i) => `P${i},Person ${i},1380013${8000 + i}`);
const made = await koi.koi(
  'import',
  'customers',
  file(koi, 'people.csv', `customer id,nickname,phone\n${people.join('\n')}\n`),
  '--json',
);
assert.equal(made.code, 0, made.err);

/* What one client asked for and what it was told. */
class Client {
  constructor(customer_id, name) {
    Object.assign(this, { customer_id, name, next_name: null, open: null });
    this.notes = new Set();
    this.tags = new Set();
    this.tag = null;
    this.count = 0;
  }

  /* One write; it stays "under way" until it is answered. */
  async step(caller, tag_ids) {
    const n = this.count++;
    if (n % 3 === 0) {
      this.open = `${this.customer_id}-${n}`;
      await note(caller, this.customer_id, this.open);
      this.notes.add(this.open);
      this.open = null;
    } else if (n % 3 === 1) {
      this.next_name = `name ${n}`;
      const body = { nickname: this.next_name };
      await caller.call('PATCH', `/api/customers/${this.customer_id}`, body, { expect: 200 });
      this.name = this.next_name;
    } else {
      this.tag = tag_ids[n % tag_ids.length];
      const path = `/api/customers/${this.customer_id}/tags/${this.tag}`;
      await caller.call('PUT', path, undefined, { expect: 200 });
      this.tags.add(this.tag);
      this.tag = null;
    }
  }
}

function note(caller, customer_id, text) {
  return caller.call(
    'POST',
    `/api/customers/${customer_id}/notes`,
    { text },
    { headers: { 'idempotency-key': `torture-${text}` }, expect: 201 },
  );
}

/* Writes until the server is gone. An answer that is not the expected one is a failure, no answer
 * is the kill. */
async function write(client, caller, tag_ids, gone) {
  while (!gone.yet) {
    try {
      await client.step(caller, tag_ids);
    } catch (error) {
      if (error instanceof assert.AssertionError || !gone.yet) throw error;
    }
  }
}

/* The texts of all notes on a customer, page by page. */
async function notesOf(caller, customer_id) {
  const texts = [];
  let more = '';
  do {
    const { items, next } = await caller.get(
      `/api/customers/${customer_id}/notes?limit=200${more}`,
    );
    texts.push(...items.map((item) => item.text));
    more = next === null ? null : `&cursor=${next}`;
  } while (more !== null);
  return texts;
}

/* All that was acknowledged is there. */
async function check(client, caller) {
  if (client.open !== null) {
    await note(caller, client.customer_id, client.open);
    client.notes.add(client.open);
    client.open = null;
  }
  const texts = await notesOf(caller, client.customer_id);
  assert.deepEqual(texts.sort(), [...client.notes].sort());
  const { nickname, tags } = await caller.get(`/api/customers/${client.customer_id}`);
  if (client.next_name !== null)
    assert.ok([client.name, client.next_name].includes(nickname), `named ${nickname}`);
  client.name = nickname;
  const worn = new Set(tags.map((tag) => tag.id));
  for (const tag of client.tags)
    assert.ok(worn.has(tag), `tag ${tag} was acknowledged and is lost`);
  for (const tag of worn) assert.ok(client.tags.has(tag) || client.tag === tag);
  client.tags = worn;
}

try {
  await koi.serve();
  const caller = await koi.signIn('administrator');
  const { items } = await caller.get('/api/customers?limit=50');
  assert.equal(items.length, CLIENTS);
  const clients = items.map((customer) => new Client(customer.id, customer.nickname));
  const category = await caller.post('/api/tag-categories', { name: 'torture' }, 201);
  const group = await caller.post(
    '/api/tag-groups',
    { category_id: category.id, name: 'torture' },
    201,
  );
  const tag_ids = [];
  for (let i = 0; i < 40; i++) {
    const tag = await caller.post('/api/tags', { group_id: group.id, name: `t${i}` }, 201);
    tag_ids.push(tag.id);
  }
  const times = Number(values.times);
  for (let i = 0; i < times; i++) {
    const gone = { yet: false };
    const writing = clients.map((client) => write(client, caller, tag_ids, gone));
    await new Promise((resolve) => setTimeout(resolve, 20 + below(400))); /* the moment of death */
    gone.yet = true;
    await koi.crash();
    await Promise.all(writing);
    if (engine === 'sqlite') assert.equal(await koi.sql('PRAGMA integrity_check'), 'ok');
    await koi.serve();
    for (const client of clients) await check(client, caller);
  }
  const { ok } = await caller.post('/api/audit/verify');
  assert.equal(ok, true);
  const done = clients.reduce((sum, client) => sum + client.count, 0);
  console.log(`write_kill (${engine}): ${times} kills, ${done} writes: none lost, none twice`);
} finally {
  for (const end of ends) await end();
}
