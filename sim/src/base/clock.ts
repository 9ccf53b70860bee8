// The simulator's clock. By hand (the default) it stands still until it is told to go on; on the
// wall it runs from where it stands, `speed` simulated seconds in a real one. What is due runs in
// the order of its time, then in the order in which it was set.

interface Due {
  at_ms: number;
  n: number;
  run: () => void;
}

const POLL_MS = 20;

export class Clock {
  private now: number;
  private due: Due[] = [];
  private set = 0;
  private wall: { began_ms: number; at_ms: number; speed: number } | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(at_s: number) {
    this.now = at_s * 1000;
  }

  /** Milliseconds since 1970. */
  ms(): number {
    if (!this.wall) return this.now;
    return this.wall.at_ms + (Date.now() - this.wall.began_ms) * this.wall.speed;
  }

  /** Seconds since 1970, as the API writes times. */
  s(): number {
    return Math.floor(this.ms() / 1000);
  }

  mode(): { mode: 'hand' | 'wall'; speed: number } {
    return this.wall ? { mode: 'wall', speed: this.wall.speed } : { mode: 'hand', speed: 0 };
  }

  /** Runs `run` when the clock has reached `at_ms`; never inside this call. */
  at(at_ms: number, run: () => void): void {
    this.due.push({ at_ms, n: this.set++, run });
  }

  /** Goes forward to `to_ms`, running what falls due on the way. A clock never goes back. */
  goTo(to_ms: number): void {
    for (;;) {
      const next = this.next();
      if (!next || next.at_ms > to_ms) break;
      this.due.splice(this.due.indexOf(next), 1);
      this.now = Math.max(this.now, next.at_ms);
      next.run();
    }
    this.now = Math.max(this.now, to_ms);
  }

  advance(ms: number): void {
    this.goTo(this.ms() + ms);
  }

  /** Runs with the wall from now on; speed 0 stands still again. */
  follow(speed: number): void {
    this.goTo(this.ms());
    clearInterval(this.timer);
    this.wall = undefined;
    if (speed <= 0) return;
    this.wall = { began_ms: Date.now(), at_ms: this.now, speed };
    this.timer = setInterval(() => this.goTo(this.ms()), POLL_MS);
    this.timer.unref();
  }

  stop(): void {
    this.follow(0);
    this.due = [];
  }

  private next(): Due | undefined {
    let first: Due | undefined;
    for (const d of this.due) {
      if (!first || d.at_ms < first.at_ms || (d.at_ms === first.at_ms && d.n < first.n)) first = d;
    }
    return first;
  }
}

const SHANGHAI_S = 8 * 3600;
const DAY_S = 86_400;

/** The beginning of the day in Shanghai that holds this second. */
export const dayStart = (at_s: number): number =>
  Math.floor((at_s + SHANGHAI_S) / DAY_S) * DAY_S - SHANGHAI_S;

/** Year and month in Shanghai ("2026-01") and how many days that month has. */
export function month(at_s: number): { name: string; days: number } {
  const d = new Date((at_s + SHANGHAI_S) * 1000);
  const days = new Date(Date.UTC(d.getUTCFullYear(), d.getUTCMonth() + 1, 0)).getUTCDate();
  return { name: d.toISOString().slice(0, 7), days };
}
