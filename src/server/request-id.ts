import { randomUUID } from 'node:crypto';

/** The client's own id for its request if it is one that can safely be logged and sent back; else a new one. */
export function resolveRequestId(header: string | readonly string[] | undefined): string {
  return typeof header === 'string' && /^[A-Za-z0-9][A-Za-z0-9._:/+=-]{0,127}$/.test(header) ? header : randomUUID();
}
