/* The library of tags beside WeCom's: what differs and who wins, WeCom's state taken over, what
 * waits to be told or was refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { each, start, until } from './harness.mjs';
import { noViolations, pair } from './wecom_pair.mjs';

const edit = 'externalcontact/edit_corp_tag';
const busy = { kind: 'code', code: 45033, times: 1000 };

const compare = (caller) => caller.post('/api/tags/compare', {});
const takeOver = (caller) => caller.post('/api/tags/take-over', {});
const wishes = async (caller) => (await caller.get('/api/tags/wishes')).items;

/* Differences as "kind winner here there", a group's with its level. */
const lines = ({ items }) =>
  items
    .map((d) =>
      [d.kind, d.winner, d.level === 'group' ? 'group' : '', d.name ?? '-', d.there_name ?? '-']
        .filter((part) => part !== '')
        .join(' '),
    )
    .sort();

/* Every tag in use of WeCom's groups, "group/tag", here and there. */
async function here(caller) {
  const { categories } = await caller.get('/api/tags?archived=false');
  return categories
    .flatMap((c) => c.groups.filter((g) => g.wecom))
    .flatMap((g) => g.tags.map((tag) => `${g.name}/${tag.name}`))
    .sort();
}
const there = async (sim) =>
  (await sim.get('state')).tag_groups
    .flatMap((g) => g.tags.map((tag) => `${g.name}/${tag.name}`))
    .sort();

const find = async (caller, name) =>
  (await caller.get('/api/tags')).categories
    .flatMap((c) => c.groups)
    .flatMap((g) => g.tags)
    .find((tag) => tag.name === name);

/* What another program of the corp would do. */
async function addAtWecom(sim, secret, group_id, name) {
  const { corpid } = await sim.get('corp');
  const call = async (path, body) => {
    const init = body && { method: 'POST', body: JSON.stringify(body) };
    return (await fetch(`${sim.url}/cgi-bin/${path}`, init)).json();
  };
  const { access_token } = await call(`gettoken?corpid=${corpid}&corpsecret=${secret}`);
  const path = `externalcontact/add_corp_tag?access_token=${access_token}`;
  const reply = await call(path, { group_id, tag: [{ name }] });
  assert.ok(reply.tag_group, JSON.stringify(reply));
}

/* A group of WeCom's made here, with its tags told. */
async function makeTags(admin, name, names) {
  const category = await admin.post('/api/tag-categories', { name: `C ${name}` }, 201);
  const body = { category_id: category.id, name, wecom: true };
  const group = await admin.post('/api/tag-groups', body, 201);
  const group_id = group.id;
  for (const tag of names) await admin.post('/api/tags', { group_id, name: tag }, 201);
  await told(admin);
  return group;
}

const told = (admin) =>
  until(
    async () => (await admin.get('/api/outbox?state=waiting')).items.length === 0,
    'an empty outbox',
    30000,
  );

