/* Groups as a business: figures of a window, verdicts, whoever is valuable, totals and sifting
 * against counts made here from the same rows; kinds, levels and plans as people set them, within
 * their data scope. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fill } from './fixture.mjs';
import { each, random, start } from './harness.mjs';

const DAY = 86400;
const ranks = { welfare: 1, vip: 2, diamond: 3 };
const deeds = [14, 17, 18]; /* message, view, click */
const writings = [6, 15, 16]; /* tagged, message from staff, broadcast */

/* The edges of windows move while a test runs: nothing of its rows is within an hour of one. */
const clear = (now, at) =>
  [7, 14, 28, 30, 60].some((days) => Math.abs(now - days * DAY - at) < 3600) ? at + 7200 : at;

/* Rows of a corp at random, beside the fixture's: people (some merged into others), eight groups of
 * three owners, stays, orders and events over 70 days. */
function life(seed, now) {
  const below = random(seed);
  const pick = (list) => list[below(list.length)];
  const people = Array.from({ length: 150 }, (_, i) => ({ id: 60000 + i, root: 60000 + i }));
  for (let i = 140; i < 150; i++) people[i].root = 60000 + below(100);
  for (const p of people) p.staff = p.root === p.id ? pick([11, 12, 13]) : null;
  for (const p of people) p.spend = p.root === p.id && below(5) === 0 ? 100000 + below(5000) : 0;
  const groups = Array.from({ length: 8 }, (_, i) => ({
    id: 400 + i,
    owner: [11, 12, 13][i % 3],
    level: Object.keys(ranks)[below(3)],
    kind: ['feed', 'interest', 'service'][i % 3],
    created: now - (i === 7 ? 10 : 100) * DAY,
  }));
  /* Each group has people of its own kind: those of 403 did things before and not now. */
  const stays = [];
  for (const { id, created } of groups)
    for (const p of people) {
      if (below(100) >= 35) continue;
      const joined = clear(now, created + 10 + below(now - created - 20));
      const left = below(4) === 0 ? clear(now, joined + 1 + below(now - joined - 1)) : null;
      stays.push({ group: id, who: p.id, joined, left });
    }
  const at = () => clear(now, now - 10 - below(70 * DAY));
  const orders = Array.from({ length: 300 }, (_, i) => {
    const placed = at();
    const paid = below(6) === 0 ? null : placed + below(3) * 3000;
    return {
      id: 70000 + i,
      who: below(12) === 0 ? null : pick(people).id,
      at: placed,
      paid,
      sale: 100 + below(9000),
      refunded: below(7) === 0 ? 50 + below(40) : 0,
    };
  });
  const some = people.filter(() => below(4) === 0);
  const events = Array.from({ length: 260 }, (_, i) => ({
    seq: 50000 + i,
    who: pick(below(3) === 0 ? people : some).id,
    at: at(),
    kind: below(3) === 0 ? pick(writings) : pick(deeds),
  }));
  return { now, people, groups, stays, orders, events };
}

const literal = (x) => (x === null ? 'NULL' : typeof x === 'string' ? `'${x}'` : x);

function rows(corp) {
  const sql = [];
  const put = (table, columns, values) =>
    sql.push(
      `INSERT INTO ${table} (${columns}) VALUES
         ${values.map((v) => `(${v.map(literal).join(', ')})`).join(',\n')};`,
    );
  put(
    'customer',
    'id, root_id, nickname, first_s, created_s, updated_us',
    corp.people.map((p) => [p.id, p.root, `n${p.id}`, 0, 0, 0]),
  );
  put(
    'relation',
    'id, customer_id, staff_id, added_s, created_s',
    corp.people.filter((p) => p.staff).map((p) => [p.id + 800000, p.id, p.staff, 0, 0]),
  );
  put(
    'customer_stats',
    'customer_id, orders, spend_fen, first_order_s, last_order_s',
    corp.people.filter((p) => p.spend > 0).map((p) => [p.id, 1, p.spend, 1, 1]),
  );
  put(
    'chat_group',
    'id, name, owner_id, kind, level, created_s',
    corp.groups.map((g) => [g.id, `g${g.id}`, g.owner, g.kind, g.level, g.created]),
  );
  put(
    'group_member',
    'group_id, customer_id, joined_s, left_s',
    corp.stays.map((s) => [s.group, s.who, s.joined, s.left]),
  );
  put(
    'orders',
    'id, channel_id, number, customer_id, state, at_s, paid_s, total_fen, sale_fen, ' +
      'refunded_fen, lines, updated_us',
    corp.orders.map((o) => [
      o.id,
      1,
      `x${o.id}`,
      o.who,
      o.paid === null ? 'created' : 'paid',
      o.at,
      o.paid,
      o.sale,
      o.sale,
      o.refunded,
      1,
      0,
    ]),
  );
  put(
    'event',
    'seq, recorded_us, customer_id, at_s, kind',
    corp.events.map((e) => [e.seq, 0, e.who, e.at, e.kind]),
  );
  return sql.join('\n');
}

