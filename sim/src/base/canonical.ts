// JSON with one form: keys sorted, nothing optional left as undefined.

/** The value with every object's keys in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  const rows = Object.entries(value).filter(([, v]) => v !== undefined);
  rows.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(rows.map(([k, v]) => [k, sorted(v)]));
}

export const canonical = (value: unknown): string => JSON.stringify(sorted(value));

/** Ids compared by their bytes, so that no language of the machine has a say. */
export const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
