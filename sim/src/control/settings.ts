// The corp, the clock, the weather and the reading of what is true.
import { flag, int, list, need, text } from '../api/field.ts';
import { endpoints } from '../api/table.ts';
import { ident } from '../base/rng.ts';
import { trueState } from '../corp/state.ts';
import { Sim, START_S, usualSize } from '../sim.ts';
import {
  allHabits,
  faultKinds,
  habitFields,
  limitFields,
  presets,
  type Weather,
  weatherFields,
} from '../weather.ts';
import { liveOn } from './life.ts';
import { type Act, type ControlRow, customerOf, impossible, staffOf } from './row.ts';

const summary = (sim: Sim): object => ({
  seed: sim.seed,
  corpid: sim.world.corpid,
  at_s: sim.clock.s(),
  apps: sim.world.apps,
  staff: sim.world.staff.size,
  customers: sim.world.customers.size,
  groups: sim.world.groups.size,
});

const count = int({ min: 0, max: 1_000_000 });

export const corpRows: ControlRow[] = [
  {
    path: 'corp',
    method: 'POST',
    quiet: true,
    help: 'throws the corp away and makes one from a seed',
    fields: {
      seed: need(int({ min: 0 })),
      staff: count,
      customers: count,
      departments: int({ min: 1, max: 1000 }),
      tag_groups: int({ min: 0, max: 1000 }),
      groups: count,
      start_s: int({ min: 1 }),
    },
    run: ({ desk, sim, args }) => {
      const size = { ...usualSize };
      for (const name of ['staff', 'customers', 'departments', 'tag_groups', 'groups'] as const) {
        size[name] = args.int(name, size[name]);
      }
      sim.stop();
      desk.sim = new Sim(args.int('seed'), size, args.int('start_s', START_S));
      desk.sim.world.pictures = sim.world.pictures;
      return summary(desk.sim);
    },
  },
  {
    path: 'corp',
    method: 'GET',
    quiet: true,
    help: 'corpid, the apps with their secrets, sizes',
    fields: {},
    run: ({ sim }) => summary(sim),
  },
  {
    path: 'app/set',
    method: 'POST',
    help: 'the visible range of an app, and whether it may call 客户联系',
    fields: {
      agentid: need(int()),
      departments: list(int()),
      users: list(text()),
      customer_contact: flag(),
    },
    run: ({ sim, args }) => {
      const app = sim.app(args.int('agentid')) ?? impossible('no such app');
      if (args.has('departments')) app.range.departments = args.ints('departments');
      if (args.has('users')) app.range.users = args.texts('users');
      app.customer_contact = args.bool('customer_contact', app.customer_contact);
      return {};
    },
  },
];

const clock = (sim: Sim): object => ({ at_s: sim.clock.s(), ...sim.clock.mode() });

export const clockRows: ControlRow[] = [
  {
    path: 'clock',
    method: 'GET',
    quiet: true,
    help: 'what time it is there',
    fields: {},
    run: ({ sim }) => clock(sim),
  },
  {
    path: 'clock/advance',
    method: 'POST',
    help: 'goes forward; what falls due on the way happens',
    fields: { seconds: need(int({ min: 0 })) },
    run: ({ sim, args }) => {
      sim.clock.advance(args.int('seconds') * 1000);
      return clock(sim);
    },
  },
  {
    path: 'clock/set',
    method: 'POST',
    help: 'goes to a time; never back',
    fields: { at_s: need(int()) },
    run: ({ sim, args }) => {
      if (args.int('at_s') < sim.clock.s()) impossible('a clock never goes back');
      sim.clock.goTo(args.int('at_s') * 1000);
      return clock(sim);
    },
  },
  {
    path: 'clock/wall',
    method: 'POST',
    help: 'runs with the wall, `speed` seconds in a real one; 0 stands still',
    fields: { speed: need(int({ min: 0, max: 1_000_000 })) },
    run: ({ sim, args }) => {
      sim.clock.follow(args.int('speed'));
      return clock(sim);
    },
  },
];

