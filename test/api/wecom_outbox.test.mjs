/* What is changed in Koi is told to WeCom once, in order, through bad days and kills; and of two
 * who change the same, the rule of domain/tag_wish.h says who wins. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { each, until } from './harness.mjs';
import { noViolations, pair } from './wecom_pair.mjs';

const mark = 'externalcontact/mark_tag';
const addTag = 'externalcontact/add_corp_tag';
const token = 'QDG6eK';
const aes_key = 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C';

async function listen(sim, koi) {
  const url = `http://127.0.0.1:${koi.port}/api/wecom/callback`;
  await sim.post('callback', { url, token, aes_key });
}

/* A pair whose WeCom has `n` friends of one member of staff, who are known here. */
async function corp(t, engine, n = 1) {
  const env = { KOI_WECOM_TOKEN: token, KOI_WECOM_AES_KEY: aes_key };
  const { sim, koi } = await pair(t, engine, env);
  const admin = await koi.signIn('administrator');
  await sim.post('clock/set', { at_s: Math.floor(Date.now() / 1000) });
  await sim.post('clock/wall', { speed: 1 });
  await listen(sim, koi);
  const [anna, ben] = (await sim.get('state')).staff.filter(
    (s) => s.contact_right && s.status === 1,
  );
  const friends = [];
  for (let i = 0; i < n; i++)
    friends.push((await sim.post('customer/add', { userid: anna.userid })).external_userid);
  await known(admin, n);
  return { sim, koi, admin, anna, ben, friends };
}

const known = (admin, n) =>
  until(async () => {
    const { items } = await admin.get('/api/inbox?state=waiting&limit=1');
    return items.length === 0 && (await admin.get('/api/customers')).items.length === n;
  }, 'the friends');

const rows = async (admin, state) => (await admin.get(`/api/outbox?state=${state}`)).items;

/* Nothing waits; in `want` how many of the other states there are. */
async function told(admin, want = {}) {
  await until(async () => (await rows(admin, 'waiting')).length === 0, 'an empty outbox', 30000);
  for (const state of ['dead', 'unsure']) {
    const found = await rows(admin, state);
    assert.equal(found.length, want[state] ?? 0, `${state}: ${JSON.stringify(found)}`);
  }
}

/* "group/name" of what a friend wears at WeCom, by ids of WeCom's. */
async function worn(sim, userid, external_userid) {
  const state = await sim.get('state');
  const names = new Map(
    state.tag_groups.flatMap((g) => g.tags.map((tag) => [tag.id, `${g.name}/${tag.name}`])),
  );
  const r = state.relations.find(
    (x) => x.userid === userid && x.external_userid === external_userid,
  );
  return r.tags.map((id) => names.get(id)).sort();
}

/* Names of a customer's tags here. */
const here = async (admin, id) =>
  (await admin.get('/api/customers')).items
    .find((c) => c.id === id)
    .tags.map((tag) => tag.name)
    .sort();

/* How often WeCom was asked to do something and did it. */
const calls = async (sim, path) =>
  (await sim.get('journal?after=0')).entries.filter((x) => x.by === 'api' && x.act === path).length;

/* A group of WeCom's with these tags, made here. */
async function makeTags(admin, group, names) {
  const category = await admin.post('/api/tag-categories', { name: `C ${group}` }, 201);
  const made = await admin.post(
    '/api/tag-groups',
    { category_id: category.id, name: group, wecom: true },
    201,
  );
  const tags = [];
  for (const name of names)
    tags.push(await admin.post('/api/tags', { group_id: made.id, name }, 201));
  return { category, group: made, tags };
}

