import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { crc32, escapeXml, makeXlsx } from '@/lib/xlsx';

describe('a spreadsheet', () => {
  it('is a zip that other programs read, with text as text', async () => {
    const blob = makeXlsx([
      ['月份', 'A & B'],
      ['=1+1', 12.5],
      [null, -3],
    ]);
    const file = join(mkdtempSync(join(tmpdir(), 'koi-xlsx-')), 'a.xlsx');
    writeFileSync(file, new Uint8Array(await blob.arrayBuffer()));
    const read =
      'import sys,zipfile;z=zipfile.ZipFile(sys.argv[1]);assert z.testzip() is None;print(z.read("xl/worksheets/sheet1.xml").decode())';
    const sheet = execFileSync('python3', ['-c', read, file], { encoding: 'utf8' });
    expect(sheet).toContain(
      '<c t="inlineStr"><is><t xml:space="preserve">=1+1</t></is></c><c><v>12.5</v></c>',
    );
    expect(sheet).toContain('A &amp; B');
    expect(sheet).toContain('月份');
  });

  it('drops what XML cannot hold', () => {
    expect(escapeXml('a\u0000b\u001bc\n<')).toBe('abc\n&lt;');
  });

  it('has the checksum of the zip format', () => {
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
  });
});
