// The pictures of codes: where the API says they are, PNG, and gone with their way.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boot } from './helper.ts';

test('a contact way has a picture at the address it is told with', async (t) => {
  const sim = await boot(7);
  t.after(sim.close);
  const body = { type: 1, scene: 2, user: ['staff1'] };
  const made = await sim.call('externalcontact/add_contact_way', body);
  assert.equal(made.errcode, 0, made.errmsg);
  const address = String(made['qr_code']);
  const reply = await fetch(address);
  assert.equal(reply.headers.get('content-type'), 'image/png');
  const png = Buffer.from(await reply.arrayBuffer());
  assert.equal(png.subarray(1, 4).toString(), 'PNG');
  assert.equal(png.readUInt32BE(16), png.readUInt32BE(20));
  await sim.call('externalcontact/del_contact_way', { config_id: made['config_id'] });
  assert.equal((await fetch(address)).status, 404);
});
