// Tokens, addresses, OAuth and JS-SDK tickets: wecom-api.md §2, §3 and §19.
import { ident } from '../../base/rng.ts';
import { apps, directory, type Endpoint } from '../endpoint.ts';
import { refuse } from '../errors.ts';
import { int, list, need, shape, text } from '../field.ts';
import { HOUR_MS } from '../rate.ts';

const TICKET_S = 1800;
const CODE_S = 300;
const everyone = [...directory, 'customer'] as const;
const ips = { ip_list: list(text()) };

export const basic: Endpoint[] = [
  {
    path: 'gettoken',
    method: 'GET',
    secrets: 'open',
    fields: { corpid: need(text(), 40013), corpsecret: need(text(), 41004) },
    reply: { access_token: need(text({ bytes: 512 })), expires_in: need(int()) },
    run: ({ sim, world, args, ip }) => {
      if (sim.tokens.blocked(ip, sim.limits.wrong_secrets)) refuse(45009);
      if (args.text('corpid') !== world.corpid) refuse(40013);
      const app = world.apps.find((a) => a.secret === args.text('corpsecret'));
      if (!app) {
        sim.tokens.wrongSecret(ip);
        refuse(40001);
      }
      return sim.tokens.give(app);
    },
  },
  {
    path: 'getcallbackip',
    method: 'GET',
    secrets: everyone,
    fields: {},
    reply: ips,
    run: () => ({ ip_list: ['127.0.0.1'] }),
  },
  {
    path: 'get_api_domain_ip',
    method: 'GET',
    secrets: everyone,
    fields: {},
    reply: ips,
    run: () => ({ ip_list: ['127.0.0.1'] }),
  },
  {
    path: 'auth/getuserinfo',
    method: 'GET',
    secrets: apps,
    unlimited: true,
    fields: { code: need(text({ bytes: 512 }), 40029) },
    reply: {
      userid: text(),
      user_ticket: text(),
      openid: text(),
      external_userid: text(),
    },
    run: ({ sim, world, args }) => {
      const row = sim.oauth.get(args.text('code'));
      if (!row || row.used) refuse(40029);
      if (world.now() > row.made_s + CODE_S) refuse(42003);
      row.used = true;
      if (!row.detail) return row.answer;
      const user_ticket = ident('', 64, sim.seed, 'user ticket', world.count('user ticket'));
      sim.tickets_of_users.set(user_ticket, { made_s: world.now(), detail: row.detail });
      return { ...row.answer, user_ticket };
    },
  },
  {
    path: 'auth/getuserdetail',
    method: 'POST',
    secrets: apps,
    fields: { user_ticket: need(text({ bytes: 512 })) },
    reply: {
      userid: need(text()),
      gender: text(),
      avatar: text(),
      qr_code: text(),
      mobile: text(),
      email: text(),
      biz_mail: text(),
      address: text(),
    },
    run: ({ sim, world, args }) => {
      const row = sim.tickets_of_users.get(args.text('user_ticket'));
      if (!row) refuse(40035, 'user_ticket');
      if (world.now() > row.made_s + TICKET_S) refuse(42003);
      return row.detail;
    },
  },
  {
    path: 'get_jsapi_ticket',
    method: 'GET',
    secrets: apps,
    fields: {},
    reply: { ticket: need(text()), expires_in: need(int()) },
    rates: ({ app }) => [
      { key: 'tickets', most: 400, window_ms: HOUR_MS },
      { key: `tickets ${app.agentid}`, most: 100, window_ms: HOUR_MS },
    ],
    run: ({ sim }) => sim.tickets.give('corp'),
  },
  {
    path: 'ticket/get',
    method: 'GET',
    secrets: apps,
    fields: { type: need(text({ of: ['agent_config'] })) },
    reply: { ticket: need(text()), expires_in: need(int()) },
    rates: ({ app }) => [
      { key: 'tickets', most: 400, window_ms: HOUR_MS },
      { key: `tickets ${app.agentid}`, most: 100, window_ms: HOUR_MS },
    ],
    run: ({ sim, app }) => sim.tickets.give(String(app.agentid)),
  },
];

/** One follower's group welcome text and its like. */
export const contentText = (bytes: number) => shape({ content: text({ bytes, code: 45002 }) });
