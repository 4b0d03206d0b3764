const LONGEST = 86_400;

/**
 * Seconds to wait by a Retry-After header (RFC 9110, section 10.2.3: seconds or an HTTP date), between 0 and a day; null
 * when there is none that can be read.
 */
export function retryAfterSeconds(header: string | readonly string[] | undefined, now: number): number | null {
  const text = (typeof header === 'string' ? header : header?.[0])?.trim();
  if (!text) return null;
  if (/^\d+$/.test(text)) return Math.min(Number(text), LONGEST);
  if (!/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.min(Math.max(0, Math.ceil((at - now) / 1000)), LONGEST);
}
