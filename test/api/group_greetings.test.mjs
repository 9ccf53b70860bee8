/* What a group code's groups greet with, against a simulator of WeCom: made, changed, refused,
 * lost, deleted here and there; and a joiner who is greeted by name. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pngOf } from './files.mjs';
import { each, until } from './harness.mjs';
import { noViolations } from './wecom_pair.mjs';
import { World, world as begin } from './wecom_world.mjs';

const api = 'externalcontact/group_welcome_template/';

class GreetingWorld extends World {
  code(id = this.id) {
    return this.admin.get(`/api/codes/${id}`);
  }

  change(greeting, expect = 200) {
    return this.admin.patch(`/api/codes/${this.id}`, { greeting }, expect);
  }

  async wishes(state) {
    return (await this.admin.get(`/api/outbox?state=${state}`)).items;
  }

  /* Nothing waits to be told; time goes on as attempts need it. */
  async told(want = {}) {
    await until(async () => {
      await this.at(this.now + 1);
      return (await this.wishes('waiting')).length === 0;
    }, 'an empty outbox');
    for (const state of ['dead', 'unsure'])
      assert.equal((await this.wishes(state)).length, want[state] ?? 0, state);
  }

  async templates() {
    return (await this.sim.get('state')).templates.map(({ template_id, fields }) => ({
      template_id,
      ...fields,
    }));
  }

  /* How often WeCom did it. */
  async did(what) {
    const { entries } = await this.sim.get('journal?after=0');
    return entries.filter((x) => x.by === 'api' && x.act === `${api}${what}`).length;
  }

  async warnings() {
    const { items } = await this.admin.get('/api/codes/warnings');
    return items.map(({ kind, error }) => [kind, error?.code]);
  }

  /* A hundred templates but `free`, made by somebody else. */
  async fill(free = 0) {
    const { access_token } = await (
      await fetch(`${this.sim.url}/cgi-bin/gettoken?${await this.app()}`)
    ).json();
    const call = (path, body) =>
      fetch(`${this.sim.url}/cgi-bin/${api}${path}?access_token=${access_token}`, {
        method: 'POST',
        body: JSON.stringify(body),
      });
    for (let n = (await this.templates()).length; n < 100 - free; n++)
      await call('add', { text: { content: `第${n}个` } });
  }

  async app() {
    const { corpid, apps } = await this.sim.get('corp');
    const { secret } = apps.find((x) => x.name === 'koi');
    return new URLSearchParams({ corpid, corpsecret: secret });
  }
}

/* A group that Koi knows, and a code of it, greeting so. */
async function world(t, engine, greeting) {
  const w = await begin(t, engine, { Of: GreetingWorld });
  await w.meet([1]);
  const { chat_id } = await w.sim.post('group/create', { owner: w.userids[0], name: '福利群' });
  await w.settled();
  w.chat_id = chat_id;
  const { items } = await w.admin.get('/api/groups');
  w.group_id = items.find((g) => g.name === '福利群').id;
  w.body = { kind: 'group', name: '福利', groups: [w.group_id] };
  const code = await w.admin.post('/api/codes', greeting ? { ...w.body, greeting } : w.body, 201);
  w.id = code.id;
  return w;
}

async function picture(w) {
  const headers = { 'X-File-Name': encodeURIComponent('海报') };
  const reply = await w.admin.call('POST', '/api/media', undefined, {
    raw: pngOf(40, 30),
    headers,
    expect: 201,
  });
  return reply.body.id;
}

const hello = { text: '欢迎{name}！', attachments: [], notify: false };

