import { clvEn } from '@/i18n/clv.en';
import { clvZh } from '@/i18n/clv.zh';
import { addWords } from '@/i18n/text';

addWords({ zh: clvZh, en: clvEn });
