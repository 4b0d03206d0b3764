import type { Limit } from '../observability/labels.ts';

interface Extras {
  readonly headers?: Readonly<Record<string, string>>;
  /** The limit that the request exceeded. */
  readonly limit?: Limit;
}

/** Why a request is not served: an HTTP status, a code as in GraphQL's `extensions.code`, and a sentence for the caller. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly limit: Limit | null;

  constructor(status: number, code: string, message: string, { headers = {}, limit }: Extras = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
    this.limit = limit ?? null;
  }
}

/** The body of every answer that is an error, of whatever route. */
export function errorBody(code: string, message: string): string {
  return `${JSON.stringify({ errors: [{ message, extensions: { code } }] })}\n`;
}
