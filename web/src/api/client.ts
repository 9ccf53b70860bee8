/**
 * One way to the server: JSON in and out, the CSRF token on writes, the caller's language, and every
 * failure as an ApiError. Nothing else in the console calls fetch, except uploads (for their progress).
 */
import { ApiError, readError } from './errors';

export type Query = Record<string, string | number | boolean | null | undefined>;

export interface RequestOptions {
  query?: Query;
  body?: unknown;
  signal?: AbortSignal;
  /** The ETag a GET gave; the server answers 409 when someone else was faster. */
  ifMatch?: string;
  /** The same key makes a repeat harmless. */
  idempotencyKey?: string;
}

const state = { csrf: '', language: 'zh', onSignedOut: () => {} };

export function setCsrf(csrf: string): void {
  state.csrf = csrf;
}

export function setRequestLanguage(language: string): void {
  state.language = language;
}

/** Called when the server says that nobody is signed in any more. */
export function onSignedOut(call: () => void): void {
  state.onSignedOut = call;
}

export function withQuery(path: string, query?: Query): string {
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '') parts.set(name, String(value));
  }
  const text = parts.toString();
  return text === '' ? path : `${path}?${text}`;
}

export function writeHeaders(): Record<string, string> {
  return { 'Accept-Language': state.language, 'X-CSRF-Token': state.csrf };
}

export interface Reply<T> {
  value: T;
  etag: string;
}

export async function send<T>(method: string, path: string, options: RequestOptions = {}): Promise<Reply<T>> {
  const headers: Record<string, string> = { Accept: 'application/json', ...writeHeaders() };
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  if (options.ifMatch) headers['If-Match'] = options.ifMatch;
  if (method === 'POST') headers['Idempotency-Key'] = options.idempotencyKey ?? crypto.randomUUID();

  let response: Response;
  try {
    response = await fetch(withQuery(path, options.query), {
      method,
      headers,
      body: options.body === undefined ? null : JSON.stringify(options.body),
      signal: options.signal ?? null,
      credentials: 'same-origin',
    });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new ApiError(0, { code: 'unreachable', message: '' });
  }
  if (!response.ok) {
    const error = await readError(response);
    if (error.status === 401 && !path.startsWith('/api/session')) state.onSignedOut();
    throw error;
  }
  const text = response.status === 204 ? '' : await response.text();
  return {
    value: (text === '' ? undefined : JSON.parse(text)) as T,
    etag: response.headers.get('ETag') ?? '',
  };
}

async function value<T>(method: string, path: string, options?: RequestOptions): Promise<T> {
  return (await send<T>(method, path, options)).value;
}

export const get = <T>(path: string, query?: Query, signal?: AbortSignal) =>
  value<T>('GET', path, { ...(query && { query }), ...(signal && { signal }) });
export const post = <T>(path: string, body: unknown = {}, signal?: AbortSignal) =>
  value<T>('POST', path, { body, ...(signal && { signal }) });
export const put = <T>(path: string, body?: unknown) => value<T>('PUT', path, { body: body ?? {} });
export const patch = <T>(path: string, body: unknown, ifMatch?: string) =>
  value<T>('PATCH', path, { body, ...(ifMatch && { ifMatch }) });
export const remove = (path: string) => value<unknown>('DELETE', path);

/** A list as every list route answers it. */
export interface Page<T> {
  items: T[];
  next: string | null;
  total: number | null;
}