/** Numbers of a request put into a record of numbers. */
function numbers(target: object, given: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === 'number' && value >= 0) Object.assign(target, { [name]: value });
    else if (name !== 'preset') impossible(`${name} is a number from 0 up`);
  }
}

export const moodRows: ControlRow[] = [
  {
    path: 'media/lose',
    method: 'POST',
    help: 'media ids that end before their three days: one, or all',
    fields: { media_id: text() },
    run: ({ world, args }) => {
      const one = args.text('media_id');
      const ids = one === '' ? [...world.media.keys()] : [one];
      for (const id of ids) {
        if (world.media.delete(id)) world.lost.add(id);
      }
      return { lost: ids.length };
    },
  },
  {
    path: 'weather',
    method: 'POST',
    help: 'how badly the world behaves: a preset (calm, breeze, storm), or parts of it',
    fields: weatherFields,
    run: ({ sim, args }) => {
      if (args.has('preset')) sim.weather = { ...(presets[args.text('preset')] as Weather) };
      numbers(sim.weather, args.raw);
      return sim.weather;
    },
  },
  {
    path: 'faults',
    method: 'POST',
    help: 'a fault for the next calls of an api ("*": of any)',
    fields: {
      api: need(text()),
      kind: need(text({ of: faultKinds })),
      times: int({ min: 1 }),
      code: int(),
      ms: int({ min: 0, max: 60_000 }),
      contains: text(),
    },
    run: ({ sim, args }) => {
      sim.faults.push({
        api: args.text('api'),
        kind: args.text('kind') as 'busy',
        times: args.int('times', 1),
        code: args.int('code', -1),
        ms: args.int('ms'),
        ...(args.has('contains') ? { contains: args.text('contains') } : {}),
      });
      return {};
    },
  },
  {
    path: 'habits',
    method: 'POST',
    help: 'switches habits of the replies on and off; all are on at first',
    fields: habitFields,
    run: ({ sim, args }) => {
      sim.habits = { ...allHabits, ...sim.habits, ...args.raw };
      return sim.habits;
    },
  },
  {
    path: 'limits',
    method: 'POST',
    help: 'lowers or raises ceilings: calls a minute, an hour, at once',
    fields: limitFields,
    run: ({ sim, args }) => {
      numbers(sim.limits, args.raw);
      return sim.limits;
    },
  },
  {
    path: 'trusted_ips',
    method: 'POST',
    help: 'addresses that may call; without a list all may',
    fields: { ips: list(text()) },
    run: ({ sim, args }) => {
      sim.trusted_ips = args.has('ips') ? args.texts('ips') : undefined;
      return {};
    },
  },
  {
    path: 'tokens/revoke',
    method: 'POST',
    help: 'ends the tokens of an app, or all, before their time',
    fields: { agentid: int() },
    run: ({ sim, args }) => {
      sim.tokens.revoke(args.has('agentid') ? sim.app(args.int('agentid')) : undefined);
      return {};
    },
  },
  {
    path: 'cursors/expire',
    method: 'POST',
    help: 'every cursor is stale from now on (50100)',
    fields: {},
    run: ({ sim }) => {
      sim.cursors.expire();
      return {};
    },
  },
];

async function setCallback(a: Act): Promise<object> {
  const { sim, args } = a;
  const address = {
    url: args.text('url'),
    token: args.text('token') || ident('', 32, sim.seed, 'callback token'),
    aes_key: args.text('aes_key') || ident('', 43, sim.seed, 'callback key'),
    timeout_ms: args.int('timeout_ms', 5000),
    agentid: String(args.int('agentid', sim.world.apps[0]?.agentid ?? 0)),
  };
  const why = args.bool('verify', true) ? await sim.sender.verify(address) : '';
  if (why) impossible(`the address did not prove itself: ${why}`);
  sim.sender.address = address;
  return address;
}

