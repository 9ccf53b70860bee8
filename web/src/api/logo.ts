import { get, put, remove } from './client';

/** The corp's logo, drawn in the middle of codes. */
export interface Logo {
  there: boolean;
  /** Pixels of the square that is kept, 0 without one. */
  side: number;
  bytes: number;
  changed_s: number | null;
}

export const logo = {
  get: (signal?: AbortSignal) => get<Logo>('/api/logo', undefined, signal),
  /** `picture`: base64 of a PNG or JPEG. */
  put: (picture: string) => put<Logo>('/api/logo', { picture }),
  remove: () => remove('/api/logo'),
  png: '/api/logo.png',
};