/* ---- the same by hand ---- */

function by_hand(corp, sees = () => true) {
  const root = new Map(corp.people.map((p) => [p.id, p.root]));
  const persons = [...new Set(root.values())];
  const within = (x, from, to) => x > from && x <= to;
  const inside = (group, person, at) =>
    corp.stays.some(
      (s) =>
        s.group === group &&
        root.get(s.who) === person &&
        (at === null ? s.left === null : s.joined <= at && (s.left === null || s.left > at)),
    );
  const did = (person, from, to) =>
    corp.events.some(
      (e) => root.get(e.who) === person && deeds.includes(e.kind) && within(e.at, from, to),
    );
  const active = (group, at, from, to) => {
    const members = persons.filter((p) => inside(group, p, at));
    return [members.length, members.filter((p) => did(p, from, to)).length];
  };
  const sales = (test, from) => {
    const found = corp.orders.filter(
      (o) =>
        within(o.at, from, corp.now) &&
        (o.who === null
          ? test(o, null) && sees(null)
          : sees(root.get(o.who)) && test(o, root.get(o.who))),
    );
    const bought = found.filter((o) => o.paid !== null);
    const buyers = new Map();
    for (const o of bought)
      if (o.who !== null) buyers.set(root.get(o.who), (buyers.get(root.get(o.who)) ?? 0) + 1);
    return {
      orders: bought.length,
      buyers: buyers.size,
      who: [...buyers.keys()],
      repeaters: [...buyers.values()].filter((n) => n > 1).length,
      amount: found.reduce((n, o) => n + (o.paid === null ? 0 : o.sale) - o.refunded, 0),
    };
  };
  const valuable = corp.people.filter((p) => p.spend >= 100000).map((p) => p.id);
  return { persons, inside, active, sales, valuable };
}

const share = (part, whole) => (whole === 0 ? null : part / whole);

function figures(hand, corp, group, days) {
  const from = corp.now - days * DAY;
  const [people, active] = hand.active(group.id, null, from, corp.now);
  const [people_before, active_before] = hand.active(group.id, from, from - days * DAY, from);
  const s = hand.sales((o, p) => p !== null && hand.inside(group.id, p, o.paid ?? o.at), from);
  const all = hand.sales(() => true, from).amount;
  const still = s.who.filter((p) => hand.inside(group.id, p, null)).length;
  return {
    people,
    active,
    activity: share(active, people),
    people_before,
    active_before,
    orders: s.orders,
    buyers: s.buyers,
    repeaters: s.repeaters,
    amount_fen: s.amount,
    sales_share: share(s.amount, all),
    bought_share: share(still, people),
    repurchase: share(s.repeaters, s.buyers),
  };
}

function verdict(hand, corp, group) {
  const f = figures(hand, corp, group, 30);
  const members = hand.persons.filter((p) => hand.inside(group.id, p, null));
  const valuable = members.filter((p) => hand.valuable.includes(p));
  const alone = valuable.filter(
    (p) =>
      !corp.groups.some(
        (g) =>
          g.id !== group.id && ranks[g.level] >= ranks[group.level] && hand.inside(g.id, p, null),
      ),
  );
  const falling =
    f.active_before >= 10 && f.active / f.people < f.active_before / f.people_before / 2;
  const quiet = f.people === 0 || f.active / f.people < 0.1;
  const is =
    corp.now - group.created < 30 * DAY
      ? 'new'
      : falling || (quiet && valuable.length >= 5)
        ? 'revive'
        : !quiet
          ? 'keep'
          : alone.length > 0
            ? 'take_out'
            : 'give_up';
  return { is, valuable, alone };
}

