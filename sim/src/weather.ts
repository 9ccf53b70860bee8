// How badly the world behaves: parts of 1, rolled by the seed for each call or event. And single
// faults, ordered by a test for the next calls of one api.
import { flag, type Fields, int, text } from './api/field.ts';

export interface Weather {
  callback_lost: number;
  callback_doubled: number;
  callback_reordered: number;
  callback_late: number;
  callback_late_s: number;
  http_busy: number; // -1, nothing done
  http_cut: number; // done, but the connection breaks before the answer
  http_delay_ms: number; // up to this long, of the wall's time
  token_revoked: number; // the token of this call is revoked first
  stale_cursor: number;
}

export const presets: Record<string, Weather> = {
  calm: {
    callback_lost: 0,
    callback_doubled: 0,
    callback_reordered: 0,
    callback_late: 0,
    callback_late_s: 0,
    http_busy: 0,
    http_cut: 0,
    http_delay_ms: 0,
    token_revoked: 0,
    stale_cursor: 0,
  },
  breeze: {
    callback_lost: 0.01,
    callback_doubled: 0.05,
    callback_reordered: 0.05,
    callback_late: 0.05,
    callback_late_s: 30,
    http_busy: 0.01,
    http_cut: 0.002,
    http_delay_ms: 2,
    token_revoked: 0.001,
    stale_cursor: 0.001,
  },
  storm: {
    callback_lost: 0.2,
    callback_doubled: 0.2,
    callback_reordered: 0.2,
    callback_late: 0.2,
    callback_late_s: 600,
    http_busy: 0.1,
    http_cut: 0.05,
    http_delay_ms: 5,
    token_revoked: 0.02,
    stale_cursor: 0.02,
  },
};

/** One ordered fault for the next `times` calls of an api. */
export interface OrderedFault {
  api: string;
  kind: 'busy' | 'cut' | 'refuse_connection' | 'delay' | 'revoke' | 'code';
  times: number;
  code?: number;
  ms?: number;
  contains?: string; // only calls whose request contains this text
}

export const faultKinds = ['busy', 'cut', 'refuse_connection', 'delay', 'revoke', 'code'];

/** What may be switched in how replies are written; all on unless told. */
export interface Habits {
  no_errcode: boolean; // success without errcode
  extra_fields: boolean;
  text_numbers: boolean; // integers as text where the documents say so
  short_pages: boolean;
  cursor_missing: boolean; // the end of a list without next_cursor
}

export const allHabits: Habits = {
  no_errcode: true,
  extra_fields: true,
  text_numbers: true,
  short_pages: true,
  cursor_missing: true,
};

/** Ceilings that a test may lower. */
export interface Limits {
  per_minute: number;
  per_hour: number;
  ip_per_minute: number;
  ip_per_hour: number;
  concurrent: number;
  wrong_secrets: number;
  write_ms: number; // how long a call that locks an object takes, of the wall's time
  contact_ways: number;
  links: number;
  app_messages_per_day: number;
}

export const usualLimits: Limits = {
  per_minute: 10_000,
  per_hour: 150_000,
  ip_per_minute: 20_000,
  ip_per_hour: 600_000,
  concurrent: 200,
  wrong_secrets: 20,
  write_ms: 2,
  contact_ways: 500_000,
  links: 1000,
  app_messages_per_day: 200_000,
};

const parts = Object.keys(presets['calm'] ?? {});
export const weatherFields: Fields = {
  preset: text({ of: Object.keys(presets) }),
  ...Object.fromEntries(parts.map((name) => [name, { kind: 'any' as const }])),
};
export const habitFields: Fields = Object.fromEntries(
  Object.keys(allHabits).map((name) => [name, flag()]),
);
export const limitFields: Fields = Object.fromEntries(
  Object.keys(usualLimits).map((name) => [name, int({ min: 0 })]),
);
