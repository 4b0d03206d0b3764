import type { RequestLimit } from './ports.ts';

interface HttpErrorOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** The limit that the request exceeded. */
  readonly limit?: RequestLimit;
}

/** Why a request is not served: an HTTP status, a code as in GraphQL's `extensions.code`, and a sentence for the caller. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly limit: RequestLimit | null;

  constructor(status: number, code: string, message: string, { headers = {}, limit }: HttpErrorOptions = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
    this.limit = limit ?? null;
  }
}

/** The body of every answer that is an error, of whatever route. */
export function formatErrorBody(code: string, message: string): string {
  return `${JSON.stringify({ errors: [{ message, extensions: { code } }] })}\n`;
}
