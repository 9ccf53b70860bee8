// What a row of the table of endpoints says.
import type { App } from '../corp/types.ts';
import type { World } from '../corp/world.ts';
import type { Sim } from '../sim.ts';
import type { Args } from './args.ts';
import type { Fields } from './field.ts';
import type { Page } from './paging.ts';

/** Secrets by what they may do: `listed` are apps named under 客户联系 → 可调用应用. */
export type Secret = 'app' | 'listed' | 'customer' | 'contacts';

export interface Upload {
  name: string;
  filename: string;
  content_type: string;
  bytes: Buffer;
}

/** Bytes instead of JSON. */
export class Raw {
  readonly content_type: string;
  readonly filename: string;
  readonly bytes: Buffer;

  constructor(content_type: string, filename: string, bytes: Buffer) {
    this.content_type = content_type;
    this.filename = filename;
    this.bytes = bytes;
  }
}

export interface Call {
  sim: Sim;
  world: World;
  app: App;
  args: Args;
  ip: string;
  upload: Upload | undefined;
  /** One page of a list: keys of all rows, and the row of a key (gone ones are left out). */
  page<T>(all: () => string[], row: (key: string) => T | undefined): { rows: T[]; next: string };
}

export interface Endpoint {
  path: string;
  method: 'GET' | 'POST' | 'ANY';
  secrets: readonly Secret[] | 'open'; // open: without a token
  fields: Fields;
  reply: Fields;
  page?: Page;
  /** True when it changes the corp; such calls are journaled. */
  writes?: boolean;
  /** The object a call writes to; two at once are refused with 45035. */
  lock?: (args: Args) => string;
  /** Frequency limits besides those of every api. */
  rates?: (call: { app: App; ip: string }) => {
    key: string;
    most: number;
    window_ms: number;
    code?: number;
  }[];
  unlimited?: boolean; // not under the limits of every api
  upload?: boolean; // multipart instead of JSON
  run: (call: Call) => object;
}

export const contact: readonly Secret[] = ['listed', 'customer'];
export const directory: readonly Secret[] = ['app', 'listed', 'contacts'];
export const apps: readonly Secret[] = ['app', 'listed'];
