import { SECOND } from '../domain/time.ts';

/** The shortest pace that a response suggests to a client that polls. */
const MIN_MAX_AGE_SECONDS = 1;

/** Returns the Cache-Control header of a response whose shortest-lived part has `msLeft`; null: it has none that expires. */
export function formatCacheControl(msLeft: number | null): string {
  const seconds = msLeft === null ? 0 : Math.ceil(msLeft / SECOND);
  return `private, max-age=${Math.max(MIN_MAX_AGE_SECONDS, seconds)}`;
}
