/** An error of a GraphQL response, with the extensions that Switchboard sets. */
export interface GraphqlError {
  readonly message: string;
  /** The field that is null because of it; absent where the whole request failed. */
  readonly path?: readonly (string | number)[];
  readonly extensions?: GraphqlErrorExtensions;
}

export interface GraphqlErrorExtensions {
  /** Such as VENDOR_UNAVAILABLE, BAD_USER_INPUT or QUERY_TOO_COMPLEX. */
  readonly code?: string;
  /** The vendor account that failed. */
  readonly account?: string;
  readonly vendor?: string;
  /** Whether the same request can succeed later. */
  readonly retryable?: boolean;
  readonly retryAfterSeconds?: number;
  readonly reason?: string;
}
