/* Media of greetings against a simulator of WeCom, both clocks turned by hand: given, kept alive at
 * WeCom, sent with a welcome, refused, forgotten. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pngOf } from './files.mjs';
import { each, until } from './harness.mjs';
import { noViolations } from './wecom_pair.mjs';
import { monday8, World, world as begin } from './wecom_world.mjs';

const hour = 3600;

const png = pngOf(40, 30);
const mp4 = Buffer.concat([Buffer.from('\0\0\0\x18ftypisom', 'latin1'), Buffer.alloc(500, 7)]);
const pdf = Buffer.from('%PDF-1.7 价目');

class MediaWorld extends World {
  async give(name, bytes, kind = '', expect = 201, who = this.admin) {
    const path = kind === '' ? '/api/media' : `/api/media?kind=${kind}`;
    const headers = { 'X-File-Name': encodeURIComponent(name) };
    return (await who.call('POST', path, undefined, { raw: bytes, headers, expect })).body;
  }

  look() {
    return this.admin.post('/api/media/look'); // the simulator is quick: it is done within 3 s
  }

  /* How often WeCom was given something, by path. */
  async uploads(path = 'media/upload') {
    const { entries } = await this.sim.get('journal?after=0');
    return entries.filter((x) => x.act === path).length;
  }

  /* Every original that greetings name is at WeCom, or has failed. */
  async kept(n) {
    await until(async () => {
      const { items } = await this.admin.get('/api/media');
      return items.filter((m) => m.at_wecom || m.error !== null).length === n;
    }, `${n} media at WeCom`);
  }

  /* A friend by the code; what they were sent. */
  async greeted(config_id) {
    const before = (await this.sim.get('state')).welcomes.filter((x) => x.sent).length;
    await this.sim.post('customer/scan', { config_id });
    let sent = [];
    await until(async () => {
      sent = (await this.sim.get('state')).welcomes.filter((x) => x.sent);
      return sent.length > before;
    }, 'a welcome');
    return sent.at(-1).sent;
  }
}

async function world(t, engine) {
  const w = await begin(t, engine, { Of: MediaWorld });
  await w.meet([1]);
  [w.staff_id] = w.ids;
  return w;
}

async function withCode(w, welcomes) {
  const members = [{ staff_id: w.staff_id }];
  const code = await w.admin.post(
    '/api/codes',
    { kind: 'staff', name: '门店', members, welcomes },
    201,
  );
  const { contact_ways } = await w.sim.get('state');
  return { code, config_id: contact_ways.at(-1).config_id };
}

const image = (media) => ({ msgtype: 'image', image: { media } });
const video = (media) => ({ msgtype: 'video', video: { media } });
const document = (media) => ({ msgtype: 'file', file: { media } });
const link = { msgtype: 'link', link: { title: '会员手册', url: 'https://example.com/book' } };
const program = (picture) => ({
  msgtype: 'miniprogram',
  miniprogram: { title: '商城', appid: 'wx0123456789abcdef', page: 'pages/index.html', picture },
});

