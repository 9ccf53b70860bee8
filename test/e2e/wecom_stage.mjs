/* A stage (browser.mjs) whose installation is connected to a simulator of WeCom. */
import { createServer } from 'node:http';
import { simulator } from '../api/wecom_pair.mjs';
import { openStage } from './browser.mjs';

const token = 'QDG6eK';
const aes_key = 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C';

/* WeCom's page of consent: somebody agrees at once. */
async function consent(t, sim, userid) {
  const page = createServer(async (rq, reply) => {
    const asked = new URL(rq.url, 'http://127.0.0.1').searchParams;
    const back = new URL(asked.get('redirect_uri'));
    const { code } = await sim.post('oauth/code', { userid });
    back.searchParams.set('code', code);
    back.searchParams.set('state', asked.get('state'));
    reply.writeHead(302, { location: back.href }).end();
  });
  await new Promise((done) => page.listen(0, '127.0.0.1', done));
  t.after(() => page.close());
  return `http://127.0.0.1:${page.address().port}`;
}

/* `size`: of the simulator's corp; `directory`: with the directory's secret, too; `login`: the
 * first member of staff signs in by WeCom. `people`: who serves customers, by their accounts. */
export async function openWecomStage(t, { size, directory = false, login = false } = {}) {
  const sim = await simulator(t);
  if (size) await sim.post('corp', { seed: 7, ...size });
  const { corpid, apps } = await sim.get('corp');
  const app = (name) => apps.find((one) => one.name === name);
  const { staff } = await sim.get('state');
  const people = staff.filter((s) => s.contact_right && s.status === 1).map((s) => s.userid);
  const env = {
    KOI_WECOM_BASE_URL: sim.url,
    KOI_WECOM_CORP_ID: corpid,
    KOI_WECOM_APP_SECRET: app('koi').secret,
    KOI_WECOM_CONTACT_SECRET: app('customer').secret,
    KOI_WECOM_TOKEN: token,
    KOI_WECOM_AES_KEY: aes_key,
    ...(directory && { KOI_WECOM_DIRECTORY_SECRET: app('contacts').secret }),
    ...(login && {
      KOI_WECOM_AGENT_ID: String(app('koi').agentid),
      KOI_WECOM_LOGIN: 'create',
      KOI_WECOM_LOGIN_BASE: await consent(t, sim, people[0]),
    }),
  };
  const stage = await openStage(t, { customers: 0, env });
  await sim.post('clock/set', { at_s: Math.floor(Date.now() / 1000) });
  await sim.post('callback', { url: `${stage.base}/api/wecom/callback`, token, aes_key });
  if (login)
    await stage.server.local('PUT', '/api/settings/public_url', { value: stage.base }, 204);
  return { sim, stage, people, corpid };
}
