// The pictures of codes that WeCom draws: /wwhead/ID/0 is a PNG with a QR code in it.
import { crc32, deflateSync } from 'node:zlib';
import qrcode from 'qrcode-generator';
import type { World } from '../corp/world.ts';

const SCALE = 8; // pixels a module
const QUIET = 4; // modules of white all around

/** Where the picture of a way is. */
export const pictureOf = (world: World, id: string): string => `${world.pictures}/wwhead/${id}/0`;

/** What a scanner reads in it. */
export const wordsOf = (id: string): string => `https://work.weixin.qq.com/q/${id}`;

/** The picture at a path of that kind; undefined when no way has it. */
export function pictureAt(world: World, path: string): Buffer | undefined {
  const id = /^\/wwhead\/(\w+)\/0$/.exec(path)?.[1];
  if (!id || !(world.contactWays.has(id) || world.joinWays.has(id))) return undefined;
  const code = qrcode(0, 'M');
  code.addData(wordsOf(id));
  code.make();
  const n = code.getModuleCount();
  const dark = (x: number, y: number): boolean =>
    x >= 0 && y >= 0 && x < n && y < n && code.isDark(y, x);
  return png((n + 2 * QUIET) * SCALE, (x, y) =>
    dark(Math.floor(x / SCALE) - QUIET, Math.floor(y / SCALE) - QUIET) ? 0 : 255,
  );
}

/** A square PNG of grey pixels. */
function png(side: number, grey: (x: number, y: number) => number): Buffer {
  const rows = Buffer.alloc(side * (side + 1)); // each row has its filter, none, before it
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) rows[y * (side + 1) + 1 + x] = grey(x, y);
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  head[8] = 8; // bits; the colour type 0 is grey
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(kind: string, bytes: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(kind), bytes]);
  const frame = Buffer.alloc(8 + body.length);
  frame.writeUInt32BE(bytes.length, 0);
  body.copy(frame, 4);
  frame.writeUInt32BE(crc32(body), 4 + body.length);
  return frame;
}
