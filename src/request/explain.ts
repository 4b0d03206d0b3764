/** What to say of a query's cost: `plan` what it could be, without running it; `trace` what it was. */
export type Explain = 'plan' | 'trace';

/** The request header that asks for it, in lower case. */
export const EXPLAIN_HEADER = 'switchboard-explain';

/** What the header asks for; null without one, undefined for a word that means nothing. */
export function parseExplainHeader(header: string | undefined): Explain | null | undefined {
  const word = header?.trim().toLowerCase();
  if (!word) return null;
  return word === 'plan' || word === 'trace' ? word : undefined;
}
