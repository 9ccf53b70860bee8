import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { analysesEn } from '@/i18n/analyses.en';
import { analysesZh } from '@/i18n/analyses.zh';
import { clvEn } from '@/i18n/clv.en';
import { clvZh } from '@/i18n/clv.zh';
import { cyclesEn } from '@/i18n/cycles.en';
import { cyclesZh } from '@/i18n/cycles.zh';
import { en as commonEn } from '@/i18n/en';
import { tagsEn } from '@/i18n/tags.en';
import { tagsZh } from '@/i18n/tags.zh';
import { firstLanguage, makeT } from '@/i18n/text';
import { wecomEn } from '@/i18n/wecom.en';
import { wecomZh } from '@/i18n/wecom.zh';
import { zh as commonZh } from '@/i18n/zh';

const zh = { ...commonZh, ...analysesZh, ...clvZh, ...cyclesZh, ...tagsZh, ...wecomZh };
const en = { ...commonEn, ...analysesEn, ...clvEn, ...cyclesEn, ...tagsEn, ...wecomEn };

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name))
  .map((name) => ({ name, text: readFileSync(join('src', name), 'utf8') }));
const params = (text: string) => [...text.matchAll(/\{(\w+)/g)].map(([, name]) => name).sort();

describe('words', () => {
  it('have the same keys in both languages', () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort());
  });

  it('are each in one place', () => {
    expect(Object.keys(commonZh).filter((key) => key in analysesZh)).toEqual([]);
  });

  it('are never empty, and take the same parameters', () => {
    for (const key of Object.keys(zh) as (keyof typeof zh)[]) {
      expect(zh[key], key).not.toBe('');
      expect(en[key], key).not.toBe('');
      expect([...new Set(params(en[key]))], key).toEqual([...new Set(params(zh[key]))]);
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
  const t = makeT(en, 'en-GB');
  it('fills in and counts', () => {
    expect(t('list.total', { n: 1 })).toBe('1 row');
    expect(t('list.total', { n: 12_345 })).toBe('12,345 rows');
    expect(makeT(zh, 'zh-CN')('list.total', { n: 12_345 })).toBe('共 12,345 条');
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