each('tags beside those of WeCom', (engine) => {
  test('what differs is said, and WeCom is taken over', async (t) => {
    const { sim, koi, secrets } = await pair(t, engine);
    const admin = await koi.signIn('administrator');
    const { tag_groups } = await sim.get('state');
    const first = await compare(admin);
    assert.equal(first.groups, tag_groups.length);
    assert.equal(first.tags, tag_groups.flatMap((g) => g.tags).length);
    assert.deepEqual(
      lines(first),
      tag_groups.map((g) => `only_there wecom group - ${g.name}`).sort(),
    );
    assert.deepEqual(await here(admin), [], 'comparing writes nothing');
    assert.deepEqual(await takeOver(admin), {
      added: first.groups + first.tags,
      changed: 0,
      removed: 0,
    });
    assert.deepEqual(await here(admin), await there(sim));
    assert.deepEqual((await compare(admin)).items, []);
    assert.deepEqual(await takeOver(admin), { added: 0, changed: 0, removed: 0 });

    /* Nothing calls back here, so what changes there is not heard of. */
    const [a, b] = tag_groups;
    await sim.post('tag/rename', { id: a.tags[0].id, name: '改名了' });
    await sim.post('tag/rename', { id: b.id, name: '换了组名' });
    await sim.post('tag/delete', { id: a.tags[1].id });
    await addAtWecom(sim, secrets[0], b.id, '又一个');
    await sim.post('tag/create', { group_name: '另一组', names: ['甲', '乙'] });
    const changed = await compare(admin);
    assert.deepEqual(
      lines(changed),
      [
        `name wecom ${a.tags[0].name} 改名了`,
        `name wecom group ${b.name} 换了组名`,
        `only_here wecom ${a.tags[1].name} -`,
        'only_there wecom - 又一个',
        'only_there wecom group - 另一组',
      ].sort(),
    );
    assert.deepEqual([changed.wecom, changed.koi, changed.nobody], [5, 0, 0]);
    await takeOver(admin);
    assert.deepEqual(await here(admin), await there(sim));
    assert.deepEqual((await compare(admin)).items, []);
    const gone = tag_groups[1].id;
    await sim.post('tag/delete', { id: gone });
    assert.deepEqual(lines(await compare(admin)), ['only_here wecom group 换了组名 -']);
    await takeOver(admin);
    assert.deepEqual(await here(admin), await there(sim));
    const { items } = await admin.get('/api/audit?limit=50');
    assert.equal(items.filter((x) => x.action === 'tag_take_over').length, 4);
    await noViolations(sim);
  });

  test('what waits to be told stays as it is here', async (t) => {
    const { sim, koi } = await pair(t, engine);
    const admin = await koi.signIn('administrator');
    await takeOver(admin);
    const group = await makeTags(admin, '锦池', ['金', '银', '铜']);
    assert.deepEqual((await compare(admin)).items, []);
    const made = (await sim.get('state')).tag_groups.find((g) => g.name === '锦池');
    for (const api of ['edit', 'add', 'del'])
      await sim.post('faults', { ...busy, api: `externalcontact/${api}_corp_tag` });
    await admin.patch(`/api/tags/${(await find(admin, '金')).id}`, { name: '白金' });
    await admin.patch(`/api/tag-groups/${group.id}`, { name: '锦池会员' });
    await admin.post('/api/tags', { group_id: group.id, name: '铁' }, 201);
    const dear = await find(admin, '铜');
    const end = await admin.call('DELETE', `/api/tags/${dear.id}?wecom=true`);
    assert.equal(end.status, 200);
    await sim.post('tag/rename', { id: made.tags[0].id, name: '黄金' });
    const found = await compare(admin);
    const want = [
      'name koi group 锦池会员 锦池',
      'name koi 白金 黄金',
      'only_here koi 铁 -',
      'only_there koi 铜 铜',
    ];
    assert.deepEqual(lines(found), want.sort());
    assert.equal(found.koi, 4);
    assert.deepEqual(
      (await wishes(admin)).map((w) => `${w.kind} ${(w.tag ?? w.group).name} ${w.state}`).sort(),
      [
        'tag_add 铁 waiting',
        'tag_delete 铜 waiting',
        'tag_edit 白金 waiting',
        'tag_group_edit 锦池会员 waiting',
      ],
    );
    await takeOver(admin);
    assert.deepEqual(lines(await compare(admin)), want.sort());
    sim.clearFaults();
    await told(admin);
    assert.deepEqual(await wishes(admin), []);
    assert.deepEqual((await compare(admin)).items, []);
    assert.deepEqual(await here(admin), await there(sim));
    assert.ok((await there(sim)).includes('锦池会员/白金'));
    await noViolations(sim);
  });

  test('what was refused says why, and is mended', async (t) => {
    const { sim, koi } = await pair(t, engine);
    const admin = await koi.signIn('administrator');
    await takeOver(admin);
    const [theirs] = (await sim.get('state')).tag_groups;
    const before = theirs.tags[0].name;
    const tag = await find(admin, before);
    await sim.post('faults', { api: edit, kind: 'code', code: 60011 });
    await admin.patch(`/api/tags/${tag.id}`, { name: '我的名字' });
    await told(admin);
    const [refused] = await wishes(admin);
    assert.equal(refused.state, 'dead');
    assert.equal(refused.tag.id, tag.id);
    assert.equal(refused.error.code, 'wecom_60011');
    assert.match(refused.error.hint, /标签页|tags page/);
    assert.deepEqual(lines(await compare(admin)), [`name wecom 我的名字 ${before}`]);
    await takeOver(admin);
    assert.deepEqual(await here(admin), await there(sim));
    await admin.call('POST', `/api/outbox/${refused.id}/drop`, {});
    assert.deepEqual(await wishes(admin), []);

    /* Refused when it was made, and given up: nobody tells it until somebody asks again. */
    const group = await makeTags(admin, '锦池', ['金']);
    await sim.post('faults', {
      api: 'externalcontact/add_corp_tag',
      kind: 'code',
      code: 40068,
    });
    await admin.post('/api/tags', { group_id: group.id, name: '银' }, 201);
    await told(admin);
    const [dead] = await wishes(admin);
    assert.equal(dead.error.code, 'wecom_40068');
    assert.deepEqual(lines(await compare(admin)), ['only_here nobody 银 -']);
    await takeOver(admin);
    assert.ok((await here(admin)).includes('锦池/银'), 'nothing of ours is lost');
    await admin.patch(`/api/tag-groups/${group.id}`, { wecom: true });
    await told(admin);
    assert.deepEqual(await wishes(admin), [], 'a later wish has done it');
    assert.deepEqual((await compare(admin)).items, []);
    const groups = (await admin.get('/api/tags')).categories.flatMap((c) => c.groups);
    assert.ok(groups.every((g) => g.wecom && g.told));
    await noViolations(sim);
  });

  test('without WeCom, and for those who may not', async (t) => {
    const koi = await start(t, engine);
    const admin = await koi.signIn('administrator');
    for (const path of ['compare', 'take-over']) {
      const { error } = await admin.post(`/api/tags/${path}`, {}, 404);
      assert.equal(error.code, 'wecom_not_set');
      assert.ok(error.hint);
    }
    assert.deepEqual(await wishes(admin), []);
    const group = await makeTags(admin, '等级', ['金']);
    const { categories } = await admin.get('/api/tags');
    const [made] = categories.flatMap((c) => c.groups);
    assert.deepEqual([made.id, made.wecom, made.told], [group.id, true, false]);
    const manager = await koi.signIn('manager');
    for (const path of ['compare', 'take-over'])
      await manager.call('POST', `/api/tags/${path}`, {}, { expect: 403 });
    await manager.call('GET', '/api/tags/wishes', undefined, { expect: 403 });
  });
});
