import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { en as commonEn } from '@/i18n/en';
import { firstLanguage, makeT } from '@/i18n/text';
import { zh as commonZh } from '@/i18n/zh';

/* Each file of words, those that come with a page too: "zh.ts", "codes.zh.ts". */
type Words = Record<string, string>;
const modules = import.meta.glob<Record<string, Words>>(
  ['../src/i18n/{zh,en}.ts', '../src/i18n/*.{zh,en}.ts'],
  {
    eager: true,
  },
);
const wordsOf = (language: 'zh' | 'en'): Words[] =>
  Object.entries(modules)
    .filter(([name]) => name.endsWith(`/${language}.ts`) || name.endsWith(`.${language}.ts`))
    .flatMap(([, module]) => Object.values(module).filter((value) => typeof value === 'object'));
const zh: Words = Object.assign({}, ...wordsOf('zh'));
const en: Words = Object.assign({}, ...wordsOf('en'));

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name))
  .map((name) => ({ name, text: readFileSync(join('src', name), 'utf8') }));
const params = (text: string) => [...text.matchAll(/\{(\w+)/g)].map(([, name]) => name).sort();

describe('words', () => {
  it('have the same keys in both languages', () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort());
  });

  it('are each in one place', () => {
    expect(wordsOf('zh').length).toBeGreaterThan(8);
    const all = wordsOf('zh').flatMap((words) => Object.keys(words));
    expect(all.filter((key, n) => all.indexOf(key) !== n)).toEqual([]);
  });

  it('are never empty, and take the same parameters', () => {
    for (const key of Object.keys(zh)) {
      expect(zh[key], key).not.toBe('');
      expect(en[key], key).not.toBe('');
      expect([...new Set(params(en[key] ?? ''))], key).toEqual([...new Set(params(zh[key] ?? ''))]);
    }
  });

  it('leave no Chinese in the English ones, but for names that are data', () => {
    const chinese = Object.entries(en).filter(
      ([key, text]) => /[\u4e00-\u9fff]/.test(text) && !key.startsWith('import_option_hint'),
    );
    expect(chinese).toEqual([]);
  });

  it('are all used', () => {
    const code = files
      .filter(({ name }) => !name.startsWith('i18n'))
      .map(({ text }) => text)
      .join('\n');
    const prefixes = [...code.matchAll(/`([a-z_]+\.)[^`]*\$\{/g)].map(([, prefix]) => prefix ?? '');
    const unused = Object.keys(zh).filter(
      (key) => !code.includes(`'${key}'`) && !prefixes.some((prefix) => key.startsWith(prefix)),
    );
    expect(unused).toEqual([]);
  });

  it('are the only words on the pages: no Chinese in the code', () => {
    const withChinese = files.filter(({ name, text }) => {
      const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, '');
      return !name.startsWith('i18n') && /[\u4e00-\u9fff]/.test(code);
    });
    expect(withChinese.map(({ name }) => name)).toEqual([
      'app/LanguageButton.tsx', // the name of the other language
      'pages/sign-in/SignInFrame.tsx', // the same, and our own name
    ]);
  });
});

describe('t', () => {
  const t = makeT(commonEn, 'en-GB');
  it('fills in and counts', () => {
    expect(t('list.total', { n: 1 })).toBe('1 row');
    expect(t('list.total', { n: 12_345 })).toBe('12,345 rows');
    expect(makeT(commonZh, 'zh-CN')('list.total', { n: 12_345 })).toBe('共 12,345 条');
  });

  it('never looks into what it fills in', () => {
    expect(t('erase.confirm', { word: '{word} $& $1' })).toBe('Type "{word} $& $1" to confirm');
  });
});

describe('the first language', () => {
  it('is the one chosen, else that of the browser if English, else Chinese', () => {
    expect(firstLanguage('en', ['zh-CN'])).toBe('en');
    expect(firstLanguage(null, ['en-US', 'zh'])).toBe('en');
    expect(firstLanguage(null, ['fr'])).toBe('zh');
    expect(firstLanguage('xx', [])).toBe('zh');
  });
});
