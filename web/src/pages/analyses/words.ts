import { analysesEn } from '@/i18n/analyses.en';
import { analysesZh } from '@/i18n/analyses.zh';
import { addWords } from '@/i18n/text';

addWords({ zh: analysesZh, en: analysesEn });
