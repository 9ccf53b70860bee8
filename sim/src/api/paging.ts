// Cursors. A traversal is over the keys as they were at its first page: what comes meanwhile is not
// in it, what goes is left out, so a page may hold fewer rows than asked for.
import { chance, between, ident } from '../base/rng.ts';
import type { World } from '../corp/world.ts';

/** How an endpoint pages. `over`: what a limit above the maximum does. */
export interface Page {
  name: 'limit' | 'page_size';
  max: number;
  usual: number;
  over: 'usual' | 'clamp' | 'error';
  need?: boolean; // the limit must be given
  life_s?: number; // of a cursor
}

interface Cursor {
  api: string;
  args: string;
  keys: string[];
  from: number;
  made_s: number;
}

const LIFE_S = 86_400;
const KEPT = 10_000;

export class Cursors {
  private readonly world: World;
  private readonly rows = new Map<string, Cursor>();

  constructor(world: World) {
    this.world = world;
  }

  expire(): void {
    this.rows.clear();
  }

  /** Keys of the page after `cursor` ("" is the first), and the next cursor ("" is the end). */
  next(
    api: string,
    args: string,
    cursor: string,
    limit: number,
    all: () => string[],
    o: { life_s: number | undefined; short: boolean },
  ): { keys: string[]; next: string } | undefined {
    let at: Cursor | undefined;
    if (cursor === '') {
      at = { api, args, keys: all(), from: 0, made_s: this.world.now() };
    } else {
      at = this.rows.get(cursor);
      const life = o.life_s ?? LIFE_S;
      if (!at || at.api !== api || at.args !== args || this.world.now() > at.made_s + life) {
        return undefined;
      }
    }
    const n = this.world.count('page');
    const short = o.short && limit > 1 && chance(this.world.seed, 'short', n) < 0.25;
    const size = short ? between(1, limit, this.world.seed, 'rows', n) : limit;
    const to = Math.min(at.keys.length, at.from + size);
    const keys = at.keys.slice(at.from, to);
    if (to >= at.keys.length) return { keys, next: '' };
    const next = ident('', 43, this.world.seed, 'cursor', n);
    this.rows.set(next, { ...at, from: to });
    for (const old of this.rows.keys()) {
      if (this.rows.size <= KEPT) break;
      this.rows.delete(old);
    }
    return { keys, next };
  }
}
