import type { Cycle } from '@/api/cycles';
import { cyclesEn } from '@/i18n/cycles.en';
import { cyclesZh } from '@/i18n/cycles.zh';
import { useI18n } from '@/i18n/I18nProvider';
import { addWords } from '@/i18n/text';

addWords({ zh: cyclesZh, en: cyclesEn });

/** How a cycle is told: what it counts from, and how long it is. */
export function useCycleWords() {
  const { t, language } = useI18n();
  const productName = ({ name, code, id }: Cycle['products'][number]) => name ?? code ?? id;
  return {
    from: ({ starts, products, kind, field }: Cycle): string => {
      if (starts === 'purchase')
        return t('cycle.from_purchase', { products: products.map(productName).join(t('comma')) });
      if (starts === 'event') return t('cycle.from_event', { kind: kind?.[language] ?? '' });
      return t(starts === 'field' ? 'cycle.from_field' : 'cycle.from_relative', { field: field?.name ?? '' });
    },
    length: ({ length, unit }: Cycle): string =>
      length === null
        ? t('cycle.own_age')
        : t(unit === 'month' ? 'cycle.months' : 'cycle.days', { n: length }),
  };
}
