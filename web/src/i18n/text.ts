import type { Language } from '@/api/session';
import type { AnalysesKey } from './analyses.zh';
import type { ClvKey } from './clv.zh';
import type { CodesKey } from './codes.zh';
import type { CyclesKey } from './cycles.zh';
import type { HandoversKey } from './handovers.zh';
import type { MediaKey } from './media.zh';
import type { PeopleKey } from './people.zh';
import type { SyncKey } from './sync.zh';
import type { TagsKey } from './tags.zh';
import type { WecomKey } from './wecom.zh';
import type { Key as CommonKey } from './zh';

/** The words of every page, and those that come with their pages. */
export type Key =
  | CommonKey
  | AnalysesKey
  | ClvKey
  | CodesKey
  | CyclesKey
  | HandoversKey
  | MediaKey
  | PeopleKey
  | SyncKey
  | TagsKey
  | WecomKey;
export type Words = Record<CommonKey, string>;
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

const added: Record<Language, Partial<Record<Key, string>>> = { zh: {}, en: {} };

/** Words that only some pages need come with the code of those pages, in both languages. */
export function addWords(more: Record<Language, Partial<Record<Key, string>>>): void {
  for (const language of languages) Object.assign(added[language], more[language]);
}

export function makeT(words: Words, locale: string): T {
  const numbers = new Intl.NumberFormat(locale);
  const known: Partial<Record<Key, string>> = words;
  const later = added[locale.startsWith('en') ? 'en' : 'zh'];
  return (key, params) => {
    const text = known[key] ?? later[key] ?? key;
    return params === undefined ? text : fill(text, params, (n) => numbers.format(n));
  };
}

/** The language to greet someone with who has not signed in yet. Chinese unless the browser says English. */
export function firstLanguage(remembered: string | null, preferred: readonly string[]): Language {
  if (remembered === 'zh' || remembered === 'en') return remembered;
  return preferred[0]?.toLowerCase().startsWith('en') ? 'en' : 'zh';
}
