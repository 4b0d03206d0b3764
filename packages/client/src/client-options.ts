/** How a client reaches its gateway. */
export interface ClientOptions {
  /** The gateway's endpoint, such as https://switchboard.example.com/graphql. */
  readonly url: string | URL;
  /** An API key or a JWT, or what returns the current one; absent: the gateway needs none. */
  readonly token?: string | (() => string | Promise<string>);
  /** Absent: that of the platform. */
  readonly fetch?: typeof globalThis.fetch;
  /**
   * Whether documents are sent by their ids, where they have one, instead of as texts: for a gateway that has them as trusted documents.
   * @default false
   */
  readonly documentIds?: boolean;
  /** How often `query` sends a request again that failed for a moment. @default 2 */
  readonly maxRetries?: number;
  /**
   * After which silence a stream counts as dead and is opened again. The gateway sends a sign of life about every 12 seconds.
   * @default 36
   */
  readonly maxSilenceSeconds?: number;
}
