// Tokens and tickets: one for each (corp, secret), the same inside its 7200 s, sometimes revoked
// early. Wrong secrets are counted by address.
import { ident } from '../base/rng.ts';
import type { App } from '../corp/types.ts';
import type { World } from '../corp/world.ts';

export const TOKEN_S = 7200;
const HOUR_MS = 3_600_000;

interface Token {
  text: string;
  app: App;
  issued_ms: number;
  revoked: boolean;
}

export class Tokens {
  private readonly world: World;
  private readonly current = new Map<string, Token>(); // by secret
  private readonly all = new Map<string, Token>();
  private readonly wrong = new Map<string, number[]>(); // address → when, ms

  constructor(world: World) {
    this.world = world;
  }

  private live(t: Token | undefined): t is Token {
    return t !== undefined && !t.revoked && !this.aged(t);
  }

  private aged(t: Token): boolean {
    return this.world.clock.ms() >= t.issued_ms + TOKEN_S * 1000;
  }

  /** The app's token and the seconds it has left. */
  give(app: App): { access_token: string; expires_in: number } {
    let token = this.current.get(app.secret);
    if (!this.live(token)) {
      const n = this.world.count('token');
      const text = ident('', 214, this.world.seed, 'token', n);
      token = { text, app, issued_ms: this.world.clock.ms(), revoked: false };
      this.current.set(app.secret, token);
      this.all.set(text, token);
    }
    const left = TOKEN_S - Math.floor((this.world.clock.ms() - token.issued_ms) / 1000);
    return { access_token: token.text, expires_in: left };
  }

  /** The app behind a token, or why there is none: 40014, 42001. */
  find(text: string): App | number {
    const token = this.all.get(text);
    if (!token || token.revoked) return 40014;
    return this.aged(token) ? 42001 : token.app;
  }

  /** Ends the tokens of an app, or of all. */
  revoke(app?: App): void {
    for (const t of this.all.values()) if (!app || t.app === app) t.revoked = true;
  }

  /** Counts a wrong secret; an address with too many in an hour is blocked for one. */
  wrongSecret(ip: string): void {
    const times = this.wrong.get(ip) ?? [];
    times.push(this.world.clock.ms());
    this.wrong.set(ip, times);
  }

  blocked(ip: string, allowed: number): boolean {
    const from = this.world.clock.ms() - HOUR_MS;
    const recent = (this.wrong.get(ip) ?? []).filter((ms) => ms > from);
    this.wrong.set(ip, recent);
    return recent.length > allowed;
  }
}

/** Tickets for the JS-SDK: one for the corp, one for each app. */
export class Tickets {
  private readonly world: World;
  private readonly held = new Map<string, { ticket: string; issued_ms: number }>();

  constructor(world: World) {
    this.world = world;
  }

  give(key: string): { ticket: string; expires_in: number } {
    const now = this.world.clock.ms();
    let row = this.held.get(key);
    if (!row || now >= row.issued_ms + TOKEN_S * 1000) {
      const ticket = ident('', 86, this.world.seed, 'ticket', this.world.count('ticket'));
      row = { ticket, issued_ms: now };
      this.held.set(key, row);
    }
    return {
      ticket: row.ticket,
      expires_in: TOKEN_S - Math.floor((now - row.issued_ms) / 1000),
    };
  }
}
