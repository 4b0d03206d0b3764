import { createHash } from 'node:crypto';

/** An operation's name for the log: as it is if it is a short GraphQL name, else a digest; undefined without one. */
export function toOperationLabel(name: unknown): string | undefined {
  if (typeof name !== 'string' || name === '') return undefined;
  if (/^[A-Za-z_]\w{0,63}$/.test(name)) return name;
  return `sha256:${createHash('sha256').update(name).digest('hex').slice(0, 16)}`;
}
