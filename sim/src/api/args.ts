// The fields of a checked request, read by their kinds. A field that is absent reads as its
// default; the table has made sure of everything else.

export class Args {
  readonly raw: Record<string, unknown>;

  constructor(raw: Record<string, unknown>) {
    this.raw = raw;
  }

  /** The fields without some of them. */
  without(...names: string[]): Record<string, unknown> {
    return Object.fromEntries(Object.entries(this.raw).filter(([k]) => !names.includes(k)));
  }

  has(name: string): boolean {
    return this.raw[name] !== undefined && this.raw[name] !== null;
  }

  /** Text without the blanks around it, as ids are compared. */
  text(name: string, otherwise = ''): string {
    const v = this.raw[name];
    return typeof v === 'string' ? v.trim() : otherwise;
  }

  int(name: string, otherwise = 0): number {
    const v = this.raw[name];
    return typeof v === 'number' ? v : otherwise;
  }

  bool(name: string, otherwise = false): boolean {
    const v = this.raw[name];
    return typeof v === 'boolean' ? v : otherwise;
  }

  texts(name: string): string[] {
    const v = this.raw[name];
    return Array.isArray(v) ? v.filter((x) => typeof x === 'string') : [];
  }

  ints(name: string): number[] {
    const v = this.raw[name];
    return Array.isArray(v) ? v.filter((x) => typeof x === 'number') : [];
  }

  shape(name: string): Args {
    const v = this.raw[name];
    return new Args(typeof v === 'object' && v !== null ? { ...v } : {});
  }

  shapes(name: string): Args[] {
    const v = this.raw[name];
    return Array.isArray(v) ? v.map((x) => new Args({ ...x })) : [];
  }
}
