// One simulator: the corp, its front doors' memory (tokens, cursors, rates) and its moods.
import { Clock } from './base/clock.ts';
import { Journal } from './base/journal.ts';
import { Cursors } from './api/paging.ts';
import { Rates } from './api/rate.ts';
import { Tickets, Tokens } from './api/token.ts';
import { Sender } from './callback/sender.ts';
import { seedCorp, type Size } from './corp/seed.ts';
import type { App } from './corp/types.ts';
import { World } from './corp/world.ts';
import {
  allHabits,
  type Habits,
  type Limits,
  type OrderedFault,
  presets,
  usualLimits,
  type Weather,
} from './weather.ts';

/** A caller's mistake that the platform would punish or quietly swallow. */
export interface Violation {
  n: number;
  at_s: number;
  api: string;
  field: string;
  why: string;
  errcode: number;
}

export interface OauthCode {
  made_s: number;
  used: boolean;
  answer: Record<string, unknown>;
  detail?: Record<string, unknown>;
}

/** 2026-01-05 09:00 in Shanghai, a Monday. */
export const START_S = 1_767_574_800;

export const usualSize: Size = {
  staff: 20,
  customers: 500,
  departments: 6,
  tag_groups: 4,
  groups: 8,
};

export class Sim {
  readonly seed: number;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly world: World;
  readonly sender: Sender;
  readonly tokens: Tokens;
  readonly tickets: Tickets;
  readonly cursors: Cursors;
  readonly rates = new Rates();
  readonly busy = new Map<string, number>(); // calls on their way, by api
  readonly locks = new Set<string>(); // objects being written
  readonly violations: Violation[] = [];
  readonly oauth = new Map<string, OauthCode>();
  readonly tickets_of_users = new Map<string, { made_s: number; detail: object }>();
  weather: Weather = { ...(presets['calm'] as Weather) };
  habits: Habits = { ...allHabits };
  limits: Limits = { ...usualLimits };
  faults: OrderedFault[] = [];
  trusted_ips: string[] | undefined;

  constructor(seed: number, size: Size = usualSize, start_s: number = START_S) {
    this.seed = seed;
    this.clock = new Clock(start_s);
    this.journal = new Journal(this.clock);
    this.world = new World(seed, this.clock, this.journal);
    this.tokens = new Tokens(this.world);
    this.tickets = new Tickets(this.world);
    this.cursors = new Cursors(this.world);
    this.sender = new Sender(this.world, () => this.weather);
    seedCorp(this.world, size);
    this.world.emit = (event) => this.sender.emit(event);
    this.journal.add('control', 'corp', { seed, ...size });
  }

  app(agentid: number): App | undefined {
    return this.world.apps.find((a) => a.agentid === agentid && a.kind === 'app');
  }

  violate(api: string, field: string, why: string, errcode: number): void {
    const n = this.violations.length + 1;
    this.violations.push({ n, at_s: this.clock.s(), api, field, why, errcode });
  }

  /** Takes one ordered fault for a call of an api, if one waits. */
  fault(api: string, request: string): OrderedFault | undefined {
    const one = this.faults.find(
      (f) =>
        f.times > 0 &&
        (f.api === api || f.api === '*') &&
        (f.contains === undefined || request.includes(f.contains)),
    );
    if (one) one.times--;
    this.faults = this.faults.filter((f) => f.times > 0);
    return one;
  }

  stop(): void {
    this.clock.stop();
    this.sender.stop();
  }
}
