/** Longer values would hide the message. */
const MAX_SHOWN_LENGTH = 80;

/** Enclose a value in a message until `showValues`, to distinguish it from the message's own words. Unicode assigns them no character. */
const [VALUE_START, VALUE_END] = ['\uFDD0', '\uFDD1'];
const VALUE_PATTERN = new RegExp(`${VALUE_START}([^${VALUE_END}]*)${VALUE_END}`, 'g');
const HIDDEN_TEXT_PATTERN = new RegExp(`[\\p{Cc}\\p{Zl}\\p{Zp}${VALUE_START}${VALUE_END}]`, 'u');

/** Appends the offending value to a message about a setting that is no secret, if it is one short printable text or number. */
export function withValue(message: string, value: unknown): string {
  const marked = markValue(value);
  return marked === null ? message : `${message}: ${marked}`;
}

/** Appends the value that was probably meant to a message. */
export function withSuggestion(message: string, value: string | null): string {
  const marked = markValue(value);
  return marked === null ? message : `${message}; did you mean ${marked}?`;
}

/** Null for a value that is not one short printable text or number. */
function markValue(value: unknown): string | null {
  if (!['string', 'number', 'boolean'].includes(typeof value)) return null;
  const text = String(value);
  const isShown = text.length > 0 && text.length <= MAX_SHOWN_LENGTH && !HIDDEN_TEXT_PATTERN.test(text);
  return isShown ? `${VALUE_START}${text}${VALUE_END}` : null;
}

/** Like `withValue`, for a URL: one with a user name, a password, a query or a fragment may contain a secret. */
export function withUrl(message: string, url: unknown): string {
  return /[@?#]/.test(String(url)) ? message : withValue(message, url);
}

/** The error of a Zod check, with the offending value. */
export function naming(message: string): { readonly error: (issue: { readonly input?: unknown }) => string } {
  return { error: ({ input }) => withValue(message, input) };
}

/** Likewise, for a URL. */
export function namingUrl(message: string): { readonly error: (issue: { readonly input?: unknown }) => string } {
  return { error: ({ input }) => withUrl(message, input) };
}

/** Turns the message into the text for operators: each value as `show` returns it, and its own words unchanged. */
export function showValues(message: string, show: (value: string) => string = (value) => value): string {
  return message.replace(VALUE_PATTERN, (_, value: string) => show(value));
}
