/* Every reply against its schema: members declared, types right, ids text; generated from the route table.
 *
 * The schemas of api/schemas.c are what integrators build on, so a reply may have no member that its schema does not
 * name, and every schema that the table refers to must exist.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fill, pathOf, valuesOf } from './fixture.mjs';
import { each, koi as run, routeTable, start } from './harness.mjs';

const typeOf = (v) =>
  v === null ? 'null' : Array.isArray(v) ? 'array' : Number.isInteger(v) ? 'integer' : typeof v;

/* What is wrong with a value, as a list of sentences. */
function check(value, schema, all, path = 'reply') {
  if (schema.$ref) return check(value, all[schema.$ref.split('/').at(-1)], all, path);
  if (schema.anyOf || schema.oneOf) {
    const tries = (schema.anyOf ?? schema.oneOf).map((s) => check(value, s, all, path));
    return tries.some((t) => t.length === 0) ? [] : tries[0];
  }
  const type = typeOf(value);
  const types = schema.type === undefined ? null : [schema.type].flat();
  if (types && !types.includes(type) && !(type === 'integer' && types.includes('number')))
    return [`${path} is ${type}, not ${types.join(' or ')}`];
  if (type === 'string' && schema.pattern && !new RegExp(schema.pattern).test(value))
    return [`${path} does not fit ${schema.pattern}: ${value}`];
  if (type === 'array' && schema.items)
    return value.flatMap((v, i) => check(v, schema.items, all, `${path}[${i}]`)).slice(0, 3);
  if (type !== 'object' || !schema.properties) return [];
  return Object.entries(value).flatMap(([key, v]) => {
    if (schema.properties[key]) return check(v, schema.properties[key], all, `${path}.${key}`);
    if (typeof schema.additionalProperties === 'object')
      return check(v, schema.additionalProperties, all, `${path}.${key}`);
    return [`${path}.${key} is not declared`];
  });
}

each('schemas', (engine) => {
  test('every reading route answers as its schema says', async (t) => {
    const koi = await start(t, engine);
    await fill(koi);
    const admin = await koi.signIn('administrator');
    const all = JSON.parse((await run(['routes', '--openapi'])).out).components.schemas;
    const wrong = [];
    let n = 0;
    for (const route of await routeTable()) {
      if (route.reply && !all[route.reply])
        wrong.push(`${route.name}: no schema ${route.reply} in api/schemas.c`);
      if (route.method !== 'GET' || !route.reply || !all[route.reply]) continue;
      const required = route.args
        .filter((a) => a.required && a.in === 'query')
        .map((a) => `${a.name}=${encodeURIComponent(valuesOf(route, a)[0])}`);
      const reply = await admin.call(
        'GET',
        `${pathOf(route)}${required.length ? `?${required.join('&')}` : ''}`,
      );
      if (reply.status !== 200) continue;
      n++;
      for (const what of check(reply.body, all[route.reply], all))
        wrong.push(`${route.name}: ${what}`);
    }
    t.diagnostic(`${n} replies`);
    assert.deepEqual(wrong, [], wrong.join('\n'));
    assert.ok(n > 30);
  });
});
