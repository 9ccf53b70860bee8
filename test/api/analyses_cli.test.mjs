/* The analyses on the command line: tables for people, replies as they are for programs, and
 * refusals by exit code. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { start } from './harness.mjs';

const window = ['--window', 'last 90d'];

test('analyses on the command line', async (t) => {
  const koi = await start(t, 'sqlite', { serve: false });
  const made = await koi.koi('demo', '--customers', '300', '--seed', '5', '--no-link');
  assert.equal(made.code, 0, made.err);
  const out = async (...words) => {
    const { code, out: text, err } = await koi.koi(...words);
    assert.equal(code, 0, err);
    return text;
  };
  const json = async (...words) => JSON.parse(await out(...words, '--json'));
  const refused = async (code, pattern, ...words) => {
    const run = await koi.koi(...words);
    assert.equal(run.code, code, run.out + run.err);
    assert.match(run.err, pattern);
  };

  await t.test('funnel', async () => {
    const words = ['funnel', 'view', 'click, share', 'order', '--within', '3d', ...window];
    const { steps, groups } = await json(...words);
    assert.equal(steps.length, 3);
    const text = await out(...words, '--by', 'source');
    for (const { customers } of groups[0].levels)
      assert.match(text, new RegExp(`\\b${customers}\\b`));
    assert.match(text, /2 click, share/);
    assert.match(text, /^group +step_1 +step_2 +step_3 +of_first$/m);
    const some = await json(...words, '--audience', 'friend');
    assert.ok(some.groups[0].levels[0].customers <= groups[0].levels[0].customers);
    assert.match(await out('funnel', 'order where amount > 50'), /1 order where amount > 50/);
    await refused(2, /did you mean view/, 'funnel', 'viewx');

    /* Into a file: the table and what was asked; a mistake is the same one. */
    const file = join(koi.data, 'funnel.csv');
    assert.equal(await out(...words, '--export', file), '');
    const [table, notes] = readFileSync(file, 'utf8').split('\r\n\r\n');
    const lines = table.trim().split('\r\n');
    assert.equal(lines.length, 4);
    groups[0].levels.forEach(({ customers }, k) =>
      assert.ok(lines[k + 1].includes(`,${customers},`)),
    );
    assert.match(notes, /last 90d/);
    const sheet = join(koi.data, 'retention.xlsx');
    await out('retention', 'order', 'order', '--unit', 'month', ...window, '--export', sheet);
    assert.equal(readFileSync(sheet).subarray(0, 2).toString(), 'PK');
    await refused(8, /viewx/, 'funnel', 'viewx', '--export', file);
    await refused(2, /usage: koi funnel/, 'funnel');
    await refused(2, /--within/, 'funnel', 'view', '--withn', '3d');
  });

  await t.test('retention', async () => {
    const words = [
      'retention',
      'friend_add',
      'order',
      '--unit',
      'month',
      '--columns',
      '3',
      ...window,
    ];
    const { cohorts } = await json(...words);
    const lines = (await out(...words)).trimEnd().split('\n');
    assert.match(lines[0], /^day +customers +\+0 +\+1 +\+2$/);
    assert.equal(lines.length, cohorts.length + 1);
    const amounts = await json(...words, '--measure', 'amount', '--each');
    assert.ok(amounts.cohorts.some(({ cells }) => cells[0] > 0));
    await refused(
      2,
      /--columns takes a whole number/,
      'retention',
      'view',
      'order',
      '--columns',
      'x',
    );
  });

  await t.test('counts', async () => {
    const words = ['counts', 'view', 'order, refund', '--unit', 'week', ...window];
    const { all } = await json(...words);
    const lines = (await out(...words)).trimEnd().split('\n');
    assert.match(
      lines.at(-1),
      new RegExp(`^all +${all.series[0].events} +${all.series[1].events}$`),
    );
    const people = await out(...words, '--customers');
    assert.match(
      people,
      new RegExp(`^all +${all.series[0].customers} +${all.series[1].customers}$`, 'm'),
    );
  });

  await t.test('paths', async () => {
    const words = ['paths', 'view', 'click', 'order', '--anchor', '2', '--gap', '86400', ...window];
    const { visits } = await json(...words);
    assert.match(await out(...words), new RegExp(`^${visits} visits of`));
    assert.match(await out(...words, '--backwards', '--steps', '2'), /order +click/);
    await refused(2, /anchor/, 'paths', 'view', '--anchor', '1');
  });

  await t.test('rfm and repurchase', async () => {
    const { buyers } = await json('rfm', ...window);
    assert.match(await out('rfm', ...window), new RegExp(`^${buyers} buyers`));
    const { again } = await json('repurchase', '--events', 'order', ...window);
    const text = await out('repurchase', ...window);
    assert.match(text, new RegExp(`^${buyers} buyers, ${again} bought again \\(`));
    assert.match(text, /^10\+ /m);
  });
});
