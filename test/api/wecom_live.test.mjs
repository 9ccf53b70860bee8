/* What happens at WeCom becomes the corp's customers, groups, tags and staff: callbacks arrive, Koi
 * asks what changed, and what it then shows is what the simulator knows to be true. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { each, until } from './harness.mjs';
import { noViolations, pair } from './wecom_pair.mjs';

/* Callbacks on, at the clock of this machine. */
async function connect(sim, koi, admin) {
  const token = 'QDG6eK';
  const key = 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C';
  await admin.put('/api/settings/wecom_token', { value: token });
  await admin.put('/api/settings/wecom_aes_key', { value: key });
  await sim.post('clock/set', { at_s: Math.floor(Date.now() / 1000) });
  await sim.post('callback', {
    url: `http://127.0.0.1:${koi.port}/api/wecom/callback`,
    token,
    aes_key: key,
  });
}

/* Everything told has been worked off. */
async function settled(sim, admin) {
  await sim.post('callbacks/drain');
  await until(async () => {
    const { items } = await admin.get('/api/inbox?state=waiting&limit=1');
    return items.length === 0;
  }, 'the inbox is empty');
  const dead = await admin.get('/api/inbox?state=dead&limit=10');
  assert.deepEqual(dead.items, []);
}

/* What is asked of the mirror may be a moment behind the rows. */
async function becomes(read, want) {
  let got;
  const same = async () => isDeepStrictEqual((got = await read()), want);
  await until(same, 'what is shown is what is true', 10000).catch(() => {});
  assert.deepEqual(got, want);
}

const sorted = (list) => [...list].sort();
const lines = (list) => sorted(list.map((x) => JSON.stringify(x)));

/* The customers of some friendships as Koi shows them, from the simulator's truth. Staff of whom
 * nothing was told are known by their userids. Whoever deletes the staff is told on, tags and
 * all. */
function truth(state, ids) {
  const tags = new Map(state.tag_groups.flatMap((g) => g.tags.map((tag) => [tag.id, tag.name])));
  return ids.map((id) => {
    const told = state.relations.filter((r) => r.external_userid === id && r.status !== 'deleted');
    const friends = told.filter((r) => !r.customer_deleted);
    return {
      name: state.customers.find((c) => c.external_userid === id).name,
      staff: sorted(friends.map((r) => r.userid)),
      tags: sorted(new Set(told.flatMap((r) => r.tags.map((tag) => tags.get(tag))))),
    };
  });
}

const shown = (items) =>
  items.map((c) => ({
    name: c.nickname,
    staff: sorted(c.staff.map((s) => s.name)),
    tags: sorted(c.tags.map((tag) => tag.name)),
  }));

each('callbacks become rows', (engine) => {
  test('friends, tags, groups and staff are what WeCom says they are', async (t) => {
    const { sim, koi } = await pair(t, engine);
    const admin = await koi.signIn('administrator');
    await connect(sim, koi, admin);
    const before = await sim.get('state');
    const [anna, ben] = before.staff.filter((s) => s.contact_right && s.status === 1);
    const [first, second] = before.tag_groups[0].tags;

    const people = [];
    for (const who of [anna, ben, anna, anna]) {
      const added = await sim.post('customer/add', { userid: who.userid, state: 'A1', add_way: 1 });
      people.push(added.external_userid);
    }
    /* One of them is a friend of two. */
    await sim.post('customer/add', { userid: ben.userid, external_userid: people[0] });
    const on = { userid: anna.userid, external_userid: people[0] };
    await sim.post('staff/remark', { ...on, remark: '老客' });
    await sim.post('staff/tag', { ...on, add_tag: [first.id, second.id] });
    await settled(sim, admin);
    const all = async () => lines(shown((await admin.get('/api/customers?limit=200')).items));
    await becomes(all, lines(truth(await sim.get('state'), people)));

    /* Edited, renamed, ended by one and by the other. A second later, as people do it: the messages
     * of one second are word by word the same, and one of them is asked about when it is over. */
    await sim.post('clock/advance', { seconds: 2 });
    await sim.post('staff/tag', { ...on, remove_tag: [second.id] });
    await sim.post('tag/rename', { id: first.id, name: '常客' });
    await sim.post('tag/create', { group_name: '等级', names: ['金', '银'] });
    await sim.post('customer/delete', { userid: anna.userid, external_userid: people[2] });
    await sim.post('staff/delete_customer', { userid: anna.userid, external_userid: people[3] });
    /* A friendship that began before we listened ends: it is known from then on. */
    const old = before.relations.find(
      (r) => r.userid === ben.userid && r.status === 'friend' && !r.customer_deleted,
    );
    await sim.post('customer/delete', { userid: ben.userid, external_userid: old.external_userid });
    people.push(old.external_userid);
    await sim.post('staff/join', { userid: 'lin', name: '林晓', department: [1] });
    await settled(sim, admin);
    const state = await sim.get('state');
    await becomes(all, lines(truth(state, people)));
    const tags = (await admin.get('/api/tags')).categories.flatMap((c) =>
      c.groups.flatMap((g) => g.tags.map((tag) => `${g.name}/${tag.name}`)),
    );
    const told = state.tag_groups.flatMap((g) => g.tags.map((tag) => `${g.name}/${tag.name}`));
    for (const tag of told) assert.ok(tags.includes(tag), tag);

    /* A group, whose members we know or do not. */
    const group = await sim.post('group/create', { owner: anna.userid, name: '福利群' });
    await sim.post('group/join', {
      chat_id: group.chat_id,
      members: people.slice(0, 4),
      join_scene: 3,
    });
    await sim.post('group/leave', { chat_id: group.chat_id, members: [people[3]] });
    await sim.post('group/set', { chat_id: group.chat_id, name: '新福利群' });
    await settled(sim, admin);
    const groups = async () =>
      (await admin.get('/api/groups')).items.map((g) => [g.name, g.members]);
    await becomes(groups, [['新福利群', 3]]); /* and its owner, who is staff */
    await noViolations(sim);
  });
});
