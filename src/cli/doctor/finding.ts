/** What the doctor found about one thing that the gateway needs. No part of it contains a secret. */
export interface Finding {
  /** What it is about, mostly a path of the configuration, such as `accounts.kore-main`. */
  readonly subject: string;
  readonly outcome: 'ok' | 'warning' | 'failed' | 'skipped';
  readonly message: string;
  /** What to do about it. */
  readonly remedy?: string;
  /** Of a failed vendor call: the error's code, reason and endpoint, as in logs and metrics. */
  readonly error?: {
    readonly code: string;
    readonly reason: string | null;
    readonly status: number | null;
    readonly endpoint: string;
  };
}