each('greetings of groups', (engine) => {
  test('made with the code, picked by the owner, changed, and deleted with it', async (t) => {
    const w = await world(t, engine, hello);
    await w.told();
    const [made] = await w.templates();
    assert.deepEqual([made.text, made.notify], [{ content: '欢迎%NICKNAME%！' }, 0]);
    const { greeting } = await w.code();
    assert.deepEqual([greeting.state, greeting.error], ['offered', null]);
    assert.ok(greeting.offered_s <= w.now && greeting.told_s === greeting.offered_s);
    assert.deepEqual(await w.admin.get('/api/codes/greetings'), { used: 1, most: 100 });
    /* Offered is not used: the owner picks it. Then whoever joins is greeted by name. */
    const [way] = (await w.sim.get('state')).join_ways;
    const scan = () => w.sim.post('group/scan', { config_id: way.config_id });
    await scan();
    const { template_id } = made;
    await w.sim.post('group/pick_template', { chat_id: w.chat_id, template_id });
    const { external_userid } = await scan();
    const state = await w.sim.get('state');
    const { greeted } = state.groups.find((g) => g.chat_id === w.chat_id);
    const { name } = state.customers.find((c) => c.external_userid === external_userid);
    assert.deepEqual(
      greeted.map((g) => [g.id, g.fields.text.content]),
      [[external_userid, `欢迎${name}！`]],
    );
    /* Changed with a picture, which is uploaded first; nothing that is the same is told. */
    const media = await picture(w);
    const image = { msgtype: 'image', image: { media } };
    await w.change({ ...hello, text: '看海报', attachments: [image] });
    await w.told();
    const [changed] = await w.templates();
    assert.equal(changed.template_id, template_id);
    assert.deepEqual(changed.text, { content: '看海报' });
    assert.match(changed.image.pic_url, /^http:\/\/p\.qpic\.cn\//);
    const used = await w.admin.call('DELETE', `/api/media/${media}`, undefined, { expect: 409 });
    assert.equal(used.body.error.code, 'media_used');
    await w.change({ ...hello, text: '看海报', attachments: [image] });
    await w.admin.patch(`/api/codes/${w.id}`, { name: '新名字' });
    await w.told();
    assert.deepEqual([await w.did('add'), await w.did('edit')], [1, 1]);
    /* Taken off, given again, and gone with the code. */
    await w.change(null);
    await w.told();
    assert.deepEqual(await w.templates(), []);
    assert.equal((await w.code()).greeting, null);
    await w.change(hello);
    await w.told();
    assert.notEqual((await w.templates())[0].template_id, template_id);
    await w.admin.delete(`/api/codes/${w.id}`, 200);
    await w.told();
    assert.deepEqual(await w.templates(), []);
    assert.deepEqual(await w.admin.get('/api/codes/greetings'), { used: 0, most: 100 });
    await noViolations(w.sim);
  });

  test('an ended code takes it along; media ids that ended are uploaded anew', async (t) => {
    const w = await world(t, engine);
    const media = await picture(w);
    const program = {
      msgtype: 'miniprogram',
      miniprogram: { title: '商城', appid: 'wx0123456789abcdef', page: 'a.html', picture: media },
    };
    await w.change({ text: '', attachments: [program] });
    await w.told();
    const [{ text, miniprogram }] = await w.templates();
    assert.equal(text, undefined);
    assert.ok(miniprogram.pic_media_id);
    const uploads = async () =>
      (await w.sim.get('journal?after=0')).entries.filter((x) => x.act === 'media/upload').length;
    /* A template keeps what it was made with: after three days nothing is uploaded again. */
    await w.later(w.now + 4 * 86400);
    const look = await w.admin.post('/api/media/look');
    assert.deepEqual([look.looked, look.uploaded, await uploads()], [0, 0, 1]);
    await w.change({ text: '新', attachments: [program] });
    await w.told();
    const [again] = await w.templates();
    assert.notEqual(again.miniprogram.pic_media_id, miniprogram.pic_media_id);
    assert.equal(await uploads(), 2);
    /* One that WeCom has lost before its time is found out by its refusal. */
    await w.sim.post('media/lose');
    await w.change({ text: '更新', attachments: [program] });
    await until(async () => (await w.wishes('waiting'))[0]?.attempts > 0, 'a refusal');
    await w.at(w.now + 700); /* an upload is not repeated sooner */
    await w.told();
    assert.equal((await w.templates())[0].text.content, '更新');
    assert.deepEqual(await w.warnings(), []);
    await w.admin.patch(`/api/codes/${w.id}`, { expires_s: w.now + 3600 });
    await w.at(w.now + 3600);
    assert.equal((await w.admin.post('/api/codes/look')).ended, 1);
    await w.told();
    assert.deepEqual(await w.templates(), []);
    await noViolations(w.sim);
  });

  test('a full library is a warning of the code, and heals when there is room', async (t) => {
    const w = await world(t, engine, hello);
    await w.told();
    await w.fill();
    const second = await w.admin.post(
      '/api/codes',
      { ...w.body, name: '第二个', greeting: { text: '二' } },
      201,
    );
    assert.equal(second.status, 'active');
    await w.told({ dead: 1 });
    assert.deepEqual(await w.warnings(), [['greeting', 'wecom_41055']]);
    const { greeting, warnings } = await w.code(second.id);
    assert.deepEqual([greeting.state, greeting.error.code], ['refused', 'wecom_41055']);
    assert.ok(greeting.error.message.includes('100') && greeting.error.hint);
    assert.equal(warnings.length, 1);
    const [dead] = await w.wishes('dead');
    assert.deepEqual([dead.kind, dead.greeted.name], ['group_greeting_add', '第二个']);
    /* What Koi deletes makes room for what was refused. */
    await w.change(null);
    await w.told({ dead: 1 });
    assert.equal((await w.code(second.id)).greeting.state, 'offered');
    assert.deepEqual(await w.warnings(), []);
    /* And by hand: room at WeCom, then saved again. */
    await w.change(hello);
    await w.told({ dead: 2 });
    const [foreign] = (await w.templates()).filter((x) => x.text.content.startsWith('第'));
    await w.sim.post('template/delete', { template_id: foreign.template_id });
    await w.change(hello);
    await w.told({ dead: 2 });
    assert.equal((await w.code()).greeting.state, 'offered');
    assert.deepEqual(await w.warnings(), []);
    await noViolations(w.sim);
  });

  test('a lost answer is unsure and made once more only when an operator says so', async (t) => {
    const w = await world(t, engine);
    const cut = { api: `${api}add`, kind: 'cut', times: 1 };
    await w.sim.post('faults', cut);
    await w.change(hello);
    await w.told({ unsure: 1 });
    assert.equal((await w.templates()).length, 1, 'it was made, and Koi does not know');
    assert.deepEqual(await w.warnings(), [['greeting_unsure', 'wecom_unsure']]);
    assert.equal((await w.code()).greeting.state, 'unsure');
    /* Changed meanwhile: nothing is made twice. */
    await w.change({ ...hello, text: '后来' });
    await w.told({ unsure: 1 });
    assert.equal(await w.did('add'), 1);
    /* The operator has deleted it at WeCom, and has it told again. */
    const [orphan] = await w.templates();
    await w.sim.post('template/delete', { template_id: orphan.template_id });
    const [wish] = await w.wishes('unsure');
    await w.admin.post(`/api/outbox/${wish.id}/retry`, {}, 204);
    await w.told();
    assert.deepEqual(
      (await w.templates()).map((x) => x.text.content),
      ['后来'],
    );
    assert.equal((await w.code()).greeting.state, 'offered');
    assert.deepEqual(await w.warnings(), []);
    /* Another one is given up. */
    await w.change(null);
    await w.told();
    await w.sim.post('faults', cut);
    await w.change(hello);
    await w.told({ unsure: 1 });
    const [other] = await w.wishes('unsure');
    await w.admin.post(`/api/outbox/${other.id}/drop`, {}, 204);
    assert.equal((await w.code()).greeting.state, 'dropped');
    assert.deepEqual(await w.warnings(), []);
    await w.change(hello);
    await w.told();
    assert.equal((await w.code()).greeting.state, 'offered');
    await noViolations(w.sim);
  });

  test('a kill loses nothing and makes nothing twice', async (t) => {
    const w = await world(t, engine, hello);
    await w.told();
    await w.sim.post('faults', { api: `${api}edit`, kind: 'delay', ms: 60000, times: 1 });
    const edits = await w.did('edit');
    await w.change({ ...hello, text: '慢' });
    await until(async () => w.sim.faults() === 0, 'the edit is on its way');
    await w.koi.crash();
    await w.koi.serve();
    w.admin = await w.koi.signIn('administrator');
    await w.told();
    assert.equal((await w.templates())[0].text.content, '慢');
    assert.ok((await w.did('edit')) > edits);
    /* While one is being made. */
    const second = { ...w.body, name: '第二个', greeting: { text: '二' } };
    await w.sim.post('faults', { api: `${api}add`, kind: 'delay', ms: 60000, times: 1 });
    const { id } = await w.admin.post('/api/codes', second, 201);
    await until(async () => w.sim.faults() === 0, 'the making is on its way');
    await w.koi.crash();
    await w.koi.serve();
    w.admin = await w.koi.signIn('administrator');
    await w.told({ unsure: 1 });
    assert.deepEqual(await w.warnings(), [['greeting_unsure', 'outbox_interrupted']]);
    assert.equal((await w.code(id)).greeting.state, 'unsure');
    /* Removed while nobody knows: nothing is told, and the retry finds it void. */
    await w.admin.patch(`/api/codes/${id}`, { greeting: null });
    const [wish] = await w.wishes('unsure');
    const added = await w.did('add');
    await w.admin.post(`/api/outbox/${wish.id}/retry`, {}, 204);
    await w.told();
    assert.equal(await w.did('add'), added);
    assert.deepEqual(await w.warnings(), []);
    await noViolations(w.sim);
  });

  test('old wishes are retried and given up, with changes while they are told', async (t) => {
    const w = await world(t, engine);
    const refuse = { api: `${api}add`, kind: 'code', code: 40058, times: 1 };
    const mend = (wish, how) => w.admin.post(`/api/outbox/${wish.id}/${how}`, {}, 204);
    await w.sim.post('faults', refuse);
    await w.change(hello);
    await w.told({ dead: 1 });
    assert.equal((await w.code()).greeting.state, 'refused');
    /* Saved again it is offered; giving up the old wish leaves that as it is. */
    await w.change({ ...hello, text: '后来' });
    await w.told({ dead: 1 });
    await mend((await w.wishes('dead'))[0], 'drop');
    assert.equal((await w.code()).greeting.state, 'offered');
    await w.change(null);
    await w.told();
    /* Retried, and taken off while the call is under way: made, and deleted again. */
    await w.sim.post('faults', refuse);
    await w.change(hello);
    await w.told({ dead: 1 });
    const slow = { api: `${api}add`, kind: 'delay', ms: 3000, times: 1 };
    await w.sim.post('faults', slow);
    await mend((await w.wishes('dead'))[0], 'retry');
    assert.equal((await w.code()).greeting.state, 'waiting');
    assert.deepEqual(await w.warnings(), []);
    await until(async () => w.sim.faults() === 0, 'the making is on its way');
    await w.change(null);
    await w.told();
    assert.deepEqual([await w.did('add'), await w.did('del')], [2, 2]);
    assert.deepEqual(await w.templates(), []);
    assert.equal(await w.koi.sql('SELECT count(*) FROM group_greeting'), '0');
    /* Retried, and changed while the call is under way. */
    await w.sim.post('faults', refuse);
    await w.change(hello);
    await w.told({ dead: 1 });
    await w.sim.post('faults', slow);
    await mend((await w.wishes('dead'))[0], 'retry');
    await until(async () => w.sim.faults() === 0, 'the making is on its way');
    await w.change({ ...hello, text: '改了' });
    await w.told();
    assert.equal((await w.templates())[0].text.content, '改了');
    assert.equal((await w.code()).greeting.state, 'offered');
    await noViolations(w.sim);
  });

  test('one that was deleted at WeCom is made anew, and another’s is said', async (t) => {
    const w = await world(t, engine, hello);
    await w.told();
    const [first] = await w.templates();
    await w.sim.post('template/delete', { template_id: first.template_id });
    await w.change({ ...hello, text: '再来' });
    await w.told();
    const [second] = await w.templates();
    assert.notEqual(second.template_id, first.template_id);
    assert.equal(second.text.content, '再来');
    assert.equal((await w.code()).greeting.state, 'offered');
    assert.deepEqual(await w.warnings(), []);
    /* Deleting what is gone is done. */
    await w.sim.post('template/delete', { template_id: second.template_id });
    await w.change(null);
    await w.told();
    assert.equal(await w.koi.sql('SELECT count(*) FROM group_greeting'), '0');
    /* A refusal of what is there says so, and WeCom goes on with the old text. */
    await w.change(hello);
    await w.told();
    await w.sim.post('faults', { api: `${api}edit`, kind: 'code', code: 60011, times: 1 });
    await w.change({ ...hello, text: '改' });
    await w.told({ dead: 1 });
    const { greeting } = await w.code();
    assert.deepEqual([greeting.state, greeting.error.code], ['refused', 'wecom_60011']);
    assert.ok(greeting.offered_s !== null);
    assert.equal((await w.templates()).length, 1);
    assert.deepEqual(await w.warnings(), [['greeting', 'wecom_60011']]);
    await noViolations(w.sim);
  });

  test('what WeCom would refuse is refused at once, and the code is not touched', async (t) => {
    const w = await world(t, engine, hello);
    await w.told();
    const link = { msgtype: 'link', link: { title: '会员', url: 'https://example.com/' } };
    const media = await picture(w);
    for (const [field, greeting] of [
      ['greeting.text', { text: '' }],
      ['greeting.text', { text: '字'.repeat(1001) }],
      ['greeting.text', { text: `${'x'.repeat(2991)}{name}` }],
      ['greeting.attachments', { text: '好', attachments: [link, link] }],
      [
        'greeting.attachments.link.url',
        { attachments: [{ msgtype: 'link', link: { title: '' } }] },
      ],
      ['greeting.attachments', { attachments: [{ msgtype: 'image', image: { media: '4711' } }] }],
      ['greeting.attachments', { attachments: [{ msgtype: 'video', video: { media } }] }],
      ['greeting', { words: '好' }],
      ['greeting', '好'],
    ]) {
      const { error } = await w.change(greeting, 400);
      if (field !== 'greeting.attachments.link.url') assert.equal(error.field, field);
      assert.ok(error.hint || typeof greeting === 'string', field);
    }
    const staff = { kind: 'staff', name: '员工', members: [{ staff_id: w.ids[0] }] };
    const refused = await w.admin.post('/api/codes', { ...staff, greeting: hello }, 400);
    assert.equal(refused.error.code, 'code_greeting_kind');
    assert.equal((await w.admin.get('/api/codes')).items.length, 1);
    /* WeCom refuses the code itself: its greeting stays as it was. */
    const change = 'externalcontact/groupchat/update_join_way';
    await w.sim.post('faults', { api: change, kind: 'code', code: 41091, times: 1 });
    await w.change({ ...hello, text: '不会到' }, 400);
    await w.told();
    assert.equal((await w.code()).greeting.text, hello.text);
    assert.equal(await w.did('edit'), 0);
    await w.change({ text: `${'x'.repeat(2990)}{name}` });
    await w.told();
    assert.equal((await w.templates())[0].text.content.length, 3000);
    await noViolations(w.sim);
  });
});
