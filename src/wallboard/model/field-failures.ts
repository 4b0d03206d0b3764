import type { GraphqlError } from '../../../packages/client/src/index.ts';
import type { FieldFailure } from './board-agent.ts';

/** Finds in the errors beside a list of agents which fields could not be read, by the place of the agent in the list. */
export function findFieldFailures(errors: readonly GraphqlError[]): ReadonlyMap<number, readonly FieldFailure[]> {
  const failures = new Map<number, readonly FieldFailure[]>();
  for (const { path = [], extensions = {} } of errors) {
    const [list, nodes, index, field] = path;
    if (list !== 'agents' || nodes !== 'nodes' || typeof index !== 'number' || typeof field !== 'string') continue;
    const { account, code = 'UNEXPECTED', reason = code } = extensions;
    const trouble = account === undefined ? null : ({ account, outcome: 'FAILED', reason } as const);
    failures.set(index, [...(failures.get(index) ?? []), { field, trouble }]);
  }
  return failures;
}
