import { settings } from '@/api/care';
import type { StepProps } from './Connect';

/** What a form of the wizard holds. */
export type Values = Partial<Record<string, string>>;

/** What a step's fields begin with: secrets empty, the rest as it is. */
export function initialOf({ values }: StepProps, names: readonly string[]): Values {
  return Object.fromEntries(
    names.map((name) => {
      const setting = values.get(name);
      const shown = setting && !setting.secret && setting.value !== '0' ? setting.value : '';
      return [name, shown];
    }),
  );
}

/** Saves what was changed and may be; a secret left empty stays. In order, so that an error is at its field. */
export async function saveChanged({ values }: StepProps, typed: Values): Promise<void> {
  for (const [name, text = ''] of Object.entries(typed)) {
    const setting = values.get(name);
    const value = name === 'wecom_welcome' ? text : text.trim();
    if (!setting?.changeable || (setting.secret && value === '')) continue;
    const stored = value === '' && setting.min !== undefined ? '0' : value;
    if (stored !== setting.value) await settings.put(name, stored);
  }
}