export const callbackRows: ControlRow[] = [
  {
    path: 'callback',
    method: 'POST',
    help: 'sets the address for events after asking it to prove itself; answers token and key',
    fields: {
      url: need(text()),
      token: text({ chars: 32 }),
      aes_key: text({ chars: 43, min: 43 }),
      timeout_ms: int({ min: 1 }),
      agentid: int(),
      verify: flag(),
    },
    quiet: true,
    run: setCallback,
  },
  {
    path: 'callbacks',
    method: 'GET',
    quiet: true,
    help: 'what became of every event',
    fields: {},
    run: ({ sim }) => ({ deliveries: sim.sender.deliveries }),
  },
  {
    path: 'callbacks/drain',
    method: 'POST',
    quiet: true,
    help: 'sends what is held back and waits until nothing is on its way',
    fields: {},
    run: async ({ sim }) => {
      await sim.sender.drain();
      return {};
    },
  },
];

/** Who opens the page: a member, a customer, or a stranger with an openid. */
function oauthAnswer(a: Act): {
  answer: Record<string, unknown>;
  detail?: Record<string, unknown>;
} {
  if (a.args.has('userid')) {
    const { userid } = staffOf(a);
    const detail = { userid, gender: '1', avatar: '', mobile: '13900000000' };
    return a.args.bool('private') ? { answer: { userid }, detail } : { answer: { userid } };
  }
  if (!a.args.has('external_userid')) return { answer: { openid: a.args.text('openid', 'o-sim') } };
  const { openid, external_userid } = customerOf(a);
  return { answer: { openid: openid ?? '', external_userid } };
}

export const readRows: ControlRow[] = [
  {
    path: 'oauth/code',
    method: 'POST',
    help: 'a code as the authorize page would hand it out, for a member, a customer or an openid',
    fields: { userid: text(), external_userid: text(), openid: text(), private: flag() },
    run: (a) => {
      const { sim } = a;
      const code = ident('', 40, sim.seed, 'oauth', sim.world.count('oauth'));
      sim.oauth.set(code, { made_s: sim.clock.s(), used: false, ...oauthAnswer(a) });
      return { code };
    },
  },
  {
    path: 'live',
    method: 'POST',
    help: 'so many random acts, chosen by the seed: people come, talk, move and go',
    fields: { acts: need(int({ min: 1, max: 100_000 })), seconds: int({ min: 0 }) },
    run: ({ sim, args }) => liveOn(sim, args.int('acts'), args.int('seconds', 60)),
  },
  {
    path: 'state',
    method: 'GET',
    quiet: true,
    help: 'the whole true state as canonical JSON',
    fields: {},
    run: ({ world }) => trueState(world),
  },
  {
    path: 'journal',
    method: 'GET',
    quiet: true,
    help: 'what happened, from the entry after `after`',
    fields: { after: int({ min: 0 }) },
    run: ({ sim, args }) => ({ entries: sim.journal.after(args.int('after')) }),
  },
  {
    path: 'violations',
    method: 'GET',
    quiet: true,
    help: 'what the caller did that the documents do not allow',
    fields: {},
    run: ({ sim }) => ({ violations: sim.violations }),
  },
  {
    path: 'violations/clear',
    method: 'POST',
    quiet: true,
    help: 'forgets them',
    fields: {},
    run: ({ sim }) => {
      sim.violations.length = 0;
      return {};
    },
  },
  {
    path: 'endpoints',
    method: 'GET',
    quiet: true,
    help: 'the table of endpoints: fields, limits, paging, secrets, replies',
    fields: {},
    run: () => ({
      endpoints: endpoints.map(({ path, method, secrets, fields, reply, page }) => ({
        path,
        method,
        secrets,
        fields,
        reply,
        page,
      })),
    }),
  },
];
