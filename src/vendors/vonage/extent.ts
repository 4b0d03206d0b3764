import type { DataExtent } from '../../cache/purge-rule.ts';

/** What a cached value holds: the latest interactions of one agent, whenever they were. */
export function extentOf(_endpoint: string, [ref]: readonly unknown[]): DataExtent {
  return { agent: String(ref), during: null };
}
