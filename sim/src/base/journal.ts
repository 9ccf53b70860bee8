// What happened, in order. Holds nothing that two runs of the same calls could differ in: times are
// the simulator's, deliveries over the network are told elsewhere (callback/sender.ts).
import type { Clock } from './clock.ts';

export interface Entry {
  n: number;
  at_s: number;
  by: 'control' | 'api' | 'time' | 'callback';
  act: string;
  what: Record<string, unknown>;
}

export class Journal {
  private readonly rows: Entry[] = [];
  private readonly clock: Clock;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  add(by: Entry['by'], act: string, what: Record<string, unknown> = {}): void {
    this.rows.push({ n: this.rows.length + 1, at_s: this.clock.s(), by, act, what });
  }

  /** Entries numbered above `after`. */
  after(after: number): Entry[] {
    return this.rows.slice(after);
  }
}
