/* Customer groups: figures of a page, growth by day, who is in them, against counts made here from
 * the same rows; and as the simulator of WeCom tells them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fill } from './fixture.mjs';
import { each, random, start } from './harness.mjs';
import { noViolations, pair } from './wecom_pair.mjs';
import { sync } from './wecom_truth.mjs';

const DAY = 86400;
const WINDOW = 90 * DAY;

/* How many of who joined in the window that ended `after` ago were there for as long. */
function stayed(members, now, after) {
  const asked = members.filter(
    ({ joined_s }) => joined_s > now - WINDOW - after && joined_s <= now - after,
  );
  const kept = asked.filter(
    ({ joined_s, left_s }) => left_s === null || left_s >= joined_s + after,
  );
  return [asked.length, asked.length === 0 ? null : kept.length / asked.length];
}

/* Memberships of group 35, spread over 200 days, some of them over. */
function life(below, now, customers) {
  return customers.map((customer_id) => {
    const joined_s = now - below(200 * DAY) - 1000;
    const left_s = below(3) === 0 ? joined_s + below(now - joined_s) : null;
    return { customer_id, joined_s, left_s, scene: 1 + below(3) };
  });
}

each('groups', (engine) => {
  test('figures, growth and members agree with the rows', async (t) => {
    const koi = await start(t, engine);
    await fill(koi);
    const admin = await koi.signIn('administrator');
    const now = Math.floor(Date.now() / 1000);
    const below = random(17);
    const customers = Array.from({ length: 120 }, (_, i) => 50000 + i);
    const members = life(below, now, customers);
    await koi.sql(
      [
        'DELETE FROM group_member WHERE group_id = 35',
        ...members.map(({ customer_id, joined_s, left_s, scene }) =>
          [
            `INSERT INTO customer (id, root_id, nickname, first_s, created_s, updated_us)
               VALUES (${customer_id}, ${customer_id}, 'n${customer_id}', 0, 0, 0)`,
            `INSERT INTO group_member (group_id, customer_id, joined_s, left_s, inviter_id,
                   join_scene)
               VALUES (35, ${customer_id}, ${joined_s}, ${left_s ?? 'NULL'},
                       ${scene === 1 ? 11 : 'NULL'}, ${scene})`,
          ].join(';'),
        ),
        `INSERT INTO relation (id, customer_id, staff_id, added_s, created_s)
           VALUES (900001, 50000, 11, 0, 0), (900002, 50001, 12, 0, 0)`,
        `UPDATE chat_group SET dismissed_s = ${now} WHERE id = 37`,
      ].join(';'),
    );
    const list = await admin.get('/api/groups');
    assert.deepEqual(list.items.map(({ id }) => id).sort(), ['35', '36']);
    const gone = await admin.get('/api/groups?state=dismissed');
    assert.deepEqual(
      gone.items.map(({ id, dismissed_s }) => [id, dismissed_s]),
      [['37', now]],
    );
    assert.equal((await admin.get('/api/groups?state=all')).items.length, 3);
    const shown = list.items.find(({ id }) => id === '35');
    const inside = members.filter(({ left_s }) => left_s === null);
    const count = (test) => members.filter(test).length;
    assert.equal(shown.members, inside.length);
    assert.equal(shown.friends, inside.filter(({ customer_id }) => customer_id < 50002).length);
    for (const [days, name] of [
      [7, '7d'],
      [30, '30d'],
    ]) {
      const since = now - days * DAY;
      /* A second may pass between this clock and the server's: nobody here moved so near. */
      assert.equal(
        shown[`joined_${name}`],
        count((m) => m.joined_s > since),
        name,
      );
      assert.equal(
        shown[`left_${name}`],
        count((m) => m.left_s > since),
        name,
      );
      const [of, share] = stayed(members, now, days * DAY);
      assert.equal(shown[`stay_${name}_of`], of, name);
      assert.ok(of > 5, name);
      assert.equal(shown[`stay_${name}`], share, name);
    }

    /* Each day's members are those of the day before with who came and went. */
    const { days, notice } = await admin.get('/api/groups/35?days=250');
    assert.equal(notice, null);
    assert.equal(days.length, 250);
    assert.equal(days.at(-1).members, inside.length);
    assert.equal(
      days.reduce((n, day) => n + day.joined, 0),
      members.length,
    );
    let before = 0;
    for (const day of days) {
      assert.equal(day.members, before + day.joined - day.left, day.day);
      before = day.members;
    }
    const short = (await admin.get('/api/groups/35')).days;
    assert.deepEqual(short, days.slice(-30));

    /* All pages of members, who joined last first. */
    const seen = [];
    let query = 'limit=50';
    for (let pages = 0; pages < 4; pages++) {
      const page = await admin.get(`/api/groups/35/members?${query}`);
      seen.push(...page.items);
      if (page.next === null) break;
      query = `limit=50&cursor=${encodeURIComponent(page.next)}`;
    }
    const scenes = [null, 'invited', 'link', 'code'];
    assert.deepEqual(
      seen.map((m) => [Number(m.customer.id), m.joined_s, m.left_s, m.scene, m.inviter?.name]),
      members
        .sort((a, b) => b.joined_s - a.joined_s || b.customer_id - a.customer_id)
        .map((m) => [
          m.customer_id,
          m.joined_s,
          m.left_s,
          scenes[m.scene],
          m.scene === 1 ? 'Anna' : undefined,
        ]),
    );
    const present = await admin.get('/api/groups/35/members?state=present&limit=200');
    assert.equal(present.items.length, inside.length);

    /* Anna sees her group; of its members by name only her friends. */
    const anna = await koi.signIn('operator', { scope: 'own', staff_id: '11' });
    const hers = await anna.get('/api/groups/35/members?limit=200');
    assert.equal(hers.items.length, 120);
    const named = hers.items.filter(({ customer }) => customer !== null);
    assert.deepEqual(
      named.map(({ customer }) => customer.id),
      ['50000'],
    );
    assert.notEqual(named[0].customer.name, 'n50000'); /* masked */
    assert.equal((await anna.call('GET', '/api/groups/36/members')).status, 404);
  });

  test('groups of WeCom after a sync have notice, scenes and friends', async (t) => {
    const { sim, koi } = await pair(t, engine, { size: { staff: 6, customers: 80, groups: 3 } });
    await sim.post('clock/set', { at_s: Math.floor(Date.now() / 1000) });
    const admin = await koi.signIn('administrator');
    const { groups } = await sim.get('state');
    await sim.post('group/set', { chat_id: groups[0].chat_id, notice: '每周三直播' });
    await sync(admin);
    const list = (await admin.get('/api/groups?limit=200')).items;
    assert.equal(list.length, groups.filter(({ dismissed }) => !dismissed).length);
    let members = 0;
    for (const group of list) {
      const page = await admin.get(`/api/groups/${group.id}/members?state=present&limit=200`);
      assert.equal(page.items.length, group.members);
      assert.equal(page.items.filter(({ friend }) => friend).length, group.friends);
      assert.ok(page.items.every(({ scene }) => scene !== null));
      members += page.items.length;
    }
    assert.ok(members > 0);
    const details = await Promise.all(list.map(({ id }) => admin.get(`/api/groups/${id}`)));
    assert.equal(details.filter(({ notice }) => notice === '每周三直播').length, 1);
    /* Another owner is remembered with the time; a group told of again with the same one is not. */
    const other = groups.find(({ owner }) => owner !== groups[0].owner)?.owner;
    assert.ok(other !== undefined);
    const since = async () =>
      (
        await koi.sql(
          `SELECT coalesce(owner_since_s, 0) FROM chat_group
             ORDER BY external_id = '${groups[0].chat_id}' DESC`,
        )
      )
        .split('\n')
        .map(Number);
    assert.ok((await since()).every((s) => s === 0));
    await sim.post('group/set', { chat_id: groups[0].chat_id, owner: other });
    await sync(admin);
    const [changed, ...same] = await since();
    assert.ok(changed > Date.now() / 1000 - 600);
    assert.ok(same.every((s) => s === 0));
    await noViolations(sim);
  });
});
