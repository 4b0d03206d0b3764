import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  OperationTypeNode,
  type SelectionSetNode,
} from 'graphql';

/**
 * Returns the error of a subscription whose only field depends on `@skip` or `@include`, which GraphQL forbids
 * (https://spec.graphql.org/September2025/#sec-Single-Root-Field). The rule of graphql-js 16 throws where the condition is a variable.
 */
export function findConditionalSubscription(document: DocumentNode): GraphQLError | null {
  const subscriptions = document.definitions
    .filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
    .filter(({ operation }) => operation === OperationTypeNode.SUBSCRIPTION);
  if (subscriptions.length === 0) return null;
  const fragments = new Map(
    document.definitions
      .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );
  const isConditional = subscriptions.some(({ selectionSet }) => hasCondition(selectionSet, fragments, new Set()));
  return isConditional ? conditionError() : null;
}

function hasCondition(
  { selections }: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  visited: Set<string>,
): boolean {
  return selections.some((selection) => {
    if (selection.directives?.some(({ name }) => name.value === 'skip' || name.value === 'include')) return true;
    if (selection.kind === Kind.INLINE_FRAGMENT) return hasCondition(selection.selectionSet, fragments, visited);
    if (selection.kind === Kind.FIELD || visited.has(selection.name.value)) return false;
    visited.add(selection.name.value);
    const fragment = fragments.get(selection.name.value);
    return fragment !== undefined && hasCondition(fragment.selectionSet, fragments, visited);
  });
}

function conditionError(): GraphQLError {
  return new GraphQLError(
    'The field of a subscription cannot have @skip or @include; put them on the fields below it.',
    {
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED', http: { status: 400 } },
    },
  );
}
