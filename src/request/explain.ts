/** How a query's cost is explained: `plan` is the estimate without running it, `trace` the actual calls. */
export type Explain = 'plan' | 'trace';

/** The request header that selects the explanation, in lower case. */
export const EXPLAIN_HEADER = 'switchboard-explain';

/** The explanation that the header selects; null without the header, undefined for an unknown value. */
export function parseExplainHeader(header: string | undefined): Explain | null | undefined {
  const value = header?.trim().toLowerCase();
  if (!value) return null;
  return value === 'plan' || value === 'trace' ? value : undefined;
}
