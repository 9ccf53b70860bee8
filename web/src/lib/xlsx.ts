/**
 * A small table as a spreadsheet, made in the browser: what a chart shows is there already. One sheet; texts are
 * texts, so that no cell is ever taken for a formula.
 */
export interface SheetColumn {
  title: string;
  kind: 'text' | 'number' | 'percent' | 'money';
}

const styles = { text: 0, number: 0, percent: 1, money: 2 } as const;

export function xlsx(columns: SheetColumn[], rows: (string | number | null)[][]): Blob {
  const head = columns.map(({ title }) => title);
  const lines = [head, ...rows].map(
    (row, y) => `<row r="${y + 1}">${row.map((value, x) => cell(value, x, y, columns[x])).join('')}</row>`,
  );
  const sheet = `${xml}<worksheet xmlns="${main}"><sheetData>${lines.join('')}</sheetData></worksheet>`;
  const zip = zipped([...parts, ['xl/worksheets/sheet1.xml', sheet]]);
  return new Blob([zip], { type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' });
}

const xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const packaged = 'http://schemas.openxmlformats.org/package/2006';
const type = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

const parts: [string, string][] = [
  [
    '[Content_Types].xml',
    `${xml}<Types xmlns="${packaged}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="${type}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${type}.styles+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${type}.worksheet+xml"/></Types>`,
  ],
  [
    '_rels/.rels',
    `${xml}<Relationships xmlns="${packaged}/relationships"><Relationship Id="r1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  ],
  [
    'xl/workbook.xml',
    `${xml}<workbook xmlns="${main}" xmlns:r="${office}"><sheets><sheet name="Koi" sheetId="1" r:id="r1"/></sheets></workbook>`,
  ],
  [
    'xl/_rels/workbook.xml.rels',
    `${xml}<Relationships xmlns="${packaged}/relationships"><Relationship Id="r1" Type="${office}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="${office}/styles" Target="styles.xml"/></Relationships>`,
  ],
  [
    'xl/styles.xml',
    `${xml}<styleSheet xmlns="${main}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="3">${[0, 10, 4].map((format) => `<xf numFmtId="${format}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>`).join('')}</cellXfs></styleSheet>`,
  ],
];

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

function cell(value: string | number | null, x: number, y: number, column?: SheetColumn): string {
  const at = `${letters(x)}${y + 1}`;
  if (value === null) return '';
  if (typeof value === 'number') {
    return `<c r="${at}" s="${styles[column?.kind ?? 'number']}"><v>${value}</v></c>`;
  }
  // Control characters are not allowed in XML at all.
  const text = [...value].filter((letter) => letter >= ' ' || letter === '\n').join('');
  const safe = text.replace(/[&<>]/g, (letter) => escapes[letter] ?? '');
  return `<c r="${at}" t="inlineStr"><is><t xml:space="preserve">${safe}</t></is></c>`;
}

const letters = (x: number): string =>
  (x >= 26 ? letters(Math.floor(x / 26) - 1) : '') + String.fromCharCode(65 + (x % 26));

/* ---- a zip whose files are stored as they are ---- */

const table = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  return c;
});

function crc(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of bytes) c = (table[(c ^ byte) & 0xff] ?? 0) ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

/** Little-endian numbers, each with its width in bytes. */
function packed(fields: [number, 2 | 4][]): Uint8Array {
  const out = new DataView(new ArrayBuffer(fields.reduce((n, [, width]) => n + width, 0)));
  let at = 0;
  for (const [value, width] of fields) {
    if (width === 2) out.setUint16(at, value, true);
    else out.setUint32(at, value, true);
    at += width;
  }
  return new Uint8Array(out.buffer);
}

const day1980 = 0x21;

function zipped(files: [string, string][]): Uint8Array<ArrayBuffer> {
  const encode = new TextEncoder();
  const body: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const [path, text] of files) {
    const name = encode.encode(path);
    const bytes = encode.encode(text);
    const about: [number, 2 | 4][] = [[0x0800, 2], [0, 2], [0, 2], [day1980, 2], [crc(bytes), 4], [bytes.length, 4], [bytes.length, 4], [name.length, 2], [0, 2]]; // prettier-ignore
    const local = packed([[0x04034b50, 4], [20, 2], ...about]);
    directory.push(packed([[0x02014b50, 4], [20, 2], [20, 2], ...about, [0, 2], [0, 2], [0, 2], [0, 4], [at, 4]]), name); // prettier-ignore
    body.push(local, name, bytes);
    at += local.length + name.length + bytes.length;
  }
  const length = directory.reduce((n, piece) => n + piece.length, 0);
  const end = packed([[0x06054b50, 4], [0, 2], [0, 2], [files.length, 2], [files.length, 2], [length, 4], [at, 4], [0, 2]]); // prettier-ignore
  const out = new Uint8Array(at + length + end.length);
  let to = 0;
  for (const piece of [...body, ...directory, end]) {
    out.set(piece, to);
    to += piece.length;
  }
  return out;
}
