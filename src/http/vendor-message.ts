const MAX_MESSAGE_LENGTH = 200;

/** No known error format nests deeper. Without a bound, a body of nested brackets would exhaust the stack. */
const MAX_DEPTH = 4;

/**
 * Extracts the message of a vendor's error body, safe to show to a caller: short plain text from a field that is known to
 * hold one; null when there is none. HTML and anything else is dropped. Covers every error format that the four vendors are
 * known to use: `message`, `error` (text or object), `error_description`, `errors[].msg`, `errors[].message`, `title`,
 * `detail`, `reason`.
 */
export function extractVendorMessage(body: Buffer): string | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
  return extractMessageOf(parsed);
}

/** Like `extractVendorMessage`, for a body that is parsed already. */
export function extractMessageOf(parsed: unknown): string | null {
  const message = findMessage(parsed, MAX_DEPTH);
  return message === null ? null : sanitize(message);
}

function findMessage(body: unknown, depth: number): string | null {
  if (typeof body === 'string') return body;
  if (typeof body !== 'object' || body === null || depth === 0) return null;
  if (Array.isArray(body)) return findMessage(body[0], depth - 1);
  const fields = body as Record<string, unknown>;
  for (const name of ['message', 'msg', 'detail', 'error_description', 'errors', 'title', 'error', 'reason']) {
    const message = findMessage(fields[name], depth - 1);
    if (message !== null && message.trim() !== '') return message;
  }
  return null;
}

function sanitize(text: string): string | null {
  if (/<[a-z!/?]/i.test(text)) return null;
  // Replaces control characters, line breaks of any kind, and bidirectional control characters.
  const line = text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu, ' ').trim();
  if (line === '') return null;
  return (line.length > MAX_MESSAGE_LENGTH ? `${line.slice(0, MAX_MESSAGE_LENGTH - 1)}…` : line).toWellFormed();
}
