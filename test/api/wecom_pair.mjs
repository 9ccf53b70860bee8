/* An installation and a simulator of WeCom that belong together. */
import assert from 'node:assert/strict';
import { start as simulate } from '../../sim/src/server.ts';
import { start } from './harness.mjs';

/* A simulator of its own for a test, with its control calls. */
export async function simulator(t, seed = 7) {
  const sim = await simulate(0, seed);
  t.after(() => sim.close());
  const call = async (method, path, body) => {
    const reply = await fetch(`${sim.url}/control/${path}`, {
      method,
      body: body && JSON.stringify(body),
    });
    const json = await reply.json();
    assert.equal(reply.status, 200, `${path}: ${JSON.stringify(json)}`);
    return json;
  };
  return {
    url: sim.url,
    get: (path) => call('GET', path),
    post: (path, body = {}) => call('POST', path, body),
    /* How many ordered faults no call has met yet. */
    faults: () => sim.desk.sim.faults.length,
    /* Where pictures of codes are from now on said to be. */
    picturesAt: (url) => void (sim.desk.sim.world.pictures = url),
    clearFaults: () => void (sim.desk.sim.faults = []),
  };
}

/* A simulator (its corp of another size where one is told), and an installation whose settings
 * come from it. */
export async function pair(t, engine, { size, ...change } = {}) {
  const sim = await simulator(t);
  if (size) await sim.post('corp', { seed: 7, ...size });
  const { corpid, apps } = await sim.get('corp');
  const secret = (name) => apps.find((app) => app.name === name).secret;
  const env = {
    KOI_WECOM_BASE_URL: sim.url,
    KOI_WECOM_CORP_ID: corpid,
    KOI_WECOM_APP_SECRET: secret('koi'),
    KOI_WECOM_CONTACT_SECRET: secret('customer'),
    KOI_WECOM_DIRECTORY_SECRET: secret('contacts'),
    ...change,
  };
  const koi = await start(t, engine, { env });
  const secrets = apps.map((app) => app.secret);
  return { sim, koi, secrets, agentid: apps[0].agentid };
}

export async function noViolations(sim) {
  assert.deepEqual((await sim.get('violations')).violations, []);
}
