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

/** Fields that need a call, whichever fields of the intervals are selected. */
const FIELDS_THAT_NEED_A_CALL = [...INTERVAL_FIELDS, 'complete', 'sources'];

/** Returns the endpoints that the fields selected below `usageStats` need. */
export function selectedUsageParts(scope: ExecutionScope, fieldNodes: readonly FieldNode[]): ReadonlySet<UsagePart> {
  const names = selectedFieldNames(scope, fieldNodes);
  const parts = new Set(
    INTERVAL_FIELDS.flatMap((interval) => [...(names.get(interval) ?? [])]).flatMap(
      (name) => PART_BY_FIELD[name] ?? [],
    ),
  );
  // `start` and `end` alone need one call, and the source reports are about the default endpoint.
  return parts.size === 0 && FIELDS_THAT_NEED_A_CALL.some((name) => names.has(name)) ? new Set(['usage']) : parts;
}
