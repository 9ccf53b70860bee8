// Chance that can be told twice: every number is a hash of the seed and of what it is for, so the
// order in which things are asked for does not matter.
import { createHash } from 'node:crypto';

export type Key = string | number;

const digest = (keys: Key[]): Buffer => createHash('sha256').update(keys.join('\u0000')).digest();

/** A whole number in [0, 2^32) for these keys. */
export const mix = (...keys: Key[]): number => digest(keys).readUInt32BE(0);

/** A number in [0, 1) for these keys. */
export const chance = (...keys: Key[]): number => mix(...keys) / 0x1_0000_0000;

/** A whole number in [low, high] for these keys. */
export const between = (low: number, high: number, ...keys: Key[]): number =>
  low + Math.floor(chance(...keys) * (high - low + 1));

/** One of the rows for these keys; there must be at least one. */
export function pick<T>(rows: readonly T[], ...keys: Key[]): T {
  const row = rows[mix(...keys) % rows.length];
  if (row === undefined) throw new Error('nothing to pick from');
  return row;
}

/** An opaque id: the prefix and letters and digits, `length` characters in all. */
export function ident(prefix: string, length: number, ...keys: Key[]): string {
  let text = prefix;
  for (let n = 0; text.length < length; n++) {
    text += digest([...keys, n])
      .toString('base64')
      .replace(/[^0-9A-Za-z]/g, '');
  }
  return text.slice(0, length);
}

/** Lower-case hexadecimal, as member versions are written. */
export const hex = (length: number, ...keys: Key[]): string =>
  digest(keys).toString('hex').slice(0, length);

/** A quick generator (mulberry32) for making thousands of rows in one known order. */
export class Rng {
  private state: number;

  constructor(...keys: Key[]) {
    this.state = mix(...keys);
  }

  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000;
  }

  below(n: number): number {
    return Math.floor(this.next() * n);
  }

  pick<T>(rows: readonly T[]): T {
    const row = rows[this.below(rows.length)];
    if (row === undefined) throw new Error('nothing to pick from');
    return row;
  }
}
