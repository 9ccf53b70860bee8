import type { ErrorBody } from './errors';
import { ApiError } from './errors';
import { get, type Page, post, type Query, writeHeaders } from './client';
import type { Job } from './jobs';

export type ImportKind = 'orders' | 'customers' | 'events';

export interface Upload {
  id: string;
  name: string;
  bytes: number;
  sha256: string;
}

/** Which column holds what: {"time":"下单时间", …, "options":{…}}. Null takes a field out. */
export interface Mapping {
  options?: Record<string, unknown>;
  [field: string]: string | null | undefined | Record<string, unknown>;
}

/** Something the kind can take from a column. */
export interface TargetField {
  field: string;
  zh: string;
  en: string;
}

export interface Preview {
  format: {
    encoding: string;
    delimiter: string | null;
    compressed: boolean;
    /** The first row names the columns. */
    header: boolean;
    sheet: string | null;
    sheets: string[] | null;
  };
  header: string[];
  mapping: Mapping;
  remembered: boolean;
  rows: string[][];
  problems: { line: number; column: string | number | null; reason: string }[];
  guesses: {
    fields: TargetField[];
    /** Whether the columns suffice; else the field that is missing. */
    enough: boolean;
    missing: string | null;
  };
}

export interface Batch {
  id: string;
  kind: ImportKind | 'demo';
  file_name: string;
  state: 'running' | 'stopped' | 'done' | 'undoing' | 'undone' | 'failed';
  lines: number;
  added: number;
  known: number;
  rejected: number;
  created_s: number;
  job: Job | null;
}

export interface ImportBody {
  upload_id: string;
  kind: ImportKind;
  mapping: Mapping;
  dry_run: boolean;
}

export const imports = {
  preview: (
    body: { upload_id: string; kind: ImportKind; options?: Record<string, unknown> },
    signal?: AbortSignal,
  ) => post<Preview>('/api/imports/preview', body, signal),
  start: (body: ImportBody) => post<{ job: Job }>('/api/imports', body),
  list: (query: Query, signal?: AbortSignal) => get<Page<Batch>>('/api/imports', query, signal),
  detail: (id: string, signal?: AbortSignal) => get<Batch>(`/api/imports/${id}`, undefined, signal),
  rejects: (id: string) => `/api/imports/${id}/rejects`,
  undo: (id: string) => post<{ job: Job }>(`/api/imports/${id}/undo`),
};

export const upload = (file: File, seeShare: (share: number) => void, signal: AbortSignal) =>
  sendFile<Upload>('/api/uploads', file, seeShare, signal);

/** Sends a file as it is; XMLHttpRequest because fetch cannot tell how far an upload has come. */
export function sendFile<A>(
  path: string,
  file: File,
  seeShare: (share: number) => void,
  signal: AbortSignal,
): Promise<A> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', path);
    const headers = { ...writeHeaders(), 'X-File-Name': encodeURIComponent(file.name) };
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.upload.onprogress = (event) => seeShare(event.total > 0 ? event.loaded / event.total : 0);
    request.onerror = () => reject(new ApiError(0, { code: 'unreachable', message: '' }));
    request.onabort = () => reject(new DOMException('aborted', 'AbortError'));
    request.onload = () => {
      const body = readJson(request.responseText);
      if (request.status < 300) resolve(body as A);
      else
        reject(
          new ApiError(request.status, (body as { error?: ErrorBody })?.error ?? unknown(request.status)),
        );
    };
    signal.addEventListener('abort', () => request.abort());
    request.send(file);
  });
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const unknown = (status: number): ErrorBody => ({ code: `http_${status}`, message: '' });
