/** Longer values would hide the message. */
const MAX_SHOWN_LENGTH = 80;

/** Appends the offending value to a message about a setting that is no secret, if it is one short printable text or number. */
export function withValue(message: string, value: unknown): string {
  if (!['string', 'number', 'boolean'].includes(typeof value)) return message;
  const text = String(value);
  const isShown = text.length > 0 && text.length <= MAX_SHOWN_LENGTH && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text);
  return isShown ? `${message}: ${text}` : message;
}

/** Like `withValue`, for a URL: one with a user name, a password or a query may contain a secret. */
export function withUrl(message: string, url: unknown): string {
  return /[@?]/.test(String(url)) ? message : withValue(message, url);
}

/** The error of a Zod check, with the offending value. */
export function naming(message: string): { readonly error: (issue: { readonly input?: unknown }) => string } {
  return { error: ({ input }) => withValue(message, input) };
}
