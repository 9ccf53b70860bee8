/** What went wrong, as the server says it: {"error":{code,message,field,hint,at}}. */
export interface ErrorBody {
  code: string;
  message: string;
  field?: string | null;
  hint?: string | null;
  /** Byte position in the text of `field`. */
  at?: number | null;
}

export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly field: string | null;
  readonly hint: string | null;
  readonly at: number | null;

  constructor(status: number, body: ErrorBody) {
    super(body.message);
    this.name = 'ApiError';
    this.status = status;
    this.code = body.code;
    this.field = body.field ?? null;
    this.hint = body.hint ?? null;
    this.at = body.at ?? null;
  }
}

function isErrorBody(value: unknown): value is { error: ErrorBody } {
  if (typeof value !== 'object' || value === null || !('error' in value)) return false;
  const { error } = value;
  return typeof error === 'object' && error !== null && 'code' in error && 'message' in error;
}

/** The error of a reply that is not ok; also of one that did not come from Koi (a proxy's page, say). */
export async function readError(response: { status: number; text(): Promise<string> }): Promise<ApiError> {
  try {
    const parsed: unknown = JSON.parse(await response.text());
    if (isErrorBody(parsed)) return new ApiError(response.status, parsed.error);
  } catch {
    // Not JSON: the status is all there is to say.
  }
  return new ApiError(response.status, { code: `http_${response.status}`, message: '' });
}

export function isAborted(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

/** The index in a JavaScript string of a position in its UTF-8 bytes. */
export function indexOfByte(text: string, at: number): number {
  let bytes = 0;
  let index = 0;
  for (const letter of text) {
    if (bytes >= at) return index;
    const code = letter.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    index += letter.length;
  }
  return index;
}
