import type { Mapping } from '@/api/imports';
import type { Place } from './ImportWizard';

const name = ({ upload, kind }: Place) => `koi.import.${upload}.${kind}`;

/** The mapping as corrected by hand lives as long as the tab: going back a step or reloading keeps it. */
export function keepMapping(place: Place, mapping: Mapping): void {
  sessionStorage.setItem(name(place), JSON.stringify(mapping));
}

export function keptMapping(place: Place): Mapping | null {
  const text = sessionStorage.getItem(name(place));
  return text === null ? null : (JSON.parse(text) as Mapping);
}
