import type { Attachment, AttachmentKind } from '@/api/media';
import { mediaEn } from '@/i18n/media.en';
import { mediaZh } from '@/i18n/media.zh';
import { addWords } from '@/i18n/text';

addWords({ zh: mediaZh, en: mediaEn });

export const attachmentKinds = ['image', 'link', 'miniprogram', 'video', 'file'] as const;
export const attachmentsMost = 9;

/** The original that an attachment is, or whose picture it has; none: a link. */
export function mediaOf(one: Attachment): string | undefined {
  return one.image?.media ?? one.video?.media ?? one.file?.media ?? one.miniprogram?.picture;
}

/** What it is called; of media their name says it. */
export const titleOf = (one: Attachment): string | undefined => one.link?.title ?? one.miniprogram?.title;

/** Fields of the two kinds that people write, with the most bytes that WeCom takes. */
export const textFields = {
  link: [
    { name: 'title', most: 128, required: true },
    { name: 'url', most: 2048, required: true },
    { name: 'desc', most: 512, required: false },
  ],
  miniprogram: [
    { name: 'title', most: 64, required: true },
    { name: 'appid', most: 64, required: true },
    { name: 'page', most: 1024, required: true },
  ],
} as const;

export const isText = (kind: AttachmentKind): kind is 'link' | 'miniprogram' =>
  kind === 'link' || kind === 'miniprogram';
export const bytesOf = (text: string): number => new TextEncoder().encode(text).length;