/* A corp with these rows, served. */
async function corpOf(t, engine, corp) {
  const koi = await start(t, engine);
  await koi.stop();
  await fill(koi);
  await koi.sql(
    `DELETE FROM group_member; DELETE FROM refund; DELETE FROM order_item; DELETE FROM orders;
     DELETE FROM customer_stats; DELETE FROM event; DELETE FROM chat_group WHERE id < 100;
     INSERT INTO staff (id, userid, name, created_s)
       VALUES (91, 'dora', 'Dora', 0), (92, 'emil', 'Emil', 0);
     ${rows(corp)}`,
  );
  await koi.serve();
  return koi;
}

/* Settings, one after the other. */
async function set(admin, values) {
  for (const [name, value] of Object.entries(values))
    await admin.put(`/api/settings/${name}`, { value });
}

const near = (is, should, what) =>
  assert.ok(
    is === should || (is !== null && should !== null && Math.abs(is - should) < 1e-12),
    `${what}: ${is}, should be ${should}`,
  );

each('groups as a business', (engine) => {
  test('figures, verdicts and totals are those of the rows', async (t) => {
    const corp = life(engine === 'sqlite' ? 5 : 6, Math.floor(Date.now() / 1000) - 60);
    const koi = await corpOf(t, engine, corp);
    const admin = await koi.signIn('administrator');
    const hand = by_hand(corp);
    for (const days of [7, 14, 30]) {
      const { items } = await admin.get(`/api/groups?days=${days}`);
      assert.equal(items.length, 8);
      for (const group of corp.groups) {
        const item = items.find(({ id }) => id === String(group.id));
        const should = figures(hand, corp, group, days);
        for (const [key, value] of Object.entries(should))
          near(item.figures[key], value, `${key} of ${group.id} in ${days} days`);
        const [name, value] = {
          feed: ['sales_share', should.sales_share],
          interest: ['activity', should.activity],
          service: ['repurchase', should.repurchase],
        }[group.kind];
        assert.equal(item.figures.measure, name);
        near(item.figures.measure_value, value, name);
        assert.equal(item.figures.messages, null);
        assert.equal(
          item.figures.messages_not_available,
          group.id === 407 && days > 10 ? 'young' : 'several_groups',
        );
      }
      const total = await admin.get(`/api/groups/totals?days=${days}`);
      const from = corp.now - days * DAY;
      const any = hand.sales(
        (o, p) => p !== null && corp.groups.some((g) => hand.inside(g.id, p, o.paid ?? o.at)),
        from,
      );
      const all = hand.sales(() => true, from);
      assert.equal(total.groups, 8);
      assert.equal(total.as_of_s, null);
      assert.equal(
        total.people,
        hand.persons.filter((p) => corp.groups.some((g) => hand.inside(g.id, p, null))).length,
      );
      assert.deepEqual(
        [total.orders, total.buyers, total.amount_fen, total.all_orders, total.all_amount_fen],
        [any.orders, any.buyers, any.amount, all.orders, all.amount],
      );
      near(total.sales_share, share(any.amount, all.amount), 'share of sales');
    }
    assert.equal((await admin.get('/api/groups')).items[0].figures, null);
    assert.equal((await admin.get('/api/groups/401?days=14')).figures.days, 14);

    const seen = new Set();
    const review = async (v) =>
      (await admin.get(`/api/groups/review?limit=200${v ? `&verdict=${v}` : ''}`)).items;
    const counts = (await admin.get('/api/groups/review')).counts;
    for (const v of ['revive', 'take_out', 'give_up', 'new', 'keep']) {
      const items = await review(v);
      assert.equal(items.length, counts[v]);
      const should = corp.groups.filter((g) => verdict(hand, corp, g).is === v);
      assert.deepEqual(
        items.map(({ id }) => Number(id)).sort(),
        should.map(({ id }) => id),
        v,
      );
      for (const item of items) {
        const { valuable, alone } = verdict(hand, corp, { ...corp.groups[Number(item.id) - 400] });
        assert.equal(item.valuable, valuable.length, item.id);
        assert.equal(item.valuable_alone, alone.length, item.id);
        const named = await admin.get(`/api/groups/${item.id}/valuable`);
        assert.deepEqual(
          named.items.map(({ id, alone: x }) => [Number(id), x]),
          valuable.sort((a, b) => a - b).map((p) => [p, alone.includes(p)]),
        );
        const only = await admin.get(`/api/groups/${item.id}/valuable?alone=true`);
        assert.equal(only.items.length, alone.length);
        seen.add(v);
      }
    }
    assert.ok(seen.has('new') && seen.size >= 2, [...seen].join());
    /* Pages of one put together are the list. */
    const whole = (await admin.get('/api/groups/review?verdict=keep')).items;
    const paged = [];
    for (let cursor = ''; cursor !== null;) {
      const page = await admin.get(`/api/groups/review?verdict=keep&limit=1${cursor}`);
      paged.push(...page.items);
      cursor = page.next === null ? null : `&cursor=${encodeURIComponent(page.next)}`;
    }
    assert.deepEqual(paged, whole);

    /* Who sees customers of Anna's alone has her groups, and sales of those customers. */
    const anna = await koi.signIn('manager', { scope: 'own', staff_id: '11' });
    const hers = new Set(corp.people.filter((p) => p.staff === 11).map((p) => p.id));
    const cut = by_hand(corp, (p) => hers.has(p));
    const list = (await anna.get('/api/groups?days=30')).items;
    assert.deepEqual(list.map(({ id }) => id).sort(), ['400', '403', '406']);
    for (const item of list) {
      const group = corp.groups[Number(item.id) - 400];
      const should = figures(cut, corp, group, 30);
      for (const key of ['people', 'active', 'orders', 'buyers', 'amount_fen', 'sales_share'])
        near(item.figures[key], should[key], `${key} for Anna`);
      const seen = cut.persons.filter((p) => hers.has(p) && cut.inside(group.id, p, null));
      const bought = should.bought_share * should.people; /* members who bought, all hers */
      assert.ok(seen.length < should.people);
      near(item.figures.bought_share, share(Math.round(bought), seen.length), 'share for Anna');
    }
    const total = await anna.get('/api/groups/totals');
    assert.equal(total.groups, 3);
    assert.equal(total.all_amount_fen, cut.sales(() => true, corp.now - 30 * DAY).amount);
  });

  test('verdicts follow the settings, and messages are told where they are known', async (t) => {
    const now = Math.floor(Date.now() / 1000);
    const koi = await corpOf(t, engine, { now, ...quietCorp(now) });
    const admin = await koi.signIn('administrator');
    const of = async (id) => {
      for (const v of ['revive', 'take_out', 'give_up', 'new', 'keep'])
        for (const item of (await admin.get(`/api/groups/review?limit=200&verdict=${v}`)).items)
          if (item.id === String(id)) return item;
      return null;
    };
    /* Nobody did anything: with 5 valuable ones it is worth reviving, with 2 they are taken out,
     * with those elsewhere it is given up. */
    assert.equal((await of(500)).verdict, 'revive');
    assert.equal((await of(501)).verdict, 'take_out');
    assert.equal((await of(502)).verdict, 'give_up');
    assert.equal((await of(503)).verdict, 'new');
    assert.equal((await of(504)).verdict, 'revive'); /* falls from 12 active to 1 */
    assert.equal((await of(504)).falling, true);
    await set(admin, { group_revive_valuable: '6' });
    assert.equal((await of(500)).verdict, 'take_out');
    await set(admin, { churn_spend: '0' });
    assert.equal((await of(500)).verdict, 'give_up');
    assert.equal((await of(501)).valuable, 0);
    await set(admin, { churn_spend: '1000', group_revive_valuable: '5' });
    /* The owner of 502 has no other group: WeCom's words are that group's. */
    const today = Math.floor((now + 8 * 3600) / DAY);
    await koi.sql(
      Array.from(
        { length: 12 },
        (
          _,
          i,
        ) => `INSERT INTO owner_day (staff_id, day, chat_total, msg_total, member_has_msg, told_us)
                   VALUES (92, ${today - 1 - i * 3}, 1, ${i}, 2, 1);`,
      ).join('\n'),
    );
    const one = (await admin.get('/api/groups/502?days=30')).figures;
    assert.deepEqual(
      [one.messages, one.message_days, one.writers_a_day, one.messages_not_available],
      [45, 10, 2, null] /* days 1, 4 … 28 before today */,
    );
    assert.deepEqual(
      await of(502).then(({ messages, message_days }) => [messages, message_days]),
      [45, 10],
    );
    assert.equal((await of(502)).verdict, 'keep'); /* somebody writes */
    /* Words are of whole days: so is what they hang on, from the first second of the first day. */
    const first = (today - 30) * DAY - 8 * 3600;
    const told = async () => [
      (await admin.get('/api/groups/502?days=30')).figures.messages_not_available,
      (await of(502)).messages_not_available,
    ];
    await koi.sql(`INSERT INTO chat_group (id, name, owner_id, created_s, dismissed_s)
                   VALUES (505, 'g505', 92, 0, ${first})`);
    assert.deepEqual(await told(), [null, null]);
    await koi.sql(`UPDATE chat_group SET dismissed_s = ${first + 1} WHERE id = 505`);
    assert.deepEqual(await told(), ['several_groups', 'several_groups']);
    await koi.sql('DELETE FROM chat_group WHERE id = 505');
    await koi.sql(`UPDATE chat_group SET owner_since_s = ${first} WHERE id = 502`);
    assert.deepEqual(await told(), [null, null]);
    await koi.sql(`UPDATE chat_group SET owner_since_s = ${first + 1} WHERE id = 502`);
    assert.deepEqual(await told(), ['owner_changed', 'owner_changed']);
    await koi.sql(`UPDATE chat_group SET owner_since_s = ${now - 5 * DAY} WHERE id = 502`);
    assert.equal((await admin.get('/api/groups/502?days=30')).figures.messages, null);
    assert.equal((await of(502)).messages_not_available, 'owner_changed');
    assert.equal((await of(502)).verdict, 'give_up');
    /* Nobody goes on in a group that is to be given up itself. */
    const alone = async () =>
      (await admin.get('/api/groups/502/valuable?alone=true')).items.map(({ id }) => id);
    assert.deepEqual(await alone(), []);
    await admin.patch('/api/groups/500', { plan: 'give_up' });
    assert.equal((await of(502)).verdict, 'take_out');
    assert.deepEqual(await alone(), ['61000']);
    await admin.patch('/api/groups/500', { plan: 'keep' });
    assert.equal((await of(502)).verdict, 'give_up');
  });

  test('kind, level and plan are set within the scope; a plan ends the proposal', async (t) => {
    const now = Math.floor(Date.now() / 1000);
    const koi = await corpOf(t, engine, { now, ...quietCorp(now) });
    const admin = await koi.signIn('administrator');
    const manager = await koi.signIn('manager', { scope: 'own', staff_id: '92' });
    const staff = await koi.signIn('staff', { scope: 'own', staff_id: '92' });
    const proposed = async (who = admin) =>
      (await who.get('/api/groups/review')).items.map(({ id }) => id).sort();
    assert.deepEqual(await proposed(), ['500', '501', '502', '504']);
    assert.deepEqual(await proposed(manager), ['502']);
    /* Counts of valuable members are over all; the list says how many it leaves out. */
    const named = async (who, alone) => {
      const { items, hidden } = await who.get(`/api/groups/502/valuable?alone=${alone}`);
      return [items.map(({ id }) => id), hidden];
    };
    assert.equal((await manager.get('/api/groups/review')).items[0].valuable, 1);
    assert.deepEqual(await named(manager, false), [[], 1]);
    assert.deepEqual(await named(manager, true), [[], 0]);
    assert.deepEqual(await named(admin, false), [['61000'], 0]);

    const changed = await manager.patch('/api/groups/502', {
      kind: 'service',
      level: 'vip',
      plan: 'give_up',
      note: '老群，请解散',
    });
    assert.deepEqual(
      [changed.kind, changed.level, changed.plan, changed.plan_note, changed.plan_by],
      ['service', 'vip', 'give_up', '老群，请解散', manager.login],
    );
    assert.deepEqual(await proposed(manager), []);
    assert.equal((await manager.get('/api/groups/review')).counts.planned, 1);
    assert.deepEqual(
      (await admin.get('/api/groups?plan=give_up')).items.map(({ id }) => id),
      ['502'],
    );
    assert.equal((await admin.get('/api/groups?plan=none')).items.length, 4);
    const stored = await koi.sql('SELECT plan_note_sealed FROM chat_group WHERE id = 502');
    assert.ok(!stored.includes('老群'));
    /* The audience language knows at once. */
    const count = async (expression) =>
      (await admin.post('/api/groups/classify', { expression, level: 'diamond', dry_run: true }))
        .matched;
    assert.equal(await count('level = vip and kind = service'), 1);
    /* Another plan has no note of the old one; none at all is proposed again. */
    assert.equal((await admin.patch('/api/groups/502', { plan: 'keep' })).plan_note, null);
    const back = await admin.patch('/api/groups/502', { plan: null });
    assert.deepEqual([back.plan, back.plan_s, back.plan_by], [null, null, null]);
    assert.deepEqual(await proposed(manager), ['502']);

    /* Not others', not by staff, nothing half-done. */
    const refuse = async (who, method, path, body, status, code) => {
      const reply = await who.call(method, path, body);
      assert.equal(reply.status, status, JSON.stringify(reply.body));
      assert.equal(reply.body.error.code, code);
    };
    await refuse(manager, 'PATCH', '/api/groups/500', { level: 'vip' }, 404, 'group_unknown');
    await refuse(staff, 'PATCH', '/api/groups/502', { level: 'vip' }, 403, 'permission_missing');
    await refuse(admin, 'PATCH', '/api/groups/502', { note: 'x' }, 400, 'note_without_plan');
    await refuse(
      admin,
      'PATCH',
      '/api/groups/502',
      { level: 'gold', kind: 'feed' },
      400,
      'argument_invalid',
    );
    const many = '/api/groups/classify';
    await refuse(admin, 'POST', many, { level: 'vip' }, 400, 'groups_missing');
    await refuse(admin, 'POST', many, { group_ids: ['500'] }, 400, 'class_missing');
    await refuse(
      admin,
      'POST',
      many,
      { group_ids: ['500'], expression: 'all', level: 'vip' },
      400,
      'groups_missing',
    );
    await refuse(
      staff,
      'POST',
      many,
      { expression: 'all', level: 'vip' },
      403,
      'permission_missing',
    );
    const wrong = await admin.call('POST', many, { expression: 'friend', level: 'vip' });
    assert.equal(wrong.status, 400);
    assert.equal(wrong.body.error.field, 'expression');

    /* Many at once: by an audience of groups, only what differs, only the scope's. */
    const all = { expression: 'members >= 1', level: 'diamond' };
    assert.deepEqual(await admin.post(many, { ...all, dry_run: true }), {
      matched: 5,
      already: 0,
      changed: 0,
      left: 5,
    });
    const own = await manager.post(many, all);
    assert.deepEqual(own, { matched: 1, already: 0, changed: 1, left: 0 });
    assert.deepEqual(await admin.post(many, all), { matched: 5, already: 1, changed: 4, left: 0 });
    assert.deepEqual(
      await manager.post(many, { group_ids: ['500', '502'], kind: 'interest', level: 'vip' }),
      { matched: 1, already: 0, changed: 1, left: 0 },
    );
    const after = (await admin.get('/api/groups')).items;
    assert.deepEqual(
      after.map(({ id, kind, level }) => [id, kind, level]).sort(),
      [500, 501, 502, 503, 504].map((id) =>
        id === 502 ? ['502', 'interest', 'vip'] : [String(id), 'feed', 'diamond'],
      ),
    );
    const rows_of = (await admin.get('/api/audit')).items.map(({ action }) => action);
    assert.ok(rows_of.includes('group_change') && rows_of.includes('group_classify'));
    await koi.sql(`UPDATE chat_group SET dismissed_s = ${now} WHERE id = 501`);
    await refuse(admin, 'PATCH', '/api/groups/501', { level: 'vip' }, 409, 'group_dismissed');
    assert.equal((await admin.get('/api/groups?state=dismissed&days=30')).items[0].figures, null);
  });

  test('sifting finds who qualifies, since when, from where and whereto', async (t) => {
    const corp = life(engine === 'sqlite' ? 15 : 16, Math.floor(Date.now() / 1000) - 60);
    const koi = await corpOf(t, engine, corp);
    const admin = await koi.signIn('administrator');
    const hand = by_hand(corp);
    const viewed = (until) =>
      hand.persons
        .filter((p) =>
          corp.events.some(
            (e) =>
              e.kind === 17 &&
              e.at <= until &&
              corp.people.find(({ id }) => id === e.who).root === p,
          ),
        )
        .sort((a, b) => a - b);
    const viewing = encodeURIComponent('count(view) >= 1');
    const ask = async (query) => {
      const items = [];
      let page;
      for (let cursor = ''; cursor !== null;) {
        page = await admin.get(`/api/groups/sift?expression=${viewing}&${query}&limit=7${cursor}`);
        items.push(...page.items);
        cursor = page.next === null ? null : `&cursor=${encodeURIComponent(page.next)}`;
      }
      return { ...page, items };
    };
    const in_level = (p, test) =>
      corp.groups.some((g) => test(ranks[g.level]) && hand.inside(g.id, p, null));
    const before = Math.floor((corp.now + 8 * 3600 - 20 * DAY) / DAY);
    const day = new Date(before * DAY * 1000).toISOString().slice(0, 10);
    const then = viewed((before + 1) * DAY - 8 * 3600 - 1);
    let invited = 0;
    for (const level of ['welfare', 'vip', 'diamond']) {
      const now_in = viewed(corp.now + 100);
      const invite = now_in.filter((p) => !in_level(p, (r) => r >= ranks[level]));
      const fresh = invite.filter((p) => !then.includes(p));
      const gone = hand.persons
        .filter((p) => in_level(p, (r) => r === ranks[level]) && !now_in.includes(p))
        .sort((a, b) => a - b);
      const reply = await ask(`level=${level}&before=${day}`);
      assert.deepEqual(
        [reply.qualify, reply.inside, reply.invite, reply.fresh, reply.no_longer, reply.total],
        [
          now_in.length,
          now_in.length - invite.length,
          invite.length,
          fresh.length,
          gone.length,
          invite.length,
        ],
        level,
      );
      assert.deepEqual(
        reply.items.map(({ id }) => Number(id)),
        invite,
      );
      invited += invite.length;
      for (const item of reply.items) {
        const p = Number(item.id);
        assert.equal(item.fresh, fresh.includes(p));
        const lower = corp.groups.filter(
          (g) => ranks[g.level] < ranks[level] && hand.inside(g.id, p, null),
        );
        assert.deepEqual(
          item.groups.map(({ id }) => Number(id)).sort(),
          lower.map(({ id }) => id).sort(),
        );
        const owners = lower.map(({ owner }) => owner);
        if (lower.length > 0) assert.ok(owners.includes(Number(item.inviter.id)));
        else assert.equal(item.inviter.id, String(corp.people.find(({ id }) => id === p).staff));
        const same = corp.groups.filter((g) => g.level === level && owners.includes(g.owner));
        if (same.length > 0) assert.ok(same.some((g) => String(g.id) === item.into?.id));
        const friend = corp.people.find(({ id }) => id === p).staff;
        const theirs = corp.groups.filter((g) => g.level === level && g.owner === friend);
        if (lower.length === 0)
          assert.equal(
            theirs.some((g) => String(g.id) === item.into?.id),
            theirs.length > 0,
          );
        if (item.into !== null)
          assert.ok(corp.groups.some((g) => String(g.id) === item.into.id && g.level === level));
      }
      const only = await ask(`level=${level}&before=${day}&show=fresh`);
      assert.deepEqual(
        only.items.map(({ id }) => Number(id)),
        fresh,
      );
      const out = await ask(`level=${level}&show=no_longer`);
      assert.deepEqual(
        out.items.map(({ id }) => Number(id)),
        gone,
      );
      assert.ok(out.items.every(({ groups }) => groups.every((g) => g.level === level)));
    }
    assert.ok(invited > 0);

    const sift = (query) => admin.get(`/api/groups/sift?${query}`);
    /* Without a condition: the audience that the settings name; else it says what to do. */
    const missing = await admin.call('GET', '/api/groups/sift?level=vip');
    assert.equal(missing.body.error.code, 'expression_missing');
    await admin.post('/api/audiences', { name: '够格"', expression: 'count(view) >= 1' }, 201);
    await set(admin, { group_vip_audience: '够格"' });
    const usual = await sift('level=vip');
    assert.equal(usual.qualify, viewed(corp.now + 100).length);
    assert.equal(usual.fresh, null);
    assert.equal(
      (await admin.call('GET', '/api/groups/sift?level=vip&show=fresh')).body.error.code,
      'before_missing',
    );
    assert.equal((await admin.call('GET', '/api/groups/sift')).status, 400);
    assert.equal((await admin.call('GET', '/api/groups/sift?level=vip&expression=(')).status, 400);
    /* What the language keeps no history of: the rest is told, and why that is not. */
    const unsaid = await sift(
      `level=vip&before=${day}&expression=${encodeURIComponent('city is unknown')}`,
    );
    assert.equal(unsaid.fresh, null);
    assert.match(unsaid.fresh_problem, /city/);
    assert.ok(unsaid.qualify > 0);
    const nobody = await sift(
      `level=vip&before=${day}&show=fresh&expression=${encodeURIComponent('city is unknown')}`,
    );
    assert.deepEqual(nobody.items, []);
    const past = encodeURIComponent('count(view) >= 1 as of 2026-01-01');
    const twice = await sift(`level=vip&before=${day}&expression=${past}`);
    assert.equal(twice.fresh, null);
    assert.match(twice.fresh_problem, /as of/);
    const ahead = await admin.call('GET', '/api/groups/sift?level=vip&before=2099-01-01');
    assert.equal(ahead.body.error.code, 'before_future');

    /* Anna sees her customers alone. */
    const anna = await koi.signIn('manager', { scope: 'own', staff_id: '11' });
    const hers = viewed(corp.now + 100).filter(
      (p) => corp.people.find(({ id }) => id === p).staff === 11,
    );
    assert.equal((await anna.get('/api/groups/sift?level=vip')).qualify, hers.length);
    /* Nor is she told of groups that others own: who is in no other is in none for her. */
    const annas = corp.groups.filter(({ owner }) => owner === 11);
    let kept_back = 0;
    for (const level of ['vip', 'diamond']) {
      const page = await anna.get(
        `/api/groups/sift?level=${level}&expression=${viewing}&limit=200`,
      );
      for (const item of page.items) {
        const below = (list) =>
          list
            .filter(
              (g) => ranks[g.level] < ranks[level] && hand.inside(g.id, Number(item.id), null),
            )
            .map(({ id }) => String(id))
            .sort();
        assert.deepEqual(item.groups.map(({ id }) => id).sort(), below(annas));
        kept_back += below(corp.groups).length - below(annas).length;
        assert.equal(item.inviter.id, '11');
        const into = annas.filter((g) => g.level === level).map(({ id }) => String(id));
        assert.equal(item.into !== null, into.length > 0);
        if (item.into !== null) assert.ok(into.includes(item.into.id));
      }
    }
    assert.ok(kept_back > 0);

    /* Nobody is sent into a group that is to be given up. */
    let given_up = 0;
    for (const level of ['welfare', 'vip', 'diamond']) {
      const into = async () =>
        (await ask(`level=${level}`)).items.map((item) => item.into?.id ?? null);
      for (const id of new Set(await into())) {
        if (id === null) continue;
        await admin.patch(`/api/groups/${id}`, { plan: 'give_up' });
        assert.ok(!(await into()).includes(id));
        given_up++;
      }
    }
    assert.ok(given_up > 0);
  });
});

