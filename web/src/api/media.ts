import type { Page, Query } from './client';
import { get, remove } from './client';
import type { ErrorBody } from './errors';
import type { Named } from './customers';
import { sendFile } from './imports';

export type MediaKind = 'image' | 'video' | 'file';

/** A picture, film or file that greetings are sent with. */
export interface Media {
  id: string;
  kind: MediaKind;
  name: string;
  bytes: number;
  created_s: number;
  /** Whose greetings use it. */
  codes: Named[];
  welcome: boolean;
  /** WeCom has it now; it gets what greetings use, once they do. */
  at_wecom: boolean;
  /** Why WeCom has not. */
  error: ErrorBody | null;
}

/** What a greeting is sent with, as the server keeps it. */
export interface Attachment {
  msgtype: AttachmentKind;
  link?: { title: string; url: string; desc?: string; picurl?: string };
  miniprogram?: { title: string; appid: string; page: string; picture: string };
  image?: { media: string };
  video?: { media: string };
  file?: { media: string };
}
export type AttachmentKind = 'image' | 'link' | 'miniprogram' | 'video' | 'file';

export const media = {
  list: (query: Query, signal?: AbortSignal) => get<Page<Media>>('/api/media', query, signal),
  remove: (id: string) => remove(`/api/media/${id}`),
  content: (id: string) => `/api/media/${id}/content`,
  give: (file: File, kind: MediaKind | undefined, seeShare: (share: number) => void, signal: AbortSignal) =>
    sendFile<Media>(kind ? `/api/media?kind=${kind}` : '/api/media', file, seeShare, signal),
};
