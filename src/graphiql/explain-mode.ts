/** Whether a query is sent with `Switchboard-Explain`: `plan` estimates its cost and does not run it, `trace` lists what it cost. */
export const EXPLAIN_MODES = ['off', 'plan', 'trace'] as const;
export type ExplainMode = (typeof EXPLAIN_MODES)[number];
