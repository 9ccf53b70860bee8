/* Codes against a simulator of WeCom, both clocks turned by hand: lists that follow hours,
 * capacities and backups; friends with what their code gives them; refusals and ends; groups;
 * links. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pngOf } from './files.mjs';
import { each } from './harness.mjs';
import { world } from './codes_world.mjs';
import { noViolations } from './wecom_pair.mjs';
import { monday8 } from './wecom_world.mjs';

const hours = (from, to) => ({ staff_id: '0', weekday: 1, from_min: from * 60, to_min: to * 60 });

each('codes', (engine) => {
  test('hours, capacity and backup change the list at WeCom', async (t) => {
    const w = await world(t, engine);
    const [a, b, c] = w.ids;
    const [ua, ub, uc] = w.userids;
    const code = await w.admin.post(
      '/api/codes',
      {
        kind: 'staff',
        name: '门店',
        members: [{ staff_id: a, daily_cap: 2 }, { staff_id: b }, { staff_id: c, backup: true }],
        hours: [hours(9, 18), { ...hours(9, 12), staff_id: b }],
        key: 'made by the test',
      },
      201,
    );
    assert.match(code.qr_url, /^http:.*\/wwhead\//);
    assert.equal(code.status, 'active');
    /* Before nine only the backup can. */
    assert.deepEqual(await w.standing(), [uc]);
    /* The same key again makes no second one. */
    const again = await w.admin.post('/api/codes', {
      kind: 'staff',
      name: '门店',
      members: [{ staff_id: a }],
      key: 'made by the test',
    });
    assert.equal(again.id, code.id);

    await w.at(monday8 + 3600);
    assert.equal((await w.look()).changed, 1);
    assert.deepEqual(await w.standing(), [ua, ub]);
    assert.equal((await w.look()).changed, 0);
    await w.at(monday8 + 4 * 3600); /* twelve: the second goes by hours of their own */
    await w.look();
    assert.deepEqual(await w.standing(), [ua]);
    const shown = await w.admin.get(`/api/codes/${code.id}`);
    assert.deepEqual(
      shown.members.map((m) => m.listed),
      [true, false, false],
    );
    /* Two of the day, then the backup. */
    const { config_id } = (await w.sim.get('state')).contact_ways[0];
    for (let i = 0; i < 2; i++) await w.sim.post('customer/scan', { config_id });
    await w.settled();
    await w.look();
    assert.deepEqual(await w.standing(), [uc]);
    /* Nobody at all: the list stays, and it is said until somebody can. */
    await w.admin.patch(`/api/codes/${code.id}`, {
      members: [{ staff_id: a, daily_cap: 2 }],
      hours: [hours(9, 18)],
    });
    await w.look();
    assert.deepEqual(await w.standing(), [ua]);
    const warned = async () => (await w.admin.get('/api/codes/warnings')).items.map((x) => x.kind);
    assert.deepEqual(await warned(), ['nobody']);
    await w.admin.patch(`/api/codes/${code.id}`, { members: [{ staff_id: a, daily_cap: 3 }] });
    await w.look();
    assert.deepEqual(await warned(), []);
    await noViolations(w.sim);
  });

  test('a friend gets tags, remark, stage and source, and is counted', async (t) => {
    const w = await world(t, engine);
    const [a] = w.ids;
    await w.sim.post('tag/create', { group_name: '渠道', names: ['地推'] });
    await w.settled();
    const { categories } = await w.admin.get('/api/tags');
    const all = categories.flatMap((x) => x.groups.flatMap((g) => g.tags));
    const told = all.find((x) => x.name === '地推');
    /* One of Koi's own, which WeCom never hears of. */
    const category = await w.admin.post('/api/tag-categories', { name: '内部' }, 201);
    const group = { category_id: category.id, name: '内部', wecom: false };
    const { id: group_id } = await w.admin.post('/api/tag-groups', group, 201);
    const own = await w.admin.post('/api/tags', { group_id, name: '仅本地' }, 201);
    const stage = await w.admin.post('/api/stages', { name: '刚认识' }, 201);
    const code = await w.admin.post(
      '/api/codes',
      {
        kind: 'staff',
        name: '传单',
        members: [{ staff_id: a }],
        tags: [told.id, own.id],
        stage_id: stage.id,
        remark: '{code}-{day}',
      },
      201,
    );
    const { config_id } = (await w.sim.get('state')).contact_ways[0];
    const { external_userid } = await w.sim.post('customer/scan', { config_id });
    await w.settled();
    const customers = (await w.admin.get('/api/customers?limit=50')).items;
    const friend = customers.find((x) => x.source?.name === '传单');
    assert.equal(friend.stage.name, '刚认识');
    assert.deepEqual(friend.tags.map((x) => x.name).sort(), ['仅本地', '地推'].sort());
    /* And at WeCom. */
    const { relations } = await w.sim.get('state');
    const there = relations.find((r) => r.external_userid === external_userid);
    assert.equal(there.remark, '传单-2026-11-23');
    assert.equal(there.tags.length, 1);

    /* Told again by an edit, nothing is taken off and nobody counted twice. */
    await w.sim.post('staff/tag', { userid: w.userids[0], external_userid, add_tag: [] });
    await w.settled();
    await w.at(w.now + 600);
    await w.sim.post('customer/delete', { userid: w.userids[0], external_userid });
    await w.settled();
    for (const by of ['code', 'staff', 'hour', 'day']) {
      const stats = await w.admin.get(`/api/codes/statistics?by=${by}&code_id=${code.id}`);
      assert.equal(stats.scans, null);
      assert.equal(stats.sum.friends, 1, by);
      assert.equal(stats.sum.new_customers, 1);
      assert.equal(stats.sum.ended_1d, 1);
      assert.equal(stats.items.length, 1);
      const [row] = stats.items;
      const said = { code: row.code?.name, staff: row.staff?.id, hour: row.hour, day: row.day };
      const want = { code: '传单', staff: a, hour: 8, day: '2026-11-23' };
      assert.equal(said[by], want[by]);
    }
    /* Somebody who sees only their own staff's customers counts those. */
    const other = await w.koi.signIn('manager', { scope: 'own', staff_id: w.ids[1] });
    assert.equal((await other.get('/api/codes/statistics')).sum.friends, 0);
    await noViolations(w.sim);
  });

  test('a refusal leaves nothing, a lost answer is found, what ends is taken back', async (t) => {
    const w = await world(t, engine);
    const [a] = w.ids;
    const body = { kind: 'staff', name: '活动', members: [{ staff_id: a }] };
    await w.sim.post('limits', { contact_ways: 0 });
    const full = await w.admin.post('/api/codes', body, 413);
    assert.equal(full.error.code, 'wecom_41045');
    assert.ok(full.error.hint);
    assert.equal((await w.admin.get('/api/codes?status=making')).items.length, 0);
    await w.sim.post('limits', { contact_ways: 100 });

    /* Done there, its answer lost: found by its state a minute later. */
    await w.sim.post('faults', { api: 'externalcontact/add_contact_way', kind: 'cut', times: 1 });
    const lost = await w.admin.post('/api/codes', body, 500);
    assert.equal(lost.error.code, 'wecom_unsure');
    assert.equal((await w.admin.get('/api/codes')).items[0].status, 'making');
    await w.at(w.now + 61);
    await w.look();
    const [found] = (await w.admin.get('/api/codes')).items;
    assert.equal(found.status, 'active');
    assert.match(found.qr_url, /^http:.*\/wwhead\//);
    await w.look();
    assert.deepEqual(await w.standing(), [w.userids[0]]);

    /* Its time over, it is taken back; a deleted one likewise, and neither can be changed. */
    await w.admin.patch(`/api/codes/${found.id}`, { expires_s: w.now + 3600 });
    await w.at(w.now + 3600);
    assert.equal((await w.look()).ended, 1);
    assert.equal((await w.admin.get(`/api/codes/${found.id}`)).status, 'expired');
    const second = await w.admin.post('/api/codes', body, 201);
    await w.admin.delete(`/api/codes/${second.id}`, 200);
    await w.admin.delete(`/api/codes/${second.id}`, 200);
    assert.deepEqual((await w.sim.get('state')).contact_ways, []);
    const gone = await w.admin.patch(`/api/codes/${second.id}`, { name: '新' }, 409);
    assert.equal(gone.error.code, 'code_ended');

    for (const [field, wrong] of [
      ['members', { members: [] }],
      ['members', { members: [{ staff_id: '4711' }] }],
      ['members.weight', { members: [{ staff_id: a, weight: 0 }] }],
      ['members', { members: [{ staff_id: a, wieght: 2 }] }],
      ['hours.to_min', { hours: [hours(9, 9)] }],
      ['expires_s', { expires_s: 1 }],
      ['welcomes.text', { welcomes: [{}] }],
      ['tags', { tags: ['4711'] }],
      ['stage_id', { stage_id: '4711' }],
    ]) {
      const { error } = await w.admin.post('/api/codes', { ...body, ...wrong }, 400);
      assert.equal(error.field, field, JSON.stringify(wrong));
    }
    assert.deepEqual((await w.sim.get('state')).contact_ways, []);
    await noViolations(w.sim);
  });

  test('a group code opens the next group before one is full', async (t) => {
    const w = await world(t, engine);
    const groups = [];
    for (const name of ['一群', '二群'])
      groups.push(await w.sim.post('group/create', { owner: w.userids[0], name }));
    await w.settled();
    const known = (await w.admin.get('/api/groups')).items;
    const ids = ['一群', '二群'].map((name) => known.find((g) => g.name === name).id);
    const code = await w.admin.post(
      '/api/codes',
      { kind: 'group', name: '福利', groups: ids, full_at: 3, page_text: '每日福利' },
      201,
    );
    assert.match(code.qr_url, /^http:.*\/wwhead\//);
    const way = async () => (await w.sim.get('state')).join_ways[0];
    assert.deepEqual((await way()).fields.chat_id_list, [groups[0].chat_id]);
    const { config_id } = await way();
    for (let i = 0; i < 2; i++) await w.sim.post('group/scan', { config_id });
    await w.settled();
    assert.equal((await w.look()).changed, 1);
    assert.deepEqual((await way()).fields.chat_id_list, [groups[1].chat_id]);
    const stats = await w.admin.get('/api/codes/statistics');
    assert.equal(stats.sum.joined, 2);
    assert.equal(stats.items[0].code.id, code.id);
    for (let i = 0; i < 2; i++) await w.sim.post('group/scan', { config_id });
    await w.settled();
    await w.look();
    const { items } = await w.admin.get('/api/codes/warnings');
    assert.deepEqual(
      items.map((x) => [x.kind, x.code.id]),
      [['groups_full', code.id]],
    );
    await noViolations(w.sim);
  });

  test('a page says what a group is for, before joining', async (t) => {
    const w = await world(t, engine);
    const group = await w.sim.post('group/create', { owner: w.userids[0], name: '福利一群' });
    await w.settled();
    const known = (await w.admin.get('/api/groups')).items.find((g) => g.name === '福利一群');
    const code = await w.admin.post(
      '/api/codes',
      {
        kind: 'group',
        name: '福利 & <b>群</b>',
        groups: [known.id],
        full_at: 3,
        page_text: '每天中午发福利\n不发广告 <script>alert(1)</script>',
      },
      201,
    );
    assert.match(code.page_path, /^\/g\/\d+-[0-9a-f]{16}$/);
    const nobody = w.koi.nobody();
    const open = (path, language = 'zh') =>
      nobody.call('GET', path, undefined, { headers: { 'accept-language': language } });
    const page = await open(`${code.page_path}?from=groupmessage`);
    assert.equal(page.status, 200);
    assert.match(page.headers['content-type'], /^text\/html/);
    assert.match(page.headers['content-security-policy'], /^default-src 'none'; script-src 'self'/);
    assert.equal(page.headers['set-cookie'], undefined);
    assert.ok(page.bytes.length < 40 << 10, `${page.bytes.length} bytes`);
    assert.match(page.text, /<html lang="zh-CN">/);
    assert.doesNotMatch(page.text, /<script|<nav/);
    assert.match(page.text, /<h1>福利 &amp; &lt;b&gt;群&lt;\/b&gt;<\/h1>/);
    assert.match(page.text, /每天中午发福利\n不发广告 &lt;script&gt;/);
    const { staff } = await w.sim.get('state');
    const owner = staff.find((s) => s.userid === w.userids[0]);
    assert.ok(
      page.text.includes(`群主：${owner.name}`) || page.text.includes(`群主：${owner.userid}`),
    );
    /* The picture is the code that Koi draws. */
    const [, picture] = /src="data:image\/png;base64,([^"]+)"/.exec(page.text);
    const drawn = await w.admin.call('GET', `/api/codes/${code.id}/qr.png?scale=6`);
    assert.deepEqual(Buffer.from(picture, 'base64'), drawn.bytes);
    /* The language that the browser or the link wants. */
    assert.match((await open(code.page_path, 'en-GB')).text, /<html lang="en-GB">.*Run by /s);
    assert.match((await open(`${code.page_path}?lang=en`)).text, /<html lang="en-GB">/);
    assert.equal(
      await w.koi.sql(`SELECT sum(views) FROM code_page_view WHERE code_id = ${code.id}`),
      '3',
    );
    assert.equal((await w.admin.get(`/api/codes/${code.id}`)).page_views, 3);
    /* And in the statistics, where nobody has joined yet; by hour they are not known. */
    const views = async (by) => {
      const { sum, items } = await w.admin.get(`/api/codes/statistics?by=${by}`);
      return [sum.page_views, sum.friends, items.map((i) => [i.code?.name ?? i.day, i.page_views])];
    };
    assert.deepEqual(await views('code'), [3, 0, [[code.name, 3]]]);
    assert.deepEqual(await views('day'), [3, 0, [['2026-11-23', 3]]]);
    assert.deepEqual(await views('hour'), [null, 0, []]);

    /* Keys are not found by counting, and a staff code has no page. */
    const other = await w.admin.post(
      '/api/codes',
      { kind: 'staff', name: '员工', members: [{ staff_id: w.ids[0] }] },
      201,
    );
    assert.equal(other.page_path, null);
    const mac = code.page_path.split('-')[1];
    for (const path of [
      `/g/${code.id}`,
      `/g/${code.id}-0`,
      `/g/${other.id}-${mac}`,
      '/g/x',
      '/g/-',
    ]) {
      const none = await open(path);
      assert.equal(none.status, 404, path);
      assert.match(none.text, /没有这个群.*要新的二维码/s, path);
    }

    /* Full, then ended: said, with the way out. */
    const { config_id } = (await w.sim.get('state')).join_ways[0];
    for (let i = 0; i < 2; i++) await w.sim.post('group/scan', { config_id });
    await w.settled();
    const full = await open(code.page_path);
    assert.match(full.text, /群暂时满了.*过些时候再打开/s);
    assert.doesNotMatch(full.text, /<img/);
    await w.admin.delete(`/api/codes/${code.id}`, 200);
    assert.match((await open(code.page_path)).text, /已经结束.*要新的二维码/s);

    /* One address may not open it without end. */
    const statuses = [];
    for (let i = 0; i < 200 && !statuses.includes(429); i++)
      statuses.push((await open(code.page_path)).status);
    assert.ok(statuses.includes(200) && statuses.includes(429));
    assert.ok(group.chat_id);
    await noViolations(w.sim);
  });

  test('a code of WeCom is read from its picture and drawn', async (t) => {
    const w = await world(t, engine);
    const body = { kind: 'staff', name: '海报', members: [{ staff_id: w.ids[0] }] };
    const code = await w.admin.post('/api/codes', body, 201);
    const id = (await w.sim.get('state')).contact_ways[0].config_id;
    const said = `https://work.weixin.qq.com/q/${id}`;
    const texts = () => w.koi.sql('SELECT qr_text FROM code ORDER BY id');
    assert.equal(await texts(), said);
    /* The drawing is that of a link with the same words: the words make the modules. */
    const svg = await w.admin.call('GET', `/api/codes/${code.id}/qr.svg`);
    assert.match(svg.text, /<path d="M4 4h7v1h-7z/);
    assert.match(svg.text, />海报<\/text>/);
    const png = await w.admin.call('GET', `/api/codes/${code.id}/qr.png?scale=3`);
    assert.equal(png.status, 200);
    assert.equal(png.bytes.subarray(1, 4).toString(), 'PNG');

    /* A picture that is elsewhere is not fetched: a frame around it, and no PNG. */
    w.sim.picturesAt('https://pictures.example');
    const other = await w.admin.post('/api/codes', { ...body, name: '别处' }, 201);
    const frame = await w.admin.call('GET', `/api/codes/${other.id}/qr.svg`);
    assert.match(frame.text, /<image [^>]*href="https:\/\/pictures\.example\/wwhead\//);
    const { error } = await w.admin.get(`/api/codes/${other.id}/qr.png`, 409);
    assert.equal(error.code, 'code_picture_unread');
    assert.match(error.message, /picture_address/);
    assert.ok(error.hint);

    /* A group code likewise; one whose picture was not there is read an hour later. */
    w.sim.picturesAt(`${w.sim.url}/gone`);
    const group = await w.sim.post('group/create', { owner: w.userids[0], name: '群' });
    await w.settled();
    const known = (await w.admin.get('/api/groups')).items.find((g) => g.name === '群');
    assert.ok(group.chat_id);
    const join = await w.admin.post(
      '/api/codes',
      { kind: 'group', name: '入群', groups: [known.id] },
      201,
    );
    await w.admin.get(`/api/codes/${join.id}/qr.png`, 409);
    await w.koi.sql(
      `UPDATE code SET qr_url = replace(qr_url, '/gone/', '/') WHERE id = ${join.id}`,
    );
    await w.look();
    await w.admin.get(`/api/codes/${join.id}/qr.png`, 409);
    await w.at(w.now + 3600);
    await w.look();
    assert.equal(
      (await w.admin.call('GET', `/api/codes/${join.id}/qr.png`, undefined, { expect: 200 })).bytes
        .subarray(1, 4)
        .toString(),
      'PNG',
    );
    await noViolations(w.sim);
  });

  test('a logo stands in the middle of codes, and nothing else of its file', async (t) => {
    const w = await world(t, engine);
    const body = { kind: 'staff', name: '标志', members: [{ staff_id: w.ids[0] }] };
    const code = await w.admin.post('/api/codes', body, 201);
    const draw = async (kind, query = '') => {
      const reply = await w.admin.call('GET', `/api/codes/${code.id}/qr.${kind}${query}`);
      assert.equal(reply.status, 200);
      return reply;
    };
    const plain = { svg: (await draw('svg')).text, png: (await draw('png')).bytes };
    const none = { there: false, side: 0, bytes: 0, changed_s: null };
    assert.deepEqual(await w.admin.get('/api/logo'), none);
    for (const [path, status] of [
      ['/api/logo.png', 404],
      [`/api/codes/${code.id}/qr.svg?logo=true`, 409],
      [`/api/codes/${code.id}/qr.png?logo=true`, 409],
    ]) {
      const { error } = await w.admin.get(path, status);
      assert.equal(error.code, 'logo_none');
      assert.match(error.hint, /settings first/);
    }

    const picture = pngOf(60, 40).toString('base64');
    const logo = await w.admin.put('/api/logo', { picture }, 200);
    assert.deepEqual([logo.there, logo.side], [true, 60]);
    assert.ok(logo.changed_s >= monday8);
    assert.deepEqual(await w.admin.get('/api/logo'), logo);
    const kept = await w.admin.call('GET', '/api/logo.png');
    assert.equal(kept.headers['content-type'], 'image/png');
    assert.equal(kept.bytes.length, logo.bytes);
    assert.equal(kept.bytes.readUInt32BE(16), 60);
    assert.equal(kept.bytes.readUInt32BE(20), 60);
    assert.ok(!kept.bytes.includes('hidden words'));
    /* Drawn wherever nothing is said, and not where it is not wanted. */
    const drawn = (await draw('svg')).text;
    assert.ok(drawn.includes(`href="data:image/png;base64,${kept.bytes.toString('base64')}"`));
    assert.equal((await draw('svg', '?logo=true')).text, drawn);
    assert.equal((await draw('svg', '?logo=false')).text, plain.svg);
    assert.deepEqual((await draw('png', '?logo=false')).bytes, plain.png);
    assert.notDeepEqual((await draw('png')).bytes, plain.png);
    /* A mark says that something else stands there; both cannot. */
    assert.ok(!(await draw('svg', '?mark=A')).text.includes('base64'));
    const twice = await w.admin.get(`/api/codes/${code.id}/qr.svg?mark=A&logo=true`, 400);
    assert.equal(twice.error.code, 'code_middle_twice');

    /* What is refused leaves the logo that there is. */
    for (const [bytes, status, error] of [
      ['data:image/png;base64,AAAA', 400, 'base64_invalid'],
      [Buffer.from('GIF89a').toString('base64'), 400, 'picture_unreadable'],
      [pngOf(1025, 1).toString('base64'), 413, 'picture_too_large'],
      [Buffer.alloc((256 << 10) + 1).toString('base64'), 413, 'picture_too_large'],
      [pngOf(31, 31).toString('base64'), 400, 'logo_too_small'],
    ]) {
      const reply = await w.admin.call('PUT', '/api/logo', { picture: bytes });
      assert.equal(reply.status, status, `${error}: ${reply.text}`);
      assert.equal(reply.body.error.code, error);
      assert.equal(reply.body.error.field, 'picture');
      assert.ok(reply.body.error.hint);
    }
    assert.deepEqual(await w.admin.get('/api/logo'), logo);
    const said = await w.admin.get('/api/audit?action=logo_put');
    assert.equal(said.items.length, 1);
    assert.ok(!JSON.stringify(said).includes(picture.slice(0, 40)));
    /* Whoever prints codes sees it; only whoever may change settings gives one. */
    const manager = await w.koi.signIn('operator');
    assert.equal((await manager.call('PUT', '/api/logo', { picture })).status, 403);
    assert.equal((await manager.call('DELETE', '/api/logo')).status, 403);
    assert.deepEqual(await manager.get('/api/logo'), logo);

    assert.equal((await w.admin.call('DELETE', '/api/logo')).status, 204);
    assert.deepEqual(await w.admin.get('/api/logo'), none);
    assert.equal((await draw('svg')).text, plain.svg);
    assert.equal(await w.koi.sql('SELECT count(*) FROM logo'), '0');
    await noViolations(w.sim);
  });

  test('a link brings friends, is drawn, and says when its uses run out', async (t) => {
    const w = await world(t, engine);
    const [a, b] = w.ids;
    await w.sim.post('quota/buy', { uses: 21, expire_date: w.now + 20 * 86400 });
    const link = await w.admin.post(
      '/api/codes',
      { kind: 'link', name: '短视频', members: [{ staff_id: a }, { staff_id: b }] },
      201,
    );
    const channel = new URL(link.link_url).searchParams.get('customer_channel');
    assert.match(channel, /^[0-9A-Za-z]{24}$/);
    const [made] = (await w.sim.get('state')).links;
    const open = { link_id: made.link_id, customer_channel: channel };
    const svg = await w.admin.call(
      'GET',
      `/api/codes/${link.id}/qr.svg?mark=${encodeURIComponent('锦')}`,
    );
    assert.equal(svg.status, 200);
    assert.match(svg.headers['content-type'], /^image\/svg\+xml/);
    assert.match(svg.text, /<path d="M4 4h7v1h-7z/);
    assert.match(svg.text, />短视频<\/text>/);
    const png = await w.admin.call('GET', `/api/codes/${link.id}/qr.png?scale=2`);
    assert.equal(png.bytes.subarray(1, 4).toString(), 'PNG');

    const warned = async () => (await w.admin.get('/api/codes/warnings')).items.map((x) => x.kind);
    for (let i = 0; i < 2; i++) await w.sim.post('customer/scan', open);
    await w.settled();
    const stats = await w.admin.get('/api/codes/statistics');
    assert.equal(stats.sum.friends, 2);
    assert.equal(stats.items[0].code.name, '短视频');
    assert.deepEqual(await warned(), ['balance_low']);
    for (let i = 0; i < 19; i++) await w.sim.post('customer/scan', open);
    await w.settled();
    assert.deepEqual(await warned(), ['balance_exhausted']);
    await w.at(w.now + 1);
    await w.sim.post('quota/buy', { uses: 50, expire_date: w.now + 20 * 86400 });
    await w.settled();
    assert.deepEqual(await warned(), []);
    await w.sim.post('link/delete', { link_id: made.link_id });
    await w.settled();
    assert.deepEqual(await warned(), ['link_deleted']);
    assert.equal((await w.admin.get(`/api/codes/${link.id}`)).status, 'deleted');
    await noViolations(w.sim);
  });
});
