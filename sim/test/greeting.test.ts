// What groups greet with: templates that an app offers, and one that an owner picks.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { boot, type Booted, type Json } from './helper.ts';
import { upload } from './legal.ts';

const t = 'externalcontact/group_welcome_template/';

interface State {
  groups: { chat_id: string; template_id: string; greeted: Json[] }[];
  templates: { template_id: string; agentid: number; fields: Json }[];
  customers: { external_userid: string; name: string }[];
}

describe('group welcome templates', () => {
  let sim: Booted;
  before(async () => {
    sim = await boot(73, { staff: 3, customers: 40, groups: 2 });
  });
  after(() => sim.close());

  const state = () => sim.control<State>('state');
  const code = async (path: string, body: Json, name = 'koi') =>
    (await sim.call(`${t}${path}`, body, {}, name)).errcode;
  const words = (content: string) => ({ text: { content } });
  const link = { title: '会员手册', url: 'https://example.com/' };

  it('refuses two attachments, a long text, nothing at all, unknown media and ids', async () => {
    const { media_id } = await upload(sim, 'media/upload', { type: 'file' });
    assert.equal(await code('add', { ...words('好'), link, file: { media_id } }), 41064);
    assert.equal(await code('add', words('x'.repeat(3001))), 45002);
    assert.equal(await code('add', words('x'.repeat(3000))), 0);
    assert.equal(await code('add', words('')), 40063);
    assert.equal(await code('add', {}), 40063);
    assert.equal(await code('add', { file: { media_id: 'never given' } }), 40007);
    const { template_id } = await sim.call(`${t}add`, { file: { media_id }, notify: 0 });
    assert.equal(await code('edit', { template_id, ...words('好'), link, image: {} }), 41064);
    assert.equal(await code('edit', { template_id, ...words(''), link }), 0);
    assert.equal(await code('edit', { template_id: 'msgnone', ...words('好') }), 40058);
    assert.equal(await code('get', { template_id: 'msgnone' }), 40058);
    assert.equal(await code('del', { template_id: 'msgnone' }), 40058);
  });

  it('a template outlives its media, and only the app that made it changes it', async () => {
    const { media_id } = await upload(sim, 'media/upload', { type: 'file' });
    const { template_id } = await sim.call(`${t}add`, { ...words('看看'), file: { media_id } });
    await sim.control('clock/advance', { seconds: 4 * 86_400 });
    await sim.token('koi');
    const there = await sim.call(`${t}get`, { template_id });
    assert.deepEqual(there['file'], { media_id });
    assert.equal(await code('edit', { template_id, file: { media_id } }), 40007, 'it has expired');
    const other = await code('edit', { template_id, ...words('改') }, 'customer');
    assert.deepEqual([other, await code('del', { template_id }, 'customer')], [60011, 60011]);
    assert.equal(await code('del', { template_id }), 0);
  });

  it('greets who joins after an owner has picked it, until it is deleted', async () => {
    const { template_id } = await sim.call(`${t}add`, words('欢迎%NICKNAME%，%NICKNAME%！'));
    const before = await state();
    const chat_id = before.groups[0]?.chat_id ?? '';
    const greeted = async () => (await state()).groups.find((g) => g.chat_id === chat_id)?.greeted;
    const join = async (who: number) => {
      const { external_userid, name } = before.customers[who] ?? { external_userid: '', name: '' };
      await sim.control('group/leave', { chat_id, members: [external_userid] });
      await sim.control('group/join', { chat_id, members: [external_userid], join_scene: 3 });
      return { id: external_userid, name };
    };
    await join(0);
    assert.deepEqual(await greeted(), []);
    await assert.rejects(sim.control('group/pick_template', { chat_id, template_id: 'none' }));
    await sim.control('group/pick_template', { chat_id, template_id });
    const { id, name } = await join(1);
    assert.deepEqual(await greeted(), [
      {
        id,
        at_s: (await sim.control<{ at_s: number }>('clock')).at_s,
        template_id,
        fields: words(`欢迎${name}，${name}！`),
      },
    ]);
    await sim.call(`${t}edit`, { template_id, ...words('你好') });
    await join(2);
    assert.deepEqual((await greeted())?.at(-1)?.['fields'], words('你好'));
    await sim.control('group/join', { chat_id, members: ['staff3'], join_scene: 1 });
    assert.equal((await greeted())?.length, 2, 'staff are not greeted');
    await sim.control('template/delete', { template_id });
    await join(3);
    assert.equal((await greeted())?.length, 2);
    await assert.rejects(sim.control('template/delete', { template_id }));
    assert.equal(await code('edit', { template_id, ...words('你好') }), 40058);
  });

  it('a hundred are all', async () => {
    const { length } = (await state()).templates;
    for (let n = length; n < 100; n++) assert.equal(await code('add', words(`第${n}个`)), 0);
    assert.equal(await code('add', words('多一个')), 41055);
    const [first] = (await state()).templates;
    assert.equal(await code('del', { template_id: first?.template_id }), 0);
    assert.equal(await code('add', words('正好')), 0);
  });
});
