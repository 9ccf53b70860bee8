// A form with files (RFC 7578), read by its letter. Node's own reader refuses `filelength`, which
// WeCom's documents write behind the name (90253).
import type { Upload } from './endpoint.ts';

const boundaryOf = (type: string): string => /boundary="?([^";]+)"?/.exec(type)?.[1] ?? '';

function fileOf(head: string, bytes: Buffer): Upload | undefined {
  const of = (pattern: RegExp) => pattern.exec(head)?.[1];
  const name = of(/^content-disposition: *form-data;.*[; ]name="([^"]*)"/im);
  const filename = of(/^content-disposition: *form-data;.*[; ]filename="([^"]*)"/im);
  const length = of(/^content-disposition: *form-data;.*[; ]filelength=(\d+)/im);
  if (name === undefined || filename === undefined) return undefined;
  if (length !== undefined && Number(length) !== bytes.length) return undefined;
  return { name, filename, content_type: of(/^content-type: *(.+)$/im)?.trim() ?? '', bytes };
}

/** The first file of a form, with the name of its field; undefined when it is no form. */
export function formFile(body: Buffer, type: string): Upload | undefined {
  const boundary = boundaryOf(type);
  const line = `--${boundary}\r\n`;
  if (boundary === '' || !body.subarray(0, line.length).equals(Buffer.from(line))) return undefined;
  const mark = Buffer.from(`\r\n--${boundary}`);
  for (let at = line.length; ;) {
    const behind = body.indexOf('\r\n\r\n', at);
    const end = body.indexOf(mark, behind);
    if (behind < 0 || end < 0) return undefined;
    const found = fileOf(body.toString('utf8', at, behind), body.subarray(behind + 4, end));
    if (found) return { ...found, bytes: Buffer.from(found.bytes) };
    if (body.toString('latin1', end + mark.length, end + mark.length + 2) === '--')
      return undefined;
    at = end + mark.length + 2;
  }
}
