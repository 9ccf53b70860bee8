// The language in which requests and replies are written down: what a field is, how long or large
// it may be, and which code a broken rule answers with.

export type Field = (Text | Whole | Flag | List | Shape | Any) & { need?: boolean; miss?: number };

interface Text {
  kind: 'text';
  chars?: number; // longest, in characters
  bytes?: number; // longest, in bytes of UTF-8
  min?: number; // shortest, in characters
  of?: readonly string[];
  code?: number;
}
interface Whole {
  kind: 'int';
  min?: number;
  max?: number;
  of?: readonly number[];
  code?: number;
  text?: boolean; // in a reply: may come as text
}
interface Flag {
  kind: 'bool';
}
interface List {
  kind: 'list';
  item: Field;
  max?: number;
  min?: number;
  code?: number;
}
interface Shape {
  kind: 'shape';
  fields: Fields;
}
interface Any {
  kind: 'any';
}
export type Fields = Record<string, Field>;

export const text = (rule: Omit<Text, 'kind'> = {}): Field => ({ kind: 'text', ...rule });
export const int = (rule: Omit<Whole, 'kind'> = {}): Field => ({ kind: 'int', ...rule });
export const flag = (): Field => ({ kind: 'bool' });
export const any = (): Field => ({ kind: 'any' });
export const shape = (fields: Fields): Field => ({ kind: 'shape', fields });
export const list = (item: Field, rule: Omit<List, 'kind' | 'item'> = {}): Field => ({
  kind: 'list',
  item,
  ...rule,
});
/** The field must be there; without it the answer is `miss`. */
export const need = (field: Field, miss = 40063): Field => ({ ...field, need: true, miss });

export interface Fault {
  code: number;
  field: string;
  why: string;
}

/** What is wrong with a request (or a reply) by its fields; the first finding counts. */
export function check(fields: Fields, value: object, at = ''): Fault | undefined {
  for (const name of Object.keys(value)) {
    if (!Object.hasOwn(fields, name)) {
      return { code: 40035, field: at + name, why: 'is not documented' };
    }
  }
  const given = value as Record<string, unknown>;
  for (const [name, field] of Object.entries(fields)) {
    const one = given[name];
    if (one === undefined || one === null) {
      if (field.need) return { code: field.miss ?? 40063, field: at + name, why: 'is missing' };
      continue;
    }
    const fault = checkOne(field, one, at + name);
    if (fault) return fault;
  }
  return undefined;
}

function checkOne(field: Field, value: unknown, at: string): Fault | undefined {
  switch (field.kind) {
    case 'text':
      return checkText(field, value, at);
    case 'int':
      return checkInt(field, value, at);
    case 'bool':
      return typeof value === 'boolean'
        ? undefined
        : { code: 40058, field: at, why: 'is not a bool' };
    case 'list':
      return checkList(field, value, at);
    case 'shape':
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        return { code: 40058, field: at, why: 'is not an object' };
      }
      return check(field.fields, value, `${at}.`);
    case 'any':
      return undefined;
  }
}

function checkText(f: Text & { need?: boolean; miss?: number }, value: unknown, at: string) {
  const code = f.code ?? 40058;
  if (typeof value !== 'string') return { code: 40058, field: at, why: 'is not text' };
  if (f.need && value === '') return { code: f.miss ?? 40063, field: at, why: 'is empty' };
  const chars = [...value].length;
  if (f.chars !== undefined && chars > f.chars) {
    return { code, field: at, why: `has ${chars} characters, ${f.chars} are allowed` };
  }
  const bytes = Buffer.byteLength(value);
  if (f.bytes !== undefined && bytes > f.bytes) {
    return { code, field: at, why: `has ${bytes} bytes, ${f.bytes} are allowed` };
  }
  if (f.min !== undefined && chars < f.min) return { code, field: at, why: 'is too short' };
  if (f.of && !f.of.includes(value)) {
    return { code, field: at, why: `is none of ${f.of.join(', ')}` };
  }
  return undefined;
}

function checkInt(f: Whole, value: unknown, at: string): Fault | undefined {
  const code = f.code ?? 40058;
  const n = f.text && typeof value === 'string' ? Number(value) : value;
  if (typeof n !== 'number' || !Number.isInteger(n)) {
    return { code: 40058, field: at, why: 'is not a whole number' };
  }
  if ((f.min !== undefined && n < f.min) || (f.max !== undefined && n > f.max)) {
    return { code, field: at, why: `is ${n}, allowed are ${f.min ?? ''} to ${f.max ?? ''}` };
  }
  if (f.of && !f.of.includes(n)) return { code, field: at, why: `is none of ${f.of.join(', ')}` };
  return undefined;
}

function checkList(f: List, value: unknown, at: string): Fault | undefined {
  const code = f.code ?? 40058;
  if (!Array.isArray(value)) return { code: 40058, field: at, why: 'is not a list' };
  if (f.max !== undefined && value.length > f.max) {
    return { code, field: at, why: `has ${value.length} entries, ${f.max} are allowed` };
  }
  if (f.min !== undefined && value.length < f.min) {
    return { code, field: at, why: `has ${value.length} entries, ${f.min} are needed` };
  }
  for (const [n, one] of value.entries()) {
    const fault = checkOne(f.item, one, `${at}[${n}]`);
    if (fault) return fault;
  }
  return undefined;
}
