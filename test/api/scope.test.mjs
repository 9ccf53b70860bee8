/* Every route × every role, and every route × own, team, other: generated from the route table.
 *
 * Permission: the table says which roles may; every other gets 403, and those that may get past the check (an undeclared
 * parameter then stops the call before it does anything). Row scope: with others' data taken out of the database every answer
 * must stay the same to the byte, so that lists, counts, searches and figures tell nothing; and an id of another's is
 * answered exactly as one that does not exist.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fill, forgetOthers, pathOf, valuesOf } from './fixture.mjs';
import { each, routeTable, start } from './harness.mjs';

const roles = ['staff', 'manager', 'operator', 'administrator'];
const probe = 'undeclared_probe=1';

each('permissions', (engine) => {
  test('every route × every role', async (t) => {
    const koi = await start(t, engine);
    await fill(koi);
    const routes = await routeTable();
    const callers = Object.fromEntries(
      await Promise.all(roles.map(async (role) => [role, await koi.signIn(role)])),
    );
    const own = await koi.signIn('administrator', { scope: 'own', staff_id: '11' });
    let n = 0;
    /* A route that others' servers call passes over what it does not know, and wants its own. */
    const codeOf = (route) => (route.foreign ? 'argument_missing' : 'argument_unknown');
    for (const route of routes) {
      const path = `${pathOf(route, 'none')}?${probe}`;
      const nobody = await koi.nobody().call(route.method, path);
      assert.equal(
        nobody.status === 401,
        route.need !== 'public',
        `${route.name} for nobody: ${nobody.status}`,
      );
      /* A page for people: it passes over what messengers add to an address, and says in HTML that
       * nothing is there. */
      if (route.path.startsWith('/g/')) {
        for (const caller of [koi.nobody(), own, ...Object.values(callers)]) {
          const page = await caller.call(route.method, path);
          assert.equal(page.status, 404);
          assert.match(page.headers['content-type'], /^text\/html/);
        }
        continue;
      }
      for (const role of roles) {
        const reply = await callers[role].call(route.method, path);
        const may = route.roles.includes(role);
        if (may)
          assert.equal(
            reply.body.error.code,
            codeOf(route),
            `${route.name} for ${role}: ${reply.text}`,
          );
        else
          assert.equal(
            reply.body.error.code,
            'permission_missing',
            `${route.name} for ${role}: ${reply.text}`,
          );
        assert.equal(reply.status, may ? 400 : 403);
        n++;
      }
      const narrow = await own.call(route.method, path);
      assert.equal(
        narrow.body.error.code,
        route.scope === 'whole' ? 'scope_whole' : codeOf(route),
        `${route.name} for scope own`,
      );
    }
    t.diagnostic(`${routes.length} routes, ${n} calls`);
  });
});

/* What differs from call to call without telling anything. */
function still(reply) {
  return `${reply.status} ${reply.text.replace(/"(took_us|now_s|at_us)":\d+/g, '"$1":0').replace(/"next":"[^"]*"/g, '"next":"…"')}`;
}

/* The calls worth making of a reading route: bare, and with each argument alone. */
function readings(route) {
  const path = pathOf(route, 'own');
  const required = route.args.filter((a) => a.required && a.in !== 'path');
  const query = (pairs) =>
    pairs.length
      ? `${path}?${pairs.map(([k, v]) => `${k}=${encodeURIComponent(v)}`).join('&')}`
      : path;
  const base = required.filter((a) => a.in === 'query').map((a) => [a.name, valuesOf(route, a)[0]]);
  const calls = [query(base)];
  for (const arg of route.args) {
    if (arg.in !== 'query' || arg.name === 'cursor') continue;
    for (const value of valuesOf(route, arg))
      calls.push(query([...base.filter(([k]) => k !== arg.name), [arg.name, value]]));
  }
  return calls;
}

const past = (days) => new Date(Date.now() - days * 86400e3).toISOString().slice(0, 10);
const year = `between ${past(360)} and ${past(-1)}`; /* does not move between two askings */
/* Questions whose parts are documents of their own. */
const questions = {
  analysis_counts: { series: ['order', 'view, friend_add'], unit: 'month', window: year },
  analysis_funnel: {
    steps: [{ events: 'friend_add' }, { events: 'order' }],
    within: '300d',
    by: 'source',
  },
  analysis_paths: { nodes: ['friend_add', 'order', 'view'], gap_s: 86400 },
  analysis_repurchase: { window: year },
  analysis_retention: {
    start: 'friend_add',
    back: 'order',
    unit: 'month',
    columns: 6,
    window: year,
  },
  analysis_rfm: { window: year },
};

function bodyOf(route) {
  if (questions[route.name]) return questions[route.name];
  const body = {};
  for (const arg of route.args) {
    if (arg.in !== 'body' || !arg.required) continue;
    const value = valuesOf(route, arg)[0];
    body[arg.name] = ['int', 'fen', 'number'].includes(arg.kind)
      ? Number(value)
      : arg.kind === 'json'
        ? {}
        : arg.kind === 'bool'
          ? value === 'true'
          : value;
  }
  return body;
}

