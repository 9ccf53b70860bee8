// A world as bytes and back, for a demo that is stopped and goes on another day. What is not kept:
// tokens (fetched again), what was due by the clock (hand-overs that wait), events on their way.
import { deserialize, serialize } from 'node:v8';
import type { World } from './world.ts';

const VERSION = 1;

const maps = [
  'departments',
  'staff',
  'customers',
  'byStaff',
  'byCustomer',
  'requests',
  'unassigned',
  'tagGroups',
  'tagOf',
  'groups',
  'contactWays',
  'joinWays',
  'templates',
  'picked',
  'links',
  'chatKeys',
  'welcomes',
  'messages',
  'received',
  'moments',
  'media',
  'behavior',
  'counters',
] as const;
const lists = ['transfers', 'quota', 'appMessages', 'apps'] as const;

interface Kept {
  version: number;
  seed: number;
  maps: Record<string, Map<unknown, unknown>>;
  lists: Record<string, unknown[]>;
}

/** Everything that happened to the corp; a row that two maps share is one row afterwards, too. */
export function keep(world: World): Buffer {
  const kept: Kept = { version: VERSION, seed: world.seed, maps: {}, lists: {} };
  for (const name of maps) kept.maps[name] = world[name] as Map<unknown, unknown>;
  for (const name of lists) kept.lists[name] = world[name];
  return serialize(kept);
}

/** Puts what was kept into a world of the same seed; says why it cannot, or ''. */
export function restore(world: World, bytes: Buffer): string {
  let kept: Kept;
  try {
    kept = deserialize(bytes) as Kept;
  } catch {
    return 'it is damaged';
  }
  if (kept.version !== VERSION) return 'it was written by another version';
  if (kept.seed !== world.seed) return `it is of seed ${kept.seed}`;
  for (const name of maps) {
    const target = world[name] as Map<unknown, unknown>;
    target.clear();
    for (const [key, row] of kept.maps[name] ?? []) target.set(key, row);
  }
  for (const name of lists) {
    const target = world[name] as unknown[];
    target.splice(0, target.length, ...(kept.lists[name] ?? []));
  }
  for (const file of world.media.values()) file.bytes = Buffer.from(file.bytes);
  return '';
}
