/**
 * A spreadsheet of one sheet, written here: the tables beside charts are small, and the npm packages that
 * write XLSX carry open security reports. The parts are stored in the zip without compression. Text is always
 * an inline string, so nothing in a cell is ever taken for a formula.
 */
export type Cell = string | number | null;

const xmlHead = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const pack = 'http://schemas.openxmlformats.org/package/2006';
const type = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

export function makeXlsx(rows: Cell[][]): Blob {
  const parts: [string, string][] = [
    [
      '[Content_Types].xml',
      `<Types xmlns="${pack}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${type}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${type}.worksheet+xml"/></Types>`,
    ],
    [
      '_rels/.rels',
      `<Relationships xmlns="${pack}/relationships"><Relationship Id="r1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    ],
    [
      'xl/workbook.xml',
      `<workbook xmlns="${main}" xmlns:r="${office}"><sheets><sheet name="Koi" sheetId="1" r:id="r1"/></sheets></workbook>`,
    ],
    [
      'xl/_rels/workbook.xml.rels',
      `<Relationships xmlns="${pack}/relationships"><Relationship Id="r1" Type="${office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
    ],
    ['xl/worksheets/sheet1.xml', sheet(rows)],
  ];
  return new Blob([zip(parts.map(([name, text]) => ({ name, text: xmlHead + text })))], {
    type: `${type}.sheet`,
  });
}

function sheet(rows: Cell[][]): string {
  const cell = (value: Cell) => {
    if (value === null) return '<c/>';
    if (typeof value === 'number') return `<c><v>${value}</v></c>`;
    return `<c t="inlineStr"><is><t xml:space="preserve">${escapeXml(value)}</t></is></c>`;
  };
  const body = rows.map((row) => `<row>${row.map(cell).join('')}</row>`).join('');
  return `<worksheet xmlns="${main}"><sheetData>${body}</sheetData></worksheet>`;
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** XML 1.0 has no way to write most control characters: they are left out. */
export function escapeXml(text: string): string {
  const writable = [...text].filter((letter) => letter >= ' ' || letter === '\n' || letter === '\t');
  return writable.join('').replace(/[&<>"\ufffe\uffff]/g, (letter) => entities[letter] ?? '');
}

/** A zip of stored parts: local headers, directory, end. */
function zip(parts: { name: string; text: string }[]): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const chunks: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const { name, text } of parts) {
    const bytes = encoder.encode(text);
    const title = encoder.encode(name);
    const common = [20, 0, 0, 0, 0x21, crc32(bytes), bytes.length, bytes.length, title.length, 0] as const;
    const [version, flags, method, time, day, crc, packed, size, nameLength, extra] = common;
    const sizes: [number, 2 | 4][] = [
      [version, 2], [flags, 2], [method, 2], [time, 2], [day, 2], [crc, 4], [packed, 4], [size, 4], [nameLength, 2], [extra, 2],
    ]; // prettier-ignore
    const local = join([little([[0x04034b50, 4], ...sizes]), title, bytes]);
    directory.push(
      little([[0x02014b50, 4], [20, 2], ...sizes, [0, 2], [0, 2], [0, 2], [0, 4], [offset, 4]]),
      title,
    );
    chunks.push(local);
    offset += local.length;
  }
  const central = join(directory);
  const end = little([
    [0x06054b50, 4], [0, 2], [0, 2], [parts.length, 2], [parts.length, 2], [central.length, 4], [offset, 4], [0, 2],
  ]); // prettier-ignore
  return join([...chunks, central, end]);
}

function little(values: [number, 2 | 4][]): Uint8Array {
  const bytes: number[] = [];
  for (const [value, width] of values) {
    for (let i = 0; i < width; i++) bytes.push((value >>> (8 * i)) & 0xff);
  }
  return Uint8Array.from(bytes);
}

function join(chunks: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