each('row scope', (engine) => {
  for (const [scope, role] of [
    ['own', 'operator'],
    ['team', 'manager'],
    ['own', 'staff'],
  ]) {
    test(`a ${role} with scope ${scope} learns nothing of others`, async (t) => {
      const koi = await start(t, engine);
      await fill(koi);
      const caller = await koi.signIn(role, { scope, staff_id: '11' });
      const routes = (await routeTable()).filter(
        (r) =>
          r.scope !== 'whole' &&
          r.roles.includes(role) &&
          !r.path.startsWith('/api/session') &&
          r.need !== 'public',
      );
      const before = new Map();
      const ask = async (record) => {
        for (const route of routes) {
          const reads = route.method === 'GET' || (route.method === 'POST' && !route.writes);
          if (!reads || route.raw_body) continue;
          for (const path of readings(route)) {
            const reply = await caller.call(
              route.method,
              path,
              route.method === 'POST' ? bodyOf(route) : undefined,
            );
            record(`${route.method} ${path}`, reply);
          }
        }
      };
      const leaks = []; /* all of them, so that one look at the test says what there is to mend */
      await ask((what, reply) => {
        if (reply.status >= 500) leaks.push(`${what}: ${reply.status} ${reply.text.slice(0, 300)}`);
        const hidden = scope === 'own' ? /MARK-(other|team)/ : /MARK-other/;
        const ids = scope === 'own' ? /"(200|300)[1-4]"/ : /"300[1-4]"/;
        if (!hidden.test(decodeURIComponent(what)) && hidden.test(reply.text))
          leaks.push(`${what} shows ${hidden.exec(reply.text)[0]}`);
        if (/77700\d/.test(reply.text)) leaks.push(`${what} tells a figure over all customers`);
        if (ids.test(reply.text)) leaks.push(`${what} tells another's id`);
        before.set(what, still(reply));
      });
      const sifted = [...before].filter(([what]) => /sift.*level=vip&expression/.test(what));
      assert.ok(sifted.some(([, reply]) => reply.includes('MARK-own')));
      await forgetOthers(koi, scope);
      await ask((what, reply) => {
        if (still(reply) !== before.get(what))
          leaks.push(
            `${what} changed when others were taken out:\n    ${before.get(what).slice(0, 400)}\n    ${still(reply).slice(0, 400)}`,
          );
      });
      assert.deepEqual(leaks, [], leaks.join('\n'));
      t.diagnostic(`${before.size} readings`);
      assert.ok(before.size > 60);
    });
  }

  test("sifting tells nothing of others' groups, even of those that ours are in", async (t) => {
    const koi = await start(t, engine);
    await fill(koi);
    const route = (await routeTable()).find(({ name }) => name === 'group_sift');
    /* Somebody of ours is in a group of another's; one of our department has a better one. */
    await koi.sql(
      `INSERT INTO group_member (group_id, customer_id, joined_s) VALUES (36, 1001, 1);
       INSERT INTO chat_group (id, name, owner_id, level, created_s)
         VALUES (38, 'MARK-team better', 12, 'vip', 1)`,
    );
    const everyone = await koi.signIn('operator');
    const caller = await koi.signIn('operator', { scope: 'own', staff_id: '11' });
    const ask = async (who) => {
      const said = [];
      for (const path of readings(route)) said.push(still(await who.call('GET', path)));
      return said;
    };
    const all = (await ask(everyone)).join('\n');
    assert.match(all, /MARK-other group/);
    assert.match(all, /MARK-team better/);
    const before = await ask(caller);
    assert.match(before.join('\n'), /MARK-own group/);
    assert.doesNotMatch(before.join('\n'), /MARK-(other|team)/);
    await koi.sql(
      'DELETE FROM group_member WHERE group_id = 36; DELETE FROM chat_group WHERE id IN (36, 38)',
    );
    assert.deepEqual(await ask(caller), before);
  });

  test("another's id is answered as one that does not exist, and nothing is written", async (t) => {
    const koi = await start(t, engine);
    await fill(koi);
    const caller = await koi.signIn('administrator', { scope: 'own', staff_id: '11' });
    const routes = (await routeTable()).filter(
      (r) => r.scope === 'rows' && /\{(customer_id|order_id|proposal_id)\}/.test(r.path),
    );
    assert.ok(routes.length > 8);
    const state = () =>
      koi.sql(
        'SELECT count(*), max(updated_us) FROM customer; SELECT count(*) FROM note; SELECT count(*) FROM customer_tag; SELECT count(*) FROM event; SELECT count(*) FROM audit',
      );
    const before = await state();
    const wrong = [];
    for (const route of routes) {
      const body = route.method === 'GET' || route.method === 'DELETE' ? undefined : bodyOf(route);
      const other = await caller.call(route.method, pathOf(route, 'other'), body);
      const none = await caller.call(
        route.method,
        pathOf(route, 'none').replace(/\/nothing$/, '/size'),
        body,
      );
      if (other.status !== 404 || other.text !== none.text)
        wrong.push(`${route.name}: ${other.status} ${other.text} / ${none.status} ${none.text}`);
    }
    assert.deepEqual(wrong, [], wrong.join('\n'));
    assert.equal(await state(), before);
  });
});
