import { getOperationAST, getVariableValues, type GraphQLSchema, OperationTypeNode, parse } from 'graphql';
import type { Limits } from '../config/settings.ts';
import type { WarmEntry, WarmPart } from '../config/warm.ts';
import type { Instant } from '../domain/clock.ts';
import { resolveRelativeTimes } from '../domain/relative-time.ts';
import { checkDocuments } from './check-documents.ts';
import type { DocumentLimits } from './limits/document-limits.ts';

export interface WarmIssue {
  readonly path: readonly ['warm', number, WarmPart];
  readonly message: string;
}

/** Finds the entries whose document is no query of this schema, or whose variables do not suit it. */
export function checkWarmEntries(
  entries: readonly WarmEntry[],
  schema: GraphQLSchema,
  limits: DocumentLimits & Pick<Limits, 'maxTokens'>,
  now: Instant,
): readonly WarmIssue[] {
  return entries.flatMap((entry, index): readonly WarmIssue[] => {
    const { invalid } = checkDocuments(new Map([['', entry.text]]), schema, limits);
    const [problem] = invalid;
    if (problem) return [{ path: ['warm', index, 'document'], message: `is not a valid query: ${problem.problem}` }];
    const operation = getOperationAST(parse(entry.text));
    if (operation?.operation !== OperationTypeNode.QUERY)
      return [{ path: ['warm', index, 'document'], message: 'must have one operation, which is a query' }];
    const variables = resolveRelativeTimes(entry.variables, now, entry.timeZone) as Readonly<Record<string, unknown>>;
    const { errors = [] } = getVariableValues(schema, operation.variableDefinitions ?? [], variables, {
      maxErrors: 10,
    });
    return errors.map(({ message }) => ({ path: ['warm', index, 'variables'], message }));
  });
}
