import type { FieldNode } from 'graphql';
import type { UsagePart } from '../../domain/usage-stats.ts';
import { type ExecutionScope, selectedFieldNames } from './selection.ts';

/** The fields of UsageInterval that only one of the two endpoints can fill; `start` and `end` come with either. */
const PART_BY_FIELD: Readonly<Record<string, UsagePart>> = {
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

const INTERVAL_FIELDS = ['current', 'previous', 'buckets'];

/** Fields that need a call, whatever is asked of the intervals. */
const FIELDS_THAT_NEED_A_CALL = [...INTERVAL_FIELDS, 'complete', 'sources'];

/** Which endpoints the fields selected below `usageStats` need. */
export function selectedUsageParts(scope: ExecutionScope, fieldNodes: readonly FieldNode[]): ReadonlySet<UsagePart> {
  const names = selectedFieldNames(scope, fieldNodes);
  const parts = new Set(
    INTERVAL_FIELDS.flatMap((interval) => [...(names.get(interval) ?? [])]).flatMap(
      (name) => PART_BY_FIELD[name] ?? [],
    ),
  );
  // Spans alone are worth one call, and the reports on sources are about what a plain question would ask.
  return parts.size === 0 && FIELDS_THAT_NEED_A_CALL.some((name) => names.has(name)) ? new Set(['usage']) : parts;
}
