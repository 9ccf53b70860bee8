import { peopleEn } from '@/i18n/people.en';
import { peopleZh } from '@/i18n/people.zh';
import { addWords } from '@/i18n/text';

addWords({ zh: peopleZh, en: peopleEn });
