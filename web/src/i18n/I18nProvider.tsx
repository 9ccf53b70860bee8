import type { Locale } from 'antd/es/locale';
import dayjs from 'dayjs';
import { createContext, type ReactNode, use, useCallback, useEffect, useMemo, useState } from 'react';
import { setRequestLanguage } from '@/api/client';
import type { Language } from '@/api/session';
import { type Format, makeFormat, type Place } from './format';
import { firstLanguage, localeOf, makeT, type T, type Words } from './text';

export interface I18n {
  t: T;
  f: Format;
  language: Language;
  antd: Locale;
  setLanguage: (language: Language) => void;
  setPlace: (place: Place) => void;
}

const Context = createContext<I18n | null>(null);
const storageKey = 'koi.language';

/** One chunk for each language, so that nobody loads both. */
const load: Record<Language, () => Promise<{ words: Words; antd: Locale }>> = {
  zh: async () => {
    const [words, antd] = await Promise.all([
      import('./zh'),
      import('antd/es/locale/zh_CN'),
      import('dayjs/locale/zh-cn'),
    ]);
    return { words: words.zh, antd: antd.default };
  },
  en: async () => {
    const [words, antd] = await Promise.all([import('./en'), import('antd/es/locale/en_GB')]);
    return { words: words.en, antd: antd.default };
  },
};

interface Loaded {
  language: Language;
  words: Words;
  antd: Locale;
}

export function I18nProvider({ children }: { children: ReactNode }) {
  const [wanted, setWanted] = useState(() =>
    firstLanguage(localStorage.getItem(storageKey), navigator.languages),
  );
  const [place, setPlace] = useState<Place>({ zone: 'Asia/Shanghai', currency: 'CNY' });
  const [loaded, setLoaded] = useState<Loaded | null>(null);

  useEffect(() => {
    let current = true;
    setRequestLanguage(wanted);
    void load[wanted]().then(({ words, antd }) => {
      if (!current) return;
      document.documentElement.lang = localeOf[wanted];
      dayjs.locale(wanted === 'zh' ? 'zh-cn' : 'en');
      setLoaded({ language: wanted, words, antd });
    });
    return () => {
      current = false;
    };
  }, [wanted]);

  const setLanguage = useCallback((language: Language) => {
    localStorage.setItem(storageKey, language);
    setWanted(language);
  }, []);

  const value = useMemo<I18n | null>(() => {
    if (loaded === null) return null;
    const locale = localeOf[loaded.language];
    return {
      t: makeT(loaded.words, locale),
      f: makeFormat(locale, place),
      language: loaded.language,
      antd: loaded.antd,
      setLanguage,
      setPlace,
    };
  }, [loaded, place, setLanguage]);

  return value === null ? null : <Context value={value}>{children}</Context>;
}

export function useI18n(): I18n {
  const value = use(Context);
  if (value === null) throw new Error('useI18n outside of I18nProvider');
  return value;
}

export const useT = (): T => useI18n().t;
