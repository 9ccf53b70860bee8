/* A world (wecom_world.mjs) with three members of staff whom Koi knows: for tests of codes. */
import assert from 'node:assert/strict';
import { World, world as begin } from './wecom_world.mjs';

class CodesWorld extends World {
  look() {
    return this.admin.post('/api/codes/look');
  }

  /* Who stands at the only contact way. */
  async standing() {
    const { contact_ways } = await this.sim.get('state');
    assert.equal(contact_ways.length, 1);
    return contact_ways[0].fields.user;
  }
}

export async function world(t, engine) {
  const w = await begin(t, engine, { Of: CodesWorld });
  await w.meet([1, 1, 1]);
  return w;
}
