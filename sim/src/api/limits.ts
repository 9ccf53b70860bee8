// Shapes and limits that several endpoints share.
import { any, type Field, flag, int, list, need, shape, text } from './field.ts';

/** What transfer_customer may answer for one customer. */
export const refuseTransferCodes = [0, 40096, 40099, 40100, 40128, 40129, 40131, 84061] as const;

export const content = (bytes: number, chars?: number): Field =>
  shape({
    content: text(chars === undefined ? { bytes, code: 45002 } : { bytes, chars, code: 45002 }),
  });

const url = text({ bytes: 2048 });

const image = shape({ media_id: text(), pic_url: url });
const link = {
  title: need(text({ bytes: 128 })),
  picurl: url,
  desc: text({ bytes: 512 }),
  url: need(url),
};
const miniprogram = shape({
  title: need(text({ bytes: 64 })),
  pic_media_id: need(text()),
  appid: need(text()),
  page: need(text()),
});

/** One attachment of a welcome or a mass message. */
const attachment = shape({
  msgtype: need(text({ of: ['image', 'link', 'miniprogram', 'video', 'file'], code: 41065 })),
  image,
  link: shape({ ...link, media_id: text() }),
  miniprogram,
  video: shape({ media_id: need(text()) }),
  file: shape({ media_id: need(text()) }),
});

/** What a group welcome template says: a text and one attachment at most. */
export const templateParts = {
  text: content(3000),
  image,
  link: shape(link),
  miniprogram,
  file: shape({ media_id: need(text()) }),
  video: shape({ media_id: need(text()) }),
};

export const attachments = (max: number): Field => list(attachment, { max, code: 41064 });

/** An attachment as lists return it. */
export const anyAttachments = list(any());

/** Fields of a contact way; type and scene cannot be changed later. */
export const contactWay = {
  remark: text({ chars: 30 }),
  skip_verify: flag(),
  style: int({ min: 1, max: 3 }),
  state: text({ chars: 30 }),
  user: list(text({ bytes: 64 }), { max: 100, code: 41041 }),
  party: list(int()),
  expires_in: int({ min: 1, max: 14 * 86_400 }),
  chat_expires_in: int({ min: 1, max: 14 * 86_400 }),
  unionid: text(),
  mark_source: flag(),
  conclusions: shape({
    text: content(4000),
    image,
    link: shape(link),
    miniprogram,
  }),
};

/** Fields of a group join way. */
export const joinWay = {
  scene: need(int({ of: [1, 2] })),
  remark: text(), // cut at 30 characters, not refused
  auto_create_room: int({ of: [0, 1] }),
  room_base_name: text({ chars: 40 }),
  room_base_id: int({ min: 1 }),
  chat_id_list: need(list(text(), { min: 1, max: 5, code: 41091 }), 41091),
  state: text({ chars: 30 }),
  mark_source: flag(),
};