/* Five quiet groups of four owners: with five valuable members, with two, with two who are in a
 * better group as well; one that is young; one that falls. */
function quietCorp(now) {
  const people = [];
  const groups = [];
  const stays = [];
  const events = [];
  const level = { 500: 'vip', 501: 'welfare', 502: 'welfare', 503: 'vip', 504: 'welfare' };
  for (const id of [500, 501, 502, 503, 504]) {
    const made = now - (id === 503 ? 5 : 90) * DAY;
    groups.push({
      id,
      owner: id === 502 ? 92 : 91,
      level: level[id],
      kind: 'feed',
      created: made,
    });
    for (let i = 0; i < 20; i++) {
      const who = 61000 + (id - 500) * 100 + i;
      const spend = i < { 500: 5, 501: 2, 502: 0, 503: 0, 504: 0 }[id] ? 100000 : 0;
      people.push({ id: who, root: who, staff: 91, spend });
      stays.push({ group: id, who, joined: made + 5, left: null });
      if (id === 504 && i < 12) events.push({ seq: 55000 + i, who, at: now - 45 * DAY, kind: 17 });
      if (id === 504 && i < 1) events.push({ seq: 55100, who, at: now - 5 * DAY, kind: 17 });
    }
  }
  /* Valuable ones of 500, a better group, are in 502 too. */
  stays.push({ group: 502, who: 61000, joined: now - 40 * DAY, left: null });
  return {
    people,
    groups,
    stays,
    events,
    orders: [{ id: 70000, who: 61000, at: now - DAY, paid: now - DAY, sale: 100, refunded: 0 }],
  };
}