each('media', (engine) => {
  test('each kind arrives with an id of WeCom’s, and is uploaded again only in time', async (t) => {
    const w = await world(t, engine);
    const picture = await w.give('海报', png);
    assert.deepEqual(
      [picture.kind, picture.name, picture.mime],
      ['image', '海报.png', 'image/png'],
    );
    const film = await w.give('片.MP4', mp4);
    assert.deepEqual([film.kind, film.name], ['video', '片.MP4']);
    const paper = await w.give('价目.pdf', pdf);
    assert.deepEqual([paper.kind, paper.at_wecom, paper.codes], ['file', false, []]);
    assert.equal((await w.give('海报', png, '', 200)).id, picture.id);
    await w.look();
    assert.equal(await w.uploads(), 0, 'nothing is uploaded that nobody uses');
    const all = [image(picture.id), link, program(picture.id), video(film.id), document(paper.id)];
    const { code, config_id } = await withCode(w, [{ text: '欢迎', attachments: all }]);
    await w.kept(3);
    assert.deepEqual([await w.uploads(), await w.uploads('media/uploadimg')], [3, 1]);
    const { attachments } = await w.greeted(config_id);
    assert.deepEqual(
      attachments.map((one) => one.msgtype),
      ['image', 'link', 'miniprogram', 'video', 'file'],
    );
    assert.match(attachments[0].image.pic_url, /^http:\/\/p\.qpic\.cn\//);
    assert.deepEqual(attachments[1], link);
    const { pic_media_id, ...words } = attachments[2].miniprogram;
    assert.deepEqual(words, {
      title: '商城',
      appid: 'wx0123456789abcdef',
      page: 'pages/index.html',
    });
    assert.ok(pic_media_id && attachments[3].video.media_id && attachments[4].file.media_id);
    /* Six hours before three days are over, and not before; the address stays. */
    await w.later(monday8 + 66 * hour - 60);
    assert.deepEqual(await w.look(), { done: true, looked: 4, uploaded: 0, refused: 0 });
    assert.equal(await w.uploads(), 3);
    await w.later(monday8 + 66 * hour + 60);
    await w.look();
    await until(async () => (await w.uploads()) === 6, 'three uploads more');
    await w.later(monday8 + 72 * hour + 60);
    await w.look();
    assert.deepEqual([await w.uploads(), await w.uploads('media/uploadimg')], [6, 1]);
    const again = (await w.greeted(config_id)).attachments;
    assert.notEqual(again[4].file.media_id, attachments[4].file.media_id);
    assert.deepEqual((await w.admin.get(`/api/codes/${code.id}`)).warnings, []);
    await noViolations(w.sim);
  });

  test('a failing upload: the text alone and a warning until it succeeds', async (t) => {
    const w = await world(t, engine);
    const paper = await w.give('价目.pdf', pdf);
    await w.sim.post('faults', { api: 'media/upload', kind: 'code', code: 45002, times: 1 });
    const { code, config_id } = await withCode(w, [
      { text: '欢迎', attachments: [document(paper.id)] },
    ]);
    await w.kept(1);
    await until(
      async () => (await w.admin.get(`/api/codes/${code.id}`)).warnings.length === 1,
      'a warning',
    );
    const [warning] = (await w.admin.get(`/api/codes/${code.id}`)).warnings;
    assert.deepEqual([warning.kind, warning.detail], ['media', 'wecom_45002']);
    assert.ok(warning.error.message.length > 0);
    assert.equal((await w.admin.get('/api/media')).items[0].error.code, 'wecom_45002');
    assert.deepEqual(await w.greeted(config_id), { text: { content: '欢迎' } });
    /* Of attachments alone nothing is left: the general greeting. */
    const { id } = code;
    const attachments = [document(paper.id)];
    await w.admin.put('/api/settings/wecom_welcome', { value: '您好' });
    await w.admin.patch(`/api/codes/${id}`, { welcomes: [{ text: '', attachments }] });
    assert.deepEqual(await w.greeted(config_id), { text: { content: '您好' } });
    await w.admin.patch(`/api/codes/${id}`, { welcomes: [{ text: '欢迎', attachments }] });
    await w.at(w.now + 500);
    assert.equal((await w.look()).uploaded, 0, 'not before ten minutes');
    await w.at(w.now + 200);
    await w.look();
    await until(async () => (await w.admin.get('/api/media')).items[0].at_wecom, 'uploaded');
    await w.look();
    assert.deepEqual((await w.admin.get(`/api/codes/${code.id}`)).warnings, []);
    assert.equal((await w.greeted(config_id)).attachments.length, 1);
    await noViolations(w.sim);
  });

  test('WeCom has lost an id: once more without it, and uploaded anew', async (t) => {
    const w = await world(t, engine);
    const paper = await w.give('价目.pdf', pdf);
    const { config_id } = await withCode(w, [
      { text: '欢迎', attachments: [document(paper.id), link] },
    ]);
    await w.kept(1);
    await w.sim.post('media/lose');
    assert.deepEqual(await w.greeted(config_id), {
      text: { content: '欢迎' },
      attachments: [link],
    });
    /* It says why, and is uploaded anew, but not sooner than ten minutes after the last time. */
    await until(async () => (await w.admin.get('/api/media')).items[0].error, 'the reason');
    assert.equal((await w.look()).uploaded, 0);
    await w.at(w.now + 600);
    assert.equal((await w.look()).uploaded, 1);
    assert.equal(await w.uploads(), 2);
    assert.equal((await w.admin.get('/api/media')).items[0].error, null);
    const kinds = (await w.greeted(config_id)).attachments.map((one) => one.msgtype);
    assert.deepEqual(kinds, ['file', 'link']);
    /* Another refusal: the text alone. */
    const api = 'externalcontact/send_welcome_msg';
    await w.sim.post('faults', { api, kind: 'code', code: 41065, times: 1 });
    assert.deepEqual(await w.greeted(config_id), { text: { content: '欢迎' } });
    await until(async () => (await w.admin.get('/api/wecom/welcomes')).sent === 3, 'the report');
    assert.equal((await w.admin.get('/api/wecom/welcomes')).missed, 0);
    await noViolations(w.sim);
  });

  test('the general greeting has attachments too', async (t) => {
    const w = await world(t, engine);
    const paper = await w.give('价目.pdf', pdf);
    const set = (value, expect = 204) =>
      w.admin.put('/api/settings/wecom_welcome_attachments', { value }, expect);
    await w.admin.put('/api/settings/wecom_welcome', { value: '您好' });
    assert.equal((await set('{}', 400)).error.code, 'attachment_list');
    assert.equal(
      (await set(JSON.stringify([document('12')]), 400)).error.code,
      'code_names_unknown',
    );
    await set(JSON.stringify([document(paper.id)]));
    await w.kept(1);
    assert.equal((await w.admin.get('/api/media')).items[0].welcome, true);
    const used = await w.admin.delete(`/api/media/${paper.id}`, 409);
    assert.equal(used.error.code, 'media_used');
    const { staff } = await w.sim.get('state');
    const { userid } = staff.find((s) => s.contact_right && s.status === 1);
    await w.sim.post('customer/add', { userid });
    await until(
      async () => (await w.sim.get('state')).welcomes.some((x) => x.sent?.attachments?.[0]?.file),
      'a welcome with a file',
    );
    await noViolations(w.sim);
  });

  test('what is no media is refused; one that is used stays; scope and permission', async (t) => {
    const w = await world(t, engine);
    const refused = async (name, bytes, kind) => (await w.give(name, bytes, kind, 400)).error;
    assert.equal((await refused('a.png', pdf, 'image')).code, 'media_form');
    assert.equal((await refused('a.mp4', png, 'video')).code, 'media_form');
    assert.equal((await refused('a.pdf', Buffer.from('abc'))).code, 'media_empty');
    assert.equal((await refused('a.png', png.subarray(0, 60))).code, 'picture_unreadable');
    assert.equal((await refused('a"b.pdf', pdf)).code, 'media_name');
    const big = Buffer.concat([mp4, Buffer.alloc(10 << 20)]);
    assert.equal((await w.give('a.mp4', big, 'video', 413)).error.code, 'media_too_large');
    assert.equal(
      (await w.give('a.bin', Buffer.alloc(21 << 20), '', 413)).error.code,
      'media_too_large',
    );
    const paper = await w.give('价目.pdf', pdf);
    const picture = await w.give('a.png', png);
    const members = [{ staff_id: w.staff_id }];
    const make = (attachments) =>
      w.admin.post(
        '/api/codes',
        { kind: 'staff', name: '门店', members, welcomes: [{ text: '好', attachments }] },
        400,
      );
    const wrong = async (attachments, code, field) => {
      const { error } = await make(attachments);
      assert.deepEqual([error.code, error.field], [code, `welcomes.attachments${field}`]);
    };
    await wrong([image(paper.id)], 'attachment_media_kind', '');
    await wrong([image('77')], 'code_names_unknown', '');
    await wrong([{ msgtype: 'image', image: {} }], 'code_missing', '.image.media');
    await wrong([{ msgtype: 'voice' }], 'attachment_kind', '');
    await wrong(
      [{ ...link, link: { title: 'x', url: 'ftp://x' } }],
      'attachment_address',
      '.link.url',
    );
    const long = program(picture.id);
    long.miniprogram.title = '长'.repeat(22);
    await wrong([long], 'code_too_long', '.miniprogram.title');
    await wrong(Array(10).fill(link), 'code_too_many', '');
    const { code } = await withCode(w, [{ text: '', attachments: [image(picture.id)] }]);
    const remove = (id, expect, who = w.admin) => who.delete(`/api/media/${id}`, expect);
    const used = await remove(picture.id, 409);
    assert.equal(used.error.code, 'media_used');
    assert.match(JSON.stringify(used.error), /门店/);
    const shown = (await w.admin.get('/api/media')).items.find((m) => m.id === picture.id);
    assert.deepEqual(shown.codes, [{ id: code.id, name: '门店' }]);
    const viewer = await w.koi.signIn('manager');
    await w.give('b.pdf', pdf, '', 403, viewer);
    await remove(paper.id, 403, viewer);
    const seen = await w.admin.call('GET', `/api/media/${picture.id}/content`);
    assert.equal(seen.headers['content-type'], 'image/png');
    const same = { 'if-none-match': seen.headers.etag };
    await w.admin.call('GET', `/api/media/${picture.id}/content`, undefined, {
      headers: same,
      expect: 304,
    });
    assert.equal(Number(seen.headers['content-length']), png.length);
    const offered = await w.admin.call('GET', `/api/media/${paper.id}/content`);
    assert.deepEqual(
      [offered.text, offered.headers['content-disposition']],
      [`${pdf}`, 'attachment'],
    );
    await remove(paper.id, 204);
    await remove(paper.id, 404);
    await w.admin.delete(`/api/codes/${code.id}`, 200);
    await remove(picture.id, 204);
    assert.equal(await w.koi.sql('SELECT count(*) FROM media_at_wecom'), '0');
    await noViolations(w.sim);
  });
});
