import { handoversEn } from '@/i18n/handovers.en';
import { handoversZh } from '@/i18n/handovers.zh';
import { addWords } from '@/i18n/text';

addWords({ zh: handoversZh, en: handoversEn });

export const rules = ['one', 'even', 'weights', 'department', 'expression'] as const;
export const itemStates = ['waiting', 'asking', 'asked', 'refused', 'passed', 'lost', 'stopped'] as const;
