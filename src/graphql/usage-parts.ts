import type { FieldNode } from 'graphql';
import type { UsagePart } from '../domain/usage.ts';
import { type Document, selectedNames } from './selection.ts';

/** The fields of UsageInterval that only one of the two endpoints can fill; `start` and `end` come with either. */
const PARTS: Readonly<Record<string, UsagePart>> = {
  sessionCount: 'usage',
  messagesCount: 'usage',
  unhandledMessagesCount: 'usage',
  successfulResponsesCount: 'usage',
  ambiguousMessagesCount: 'usage',
  mismatchedAmbiguousMessagesCount: 'usage',
  successRate: 'usage',
  usersCount: 'interventions',
  interventionsCount: 'interventions',
};

const INTERVALS = ['current', 'previous', 'buckets'];

/** Fields that need a call, whatever is asked of the intervals. */
const ASKING = [...INTERVALS, 'complete', 'sources'];

/** Which endpoints the fields selected below `usageStats` need. */
export function usageParts(document: Document, fieldNodes: readonly FieldNode[]): ReadonlySet<UsagePart> {
  const names = selectedNames(document, fieldNodes);
  const parts = new Set(
    INTERVALS.flatMap((interval) => [...(names.get(interval) ?? [])]).flatMap((name) => PARTS[name] ?? []),
  );
  // Spans alone are worth one call, and the reports on sources are about what a plain question would ask.
  return parts.size === 0 && ASKING.some((name) => names.has(name)) ? new Set(['usage']) : parts;
}
