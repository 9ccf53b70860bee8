/* Koi asks WeCom: its table of endpoints agrees with the simulator's, in which the same documents
 * were written down a second time. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { words } from '../../sim/src/api/errors.ts';
import { byPath } from '../../sim/src/api/table.ts';
import { koi as command } from './harness.mjs';

/* Declared from the documents, and not played by the simulator: its README says so. */
const notPlayed = [
  'externalcontact/add_intercept_rule',
  'externalcontact/add_product_album',
  'externalcontact/del_intercept_rule',
  'externalcontact/delete_product_album',
  'externalcontact/get_intercept_rule',
  'externalcontact/get_intercept_rule_list',
  'externalcontact/get_product_album',
  'externalcontact/get_product_album_list',
  'externalcontact/update_intercept_rule',
  'externalcontact/update_product_album',
  'idconvert/convert_tmp_external_userid',
  'media/get_upload_by_url_result',
  'media/upload_by_url',
  'message/update_template_card',
];

const kinds = { text: 'text', int: 'int', bool: 'bool', list: 'list', object: 'shape', any: 'any' };
const secrets = { app: 'app', listed: 'listed', contact: 'customer', directory: 'contacts' };
const byName = (rows) => [...rows].sort((a, b) => (a.name < b.name ? -1 : 1));

describe('the table of endpoints', () => {
  test('is that of the simulator', async () => {
    const theirs = byPath;
    const { out } = await command(['wecom', 'endpoints', '--json']);
    const ours = JSON.parse(out).endpoints;
    const paths = ours.map((e) => e.path);
    assert.deepEqual(paths.filter((path) => !theirs.has(path)).sort(), notPlayed);
    assert.deepEqual(
      [...theirs.keys()].filter((path) => !paths.includes(path)),
      [],
    );
    for (const mine of ours.filter((e) => theirs.has(e.path))) {
      const other = theirs.get(mine.path);
      const where = mine.path;
      assert.ok(other.method === 'ANY' || other.method === mine.method, where);
      const may = mine.secrets.length === 0 ? 'open' : mine.secrets.map((s) => secrets[s]).sort();
      assert.deepEqual(may, other.secrets === 'open' ? 'open' : [...other.secrets].sort(), where);
      const takes = Object.entries(other.fields).map(([name, f]) => ({
        name,
        type: f.kind,
        required: f.need === true,
      }));
      assert.deepEqual(
        byName(mine.takes.map((f) => ({ ...f, type: kinds[f.type] }))),
        byName(takes),
        where,
      );
      /* The platform may give more than the simulator does, never less. */
      const gives = new Map(mine.gives.map((f) => [f.name, kinds[f.type]]));
      for (const [name, f] of Object.entries(other.reply))
        assert.equal(gives.get(name), f.kind, `${where} gives ${name}`);
      assert.equal(mine.limit, other.page?.name ?? null, where);
      assert.equal(mine.limit_max, other.page?.max ?? 0, where);
      assert.equal(mine.limit_needed, other.page?.need ?? false, where);
      assert.equal(mine.upload, other.upload ?? false, where);
      assert.equal(mine.unlimited, other.unlimited ?? false, where);
      /* What must not be done twice is what changes something. */
      if (!mine.repeat) assert.ok(other.writes ?? other.upload, where);
    }
  });

  test('has words for each refusal of the simulator', async () => {
    const { out } = await command(['wecom', 'endpoints', '--json']);
    const { errors } = JSON.parse(out);
    const known = (code) => errors.some((e) => e.code <= code && code <= e.last);
    const codes = Object.keys(words).map(Number);
    assert.ok(codes.length > 70);
    assert.deepEqual(
      codes.filter((code) => code !== 0 && !known(code)),
      [],
    );
  });

  test('is shown for one endpoint, and a wrong name has a way out', async () => {
    const one = await command(['wecom', 'endpoints', 'externalcontact/mark_tag']);
    assert.match(one.out, /^POST externalcontact\/mark_tag\n {5}> .*userid!/);
    const none = await command(['wecom', 'endpoints', 'externalcontact/nothing']);
    assert.equal(none.code, 4);
    assert.match(none.err, /koi wecom endpoints lists them/);
  });
});
