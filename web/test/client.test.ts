import { afterEach, describe, expect, it, vi } from 'vitest';
import { get, onSignedOut, post, send, setCsrf, setRequestLanguage, withQuery } from '@/api/client';
import { ApiError, indexOfByte } from '@/api/errors';

function answer(status: number, body: string, headers: Record<string, string> = {}) {
  const call = vi.fn<typeof fetch>(() =>
    Promise.resolve(new Response(status === 204 ? null : body, { status, headers })),
  );
  vi.stubGlobal('fetch', call);
  return call;
}

afterEach(() => vi.unstubAllGlobals());

async function failure(work: Promise<unknown>): Promise<ApiError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ApiError) return error;
  }
  throw new Error('no ApiError came');
}

describe('the client', () => {
  it('sends the CSRF token, the language and an idempotency key with a POST', async () => {
    const call = answer(201, '{"id":"7"}');
    setCsrf('secret');
    setRequestLanguage('en');
    expect(await post('/api/tags', { name: 'VIP' })).toEqual({ id: '7' });
    const headers = call.mock.calls[0]?.[1]?.headers as Record<string, string>;
    expect(headers).toMatchObject({ 'X-CSRF-Token': 'secret', 'Accept-Language': 'en' });
    expect(headers['Idempotency-Key']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('leaves out what is empty in a query', () => {
    expect(withQuery('/api/customers', { q: '', page: 2, friend: false, tag_id: null })).toBe(
      '/api/customers?page=2&friend=false',
    );
  });

  it('gives the ETag, and nothing for 204', async () => {
    answer(200, '{}', { ETag: '"12"' });
    expect((await send('GET', '/api/customers/1')).etag).toBe('"12"');
    answer(204, '');
    expect(await post('/api/session')).toBeUndefined();
  });

  it('turns a refusal into its code, field, hint and place', async () => {
    answer(
      400,
      '{"error":{"code":"word_unknown","message":"no such word","field":"expression","hint":"tag?","at":4}}',
    );
    const error = await failure(post('/api/audiences/check', { expression: 'x' }));
    expect(error).toMatchObject({
      status: 400,
      code: 'word_unknown',
      field: 'expression',
      hint: 'tag?',
      at: 4,
    });
  });

  it('keeps its head when something else answers', async () => {
    answer(502, '<html>Bad gateway</html>');
    expect(await failure(get('/api/today'))).toMatchObject({ status: 502, code: 'http_502', message: '' });
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('network')));
    expect(await failure(get('/api/today'))).toMatchObject({ status: 0, code: 'unreachable' });
  });

  it('tells when nobody is signed in any more, but not while asking who is', async () => {
    const out = vi.fn();
    onSignedOut(out);
    answer(401, '{"error":{"code":"sign_in","message":"sign in"}}');
    await failure(get('/api/session'));
    expect(out).not.toHaveBeenCalled();
    await failure(get('/api/customers'));
    expect(out).toHaveBeenCalledOnce();
  });
});

describe('a position in bytes', () => {
  it('is found in a text with Chinese and beyond', () => {
    const text = 'tag("锦池🐟") bad';
    const at = new TextEncoder().encode(text.slice(0, text.indexOf('bad'))).length;
    expect(text.slice(indexOfByte(text, at))).toBe('bad');
    expect(indexOfByte('abc', 99)).toBe(3);
  });
});
