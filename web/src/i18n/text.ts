import type { Language } from '@/api/session';
import type { Key } from './zh';

export type { Key };
export type Words = Record<Key, string>;
export type Params = Record<string, string | number>;

/** Turns a key into words: "{name}" is filled in, "{n|customer|customers}" counts in English. */
export type T = (key: Key, params?: Params) => string;

export const languages: readonly Language[] = ['zh', 'en'];
export const localeOf: Record<Language, string> = { zh: 'zh-CN', en: 'en-GB' };

export function fill(text: string, params: Params, number: (n: number) => string): string {
  return text.replace(
    /\{(\w+)(?:\|([^|}]*)\|([^|}]*))?\}/g,
    (whole, name: string, one?: string, many?: string) => {
      const value = params[name];
      if (value === undefined) return whole;
      const shown = typeof value === 'number' ? number(value) : value;
      return one === undefined ? shown : `${shown} ${value === 1 ? one : many}`;
    },
  );
}

export function makeT(words: Words, locale: string): T {
  const numbers = new Intl.NumberFormat(locale);
  return (key, params) => {
    const text = words[key];
    return params === undefined ? text : fill(text, params, (n) => numbers.format(n));
  };
}

/** The language to greet someone with who has not signed in yet. Chinese unless the browser says English. */
export function firstLanguage(remembered: string | null, preferred: readonly string[]): Language {
  if (remembered === 'zh' || remembered === 'en') return remembered;
  return preferred[0]?.toLowerCase().startsWith('en') ? 'en' : 'zh';
}
