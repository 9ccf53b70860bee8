// Uploaded media: wecom-api.md §14. Ids live three days and belong to one purpose.
import type { Media } from '../../corp/types.ts';
import type { Args } from '../args.ts';
import { apps, type Call, type Endpoint, Raw, type Upload } from '../endpoint.ts';
import { refuse } from '../errors.ts';
import { int, need, text } from '../field.ts';
import { DAY_MS } from '../rate.ts';

const LIFE_S = 3 * 86_400;
const MONTH_MS = 30 * DAY_MS;
const MB = 1024 * 1024;

const most: Record<string, number> = {
  image: 10 * MB,
  voice: 2 * MB,
  video: 10 * MB,
  file: 20 * MB,
};

/** By its first bytes, as the platform looks at them. */
const isImage = (b: Buffer): boolean =>
  (b[0] === 0xff && b[1] === 0xd8) || b.subarray(0, 4).toString('latin1') === '\u0089PNG';

function uploaded(call: Call, type: string, bytes: number): Upload {
  const { upload } = call;
  if (!upload || upload.name !== 'media') {
    const why = 'the form needs a file in the field "media"';
    call.sim.violate('media', 'media', why, 44001);
    refuse(44001, why);
  }
  if (upload.bytes.length <= 5) refuse(44001);
  if (upload.bytes.length > bytes) refuse(40206);
  if (upload.filename === '') refuse(44001, 'filename');
  if (type === 'image' && !isImage(upload.bytes)) refuse(40123);
  if (type === 'video' && upload.bytes.toString('latin1', 4, 8) !== 'ftyp') refuse(40008);
  if (type === 'voice' && !upload.bytes.subarray(0, 5).equals(Buffer.from('#!AMR'))) refuse(40008);
  return upload;
}

function keep(call: Call, purpose: Media['purpose'], type: string): Media {
  const file = uploaded(call, type, most[type] ?? 0);
  const media: Media = {
    media_id: call.world.id('3', 64),
    purpose,
    type,
    filename: file.filename,
    content_type: file.content_type,
    created_s: call.world.now(),
    bytes: file.bytes,
  };
  call.world.media.set(media.media_id, media);
  return media;
}

/** An id that nobody was given is the caller's mistake; one that the platform lost is not. */
function unknown(call: Call, kind: string, id: string): never {
  if (!call.world.lost.has(id)) {
    call.sim.violate('media', kind, `${id} was never given for this`, 40007);
  }
  refuse(40007, id);
}

/** Media named by attachments: alive, of that kind, uploaded for this purpose (40007 otherwise);
 * addresses of pictures as uploadimg gave them. */
export function checkMedia(call: Call, attachments: Args[], purpose: Media['purpose']): void {
  for (const one of attachments) {
    for (const kind of ['image', 'video', 'file', 'voice', 'link', 'miniprogram']) {
      const part = one.shape(kind);
      const id = part.text('media_id') || part.text('pic_media_id');
      const url = part.text('pic_url');
      if (id === '' && url !== '' && !call.world.pictureUrls.has(url)) unknown(call, kind, url);
      if (id === '') continue;
      const media = call.world.media.get(id);
      const wants = kind === 'link' || kind === 'miniprogram' ? 'image' : kind;
      if (media?.type !== wants) unknown(call, kind, id);
      if (media.purpose !== purpose) refuse(40007, id);
      if (media.created_s + LIFE_S <= call.world.now()) refuse(40007, `${id} has expired`);
    }
  }
}

export const mediaRows: Endpoint[] = [
  {
    path: 'media/upload',
    method: 'POST',
    secrets: apps,
    writes: true,
    upload: true,
    fields: { type: need(text({ of: Object.keys(most) }), 40008) },
    // created_at comes as text here, always.
    reply: { type: text(), media_id: need(text()), created_at: need(text()) },
    run: (call) => {
      const { type, media_id, created_s } = keep(call, 'message', call.args.text('type'));
      return { type, media_id, created_at: String(created_s) };
    },
  },
  {
    path: 'media/upload_attachment',
    method: 'POST',
    secrets: apps,
    writes: true,
    upload: true,
    fields: {
      media_type: need(text({ of: ['image', 'video', 'file'] }), 40008),
      attachment_type: need(int({ of: [1, 2] })),
    },
    reply: { type: text(), media_id: need(text()), created_at: need(int()) },
    run: (call) => {
      const purpose = call.args.int('attachment_type') === 1 ? 'moment' : 'album';
      const { type, media_id, created_s } = keep(call, purpose, call.args.text('media_type'));
      return { type, media_id, created_at: created_s };
    },
  },
  {
    path: 'media/uploadimg',
    method: 'POST',
    secrets: apps,
    writes: true,
    upload: true,
    fields: {},
    reply: { url: need(text()) },
    rates: () => [
      { key: 'day', most: 1000, window_ms: DAY_MS },
      { key: 'month', most: 3000, window_ms: MONTH_MS },
    ],
    run: (call) => {
      uploaded(call, 'image', 2 * MB);
      const url = `http://p.qpic.cn/pic_wework/${call.world.id('pic', 32)}/0`;
      call.world.pictureUrls.add(url);
      return { url };
    },
  },
  {
    path: 'media/get',
    method: 'GET',
    secrets: apps,
    fields: { media_id: need(text(), 40007) },
    reply: {},
    run: ({ world, args }) => {
      const media = world.media.get(args.text('media_id'));
      if (!media || media.created_s + LIFE_S <= world.now()) refuse(40007);
      return new Raw(media.content_type, media.filename, media.bytes);
    },
  },
];
