import type { EncodableBody } from './response-cache/encodable-body.ts';

/** The complete answer to a request. */
export interface GraphqlAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: EncodableBody;
}