each('the outbox', (engine) => {
  test('tags made, renamed, put on, taken off and deleted here are so at WeCom', async (t) => {
    const { sim, koi, admin, anna, ben, friends } = await corp(t, engine);
    const [friend] = friends;
    await sim.post('customer/add', { userid: ben.userid, external_userid: friend });
    await until(
      async () => (await admin.get('/api/customers')).items[0].staff.length === 2,
      'the second friendship',
    );
    const { group, tags } = await makeTags(admin, '锦池', ['金', '银']);
    const [{ id }] = (await admin.get('/api/customers')).items;
    const on = (tag) => admin.call('PUT', `/api/customers/${id}/tags/${tag.id}`, {});
    for (const tag of tags) await on(tag);
    await told(admin);
    /* On each friendship. */
    for (const who of [anna, ben])
      assert.deepEqual(await worn(sim, who.userid, friend), ['锦池/金', '锦池/银']);
    assert.equal(await calls(sim, addTag), 2);
    assert.ok((await calls(sim, mark)) <= 4);
    await admin.patch(`/api/tags/${tags[0].id}`, { name: '钻石' });
    await admin.patch(`/api/tag-groups/${group.id}`, { name: '锦池会员' });
    await admin.call('DELETE', `/api/customers/${id}/tags/${tags[1].id}`);
    await told(admin);
    for (const who of [anna, ben])
      assert.deepEqual(await worn(sim, who.userid, friend), ['锦池会员/钻石']);
    assert.deepEqual(await here(admin, id), ['钻石']);
    /* Taken off with the member of staff, in the log. */
    const { items } = await admin.get(`/api/customers/${id}/timeline?kind=tag_off`);
    assert.deepEqual(items.map((x) => x.staff?.name).sort(), [anna.userid, ben.userid].sort());
    /* Archived here alone: stays at WeCom. Deleted: gone there. */
    await admin.call('DELETE', `/api/tags/${tags[1].id}`);
    await told(admin);
    const names = async () =>
      (await sim.get('state')).tag_groups
        .find((g) => g.name === '锦池会员')
        ?.tags.map((x) => x.name);
    assert.deepEqual(await names(), ['钻石', '银']);
    for (const tag of tags) await admin.call('DELETE', `/api/tags/${tag.id}?wecom=true`);
    await told(admin);
    assert.equal(await names(), undefined); /* a group without tags vanishes */
    /* And comes back by its name. */
    await admin.patch(`/api/tags/${tags[0].id}`, { archived: false });
    await told(admin);
    assert.deepEqual(await names(), ['钻石']);
    assert.equal((await admin.get('/api/inbox?state=dead')).items.length, 0);
    const manager = await koi.signIn('manager');
    await manager.call('GET', '/api/outbox', undefined, { expect: 403 });
    await noViolations(sim);
  });

  test("Koi's own tags stay here, and WeCom's limits are said at once", async (t) => {
    const { sim, admin, anna, friends } = await corp(t, engine);
    const before = await worn(sim, anna.userid, friends[0]);
    const category = await admin.post('/api/tag-categories', { name: 'Koi' }, 201);
    const own = await admin.post('/api/tag-groups', { category_id: category.id, name: '细' }, 201);
    const long = '很'.repeat(31);
    const tag = await admin.post('/api/tags', { group_id: own.id, name: long, grain: 'fine' }, 201);
    const [{ id }] = (await admin.get('/api/customers')).items;
    await admin.call('PUT', `/api/customers/${id}/tags/${tag.id}`, {});
    assert.deepEqual((await admin.get('/api/outbox')).items, []);
    const { group } = await makeTags(admin, '渠道', []);
    const no = await admin.call(
      'POST',
      '/api/tags',
      { group_id: group.id, name: long },
      { expect: 400 },
    );
    assert.equal(no.body.error.code, 'wecom_tag_name');
    /* Its tags have to fit before a group can become WeCom's. */
    await admin.call('PATCH', `/api/tag-groups/${own.id}`, { wecom: true }, { expect: 400 });
    await admin.patch(`/api/tags/${tag.id}`, { name: '短' });
    await admin.patch(`/api/tag-groups/${own.id}`, { wecom: true });
    await admin.call('PATCH', `/api/tag-groups/${own.id}`, { wecom: false }, { expect: 409 });
    await told(admin);
    const { tag_groups } = await sim.get('state');
    assert.ok(tag_groups.some((g) => g.name === '细' && g.tags[0].name === '短'));
    assert.deepEqual(await worn(sim, anna.userid, friends[0]), before);
    await noViolations(sim);
  });

  test('bad days of WeCom: told all the same, once; what it refuses can be seen', async (t) => {
    const { sim, koi, admin, anna, friends } = await corp(t, engine);
    const { group, tags } = await makeTags(admin, '等级', ['金', '银', '铜']);
    await told(admin);
    const [{ id }] = (await admin.get('/api/customers')).items;
    const set = (tag, method) => admin.call(method, `/api/customers/${id}/tags/${tag.id}`, {});
    await sim.post('tokens/revoke');
    await sim.post('faults', { api: mark, kind: 'busy' });
    await sim.post('faults', { api: mark, kind: 'cut' });
    await set(tags[0], 'PUT');
    await told(admin);
    await sim.post('faults', { api: mark, kind: 'code', code: 40144 });
    await set(tags[1], 'PUT');
    await told(admin, { dead: 1 });
    assert.deepEqual(await worn(sim, anna.userid, friends[0]), ['等级/金']);
    const [dead] = await rows(admin, 'dead');
    assert.equal(dead.error.code, 'wecom_40144');
    assert.ok(dead.error.message && dead.error.hint && dead.account_id);
    const listed = await koi.koi('outbox', 'list', '--state', 'dead');
    assert.match(listed.out, /40144/);
    assert.equal((await koi.koi('outbox', 'retry', dead.id)).code, 0);
    await told(admin);
    assert.deepEqual(await worn(sim, anna.userid, friends[0]), ['等级/金', '等级/银']);
    await admin.call('POST', `/api/outbox/${dead.id}/drop`, {}, { expect: 409 });

    /* A lost answer of what must not be done twice: an operator decides, and does no harm. */
    await sim.post('faults', { api: addTag, kind: 'cut' });
    const late = await admin.post('/api/tags', { group_id: group.id, name: '铁' }, 201);
    await told(admin, { unsure: 1 });
    const [unsure] = await rows(admin, 'unsure');
    assert.equal(unsure.error.code, 'wecom_unsure');
    await set(late, 'PUT'); /* waits for the tag to be there */
    await admin.call('POST', `/api/outbox/${unsure.id}/retry`, {});
    await told(admin);
    assert.deepEqual(
      await worn(sim, anna.userid, friends[0]),
      ['等级/金', '等级/银', '等级/铁'].sort(),
    );
    const groups = (await sim.get('state')).tag_groups.filter((g) => g.name === '等级');
    assert.deepEqual(
      groups.map((g) => g.tags.map((x) => x.name).sort()),
      [['金', '银', '铜', '铁'].sort()],
    );

    /* Blocked: on, off and on again meanwhile is one wish, and it waits. */
    await sim.post('faults', { api: mark, kind: 'code', code: 45009 });
    await set(tags[2], 'PUT');
    await set(tags[2], 'DELETE');
    await set(tags[2], 'PUT');
    await until(async () => (await rows(admin, 'waiting'))[0]?.attempts > 0, 'a failed attempt');
    const waiting = await rows(admin, 'waiting');
    assert.equal(waiting.length, 1);
    assert.equal(waiting[0].error.code, 'wecom_rate');
    await admin.call('POST', `/api/outbox/${waiting[0].id}/drop`, {});
    await told(admin);
    for (const secret of ['等级', friends[0]]) assert.ok(!koi.log.includes(secret), secret);
    await noViolations(sim);
  });

  test('who wins: a tag taken off here stays off, one put on at WeCom comes', async (t) => {
    const { sim, admin, anna, friends } = await corp(t, engine);
    const on = { userid: anna.userid, external_userid: friends[0] };
    const { tags } = await makeTags(admin, '等级', ['金', '银']);
    await told(admin);
    const ids = new Map(
      (await sim.get('state')).tag_groups.flatMap((g) => g.tags.map((x) => [x.name, x.id])),
    );
    const [{ id }] = (await admin.get('/api/customers')).items;
    await sim.post('staff/tag', { ...on, add_tag: [ids.get('金')] });
    await until(async () => (await here(admin, id)).includes('金'), 'the tag of WeCom');
    /* Not told yet, and an answer comes that still has it. */
    await sim.post('faults', { api: mark, kind: 'code', code: 45033, times: 4 });
    await admin.call('DELETE', `/api/customers/${id}/tags/${tags[0].id}`);
    const before = (await admin.get('/api/inbox?state=done&limit=200')).items.length;
    await sim.post('staff/tag', { ...on, add_tag: [ids.get('银')] });
    await until(async () => (await here(admin, id)).includes('银'), 'the other tag of WeCom');
    assert.ok((await admin.get('/api/inbox?state=done&limit=200')).items.length > before);
    assert.deepEqual(await here(admin, id), ['银']);
    await told(admin);
    assert.deepEqual(await worn(sim, on.userid, on.external_userid), ['等级/银']);
    /* Told, and put on again at WeCom afterwards: that counts. */
    await sim.post('staff/tag', { ...on, add_tag: [ids.get('金')] });
    await until(async () => (await here(admin, id)).length === 2, 'the tag again');
    /* Renamed here while the library is asked for there. */
    await admin.patch(`/api/tags/${tags[0].id}`, { name: '白金' });
    await sim.post('tag/create', { group_name: '别的', names: ['甲'] });
    await told(admin);
    await until(async () => {
      const tree = await admin.get('/api/tags');
      return tree.categories.some((c) => c.groups.some((g) => g.name === '别的'));
    }, 'the library');
    assert.deepEqual(await here(admin, id), ['白金', '银'].sort());
    assert.deepEqual(
      await worn(sim, on.userid, on.external_userid),
      ['等级/白金', '等级/银'].sort(),
    );
    await noViolations(sim);
  });

  test('many at once, and a kill in between: each told, none twice', async (t) => {
    const n = 40;
    const { sim, koi, admin, anna, friends } = await corp(t, engine, n);
    const { tags } = await makeTags(admin, '等级', ['金', '银']);
    await told(admin);
    await sim.post('faults', { api: mark, kind: 'delay', ms: 200, times: 60 });
    const customer_ids = (await admin.get('/api/customers?limit=200')).items.map((c) => c.id);
    await admin.post(`/api/tags/${tags[0].id}/customers`, { customer_ids });
    const who = { expression: 'friend' }; /* the same as a job */
    const { job } = await admin.post(`/api/tags/${tags[1].id}/customers`, who, 202);
    assert.deepEqual((await admin.job(job.id)).result, { tagged: n, skipped: 0 });
    await until(async () => (await calls(sim, mark)) > 2, 'some calls');
    await koi.crash();
    await koi.serve();
    await listen(sim, koi);
    await told(admin);
    for (const friend of friends)
      assert.deepEqual(await worn(sim, anna.userid, friend), ['等级/金', '等级/银']);
    /* What was under way at the kill may be told again; nothing else is. */
    assert.ok((await calls(sim, mark)) <= 2 * n + 8);
    await noViolations(sim);
  });
});
