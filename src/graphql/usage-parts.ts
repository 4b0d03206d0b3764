import type { FieldNode } from 'graphql';
import type { UsagePart } from '../domain/usage.ts';
import { type Document, selectedPaths } from './selection.ts';

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

/** Which endpoints the fields selected below `usageStats` need. */
export function usageParts(document: Document, fieldNodes: readonly FieldNode[]): ReadonlySet<UsagePart> {
  const paths = selectedPaths(document, fieldNodes);
  const intervals = paths.filter((path) => /^(current|previous|buckets)\./.test(path));
  const parts = new Set(intervals.flatMap((path) => PARTS[path.split('.')[1] ?? ''] ?? []));
  // Spans alone are worth one call, and the reports on sources are about what a plain question would ask.
  const wantsSomething = paths.some((path) => /^(current|previous|buckets|complete|sources)\b/.test(path));
  return parts.size === 0 && wantsSomething ? new Set(['usage']) : parts;
}
