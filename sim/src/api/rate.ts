// Frequency limits by the simulator's clock. A window begins with its first call; the call above
// the ceiling blocks the key for as long as the window's rule says.

export interface Rule {
  key: string;
  most: number;
  window_ms: number;
  block_ms: number;
}

interface Window {
  began_ms: number;
  calls: number;
  blocked_ms: number; // until when
  refused: number; // since it is blocked
}

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

export class Rates {
  private readonly windows = new Map<string, Window>();

  /** Takes one call of each rule. How often the blocked caller was refused; 0: go on. */
  take(rules: Rule[], now_ms: number): number {
    let worst = 0;
    for (const rule of rules) worst = Math.max(worst, this.one(rule, now_ms));
    return worst;
  }

  private one(rule: Rule, now: number): number {
    let w = this.windows.get(rule.key);
    if (!w || (now >= w.began_ms + rule.window_ms && now >= w.blocked_ms)) {
      w = { began_ms: now, calls: 0, blocked_ms: 0, refused: 0 };
      this.windows.set(rule.key, w);
    }
    if (now < w.blocked_ms) return ++w.refused;
    if (w.blocked_ms > 0) Object.assign(w, { began_ms: now, calls: 0, blocked_ms: 0, refused: 0 });
    if (++w.calls <= rule.most) return 0;
    w.blocked_ms = now + rule.block_ms;
    return ++w.refused;
  }
}
