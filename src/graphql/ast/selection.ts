import {
  type FieldNode,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  type GraphQLResolveInfo,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  getDirectiveValues,
} from 'graphql';

/** What a document's selections mean something in. */
export type ExecutionScope = Pick<GraphQLResolveInfo, 'fragments' | 'variableValues'>;

/**
 * The fields of one level by the names that they have in the answer, as they will run: through fragments (each entered once,
 * or fragments that double each other would never end), without what @skip and @include leave out. `applies` says whether
 * a fragment on that type counts.
 */
export function collectFields(
  { fragments, variableValues }: ExecutionScope,
  selectionSets: readonly SelectionSetNode[],
  appliesToType: (type: string) => boolean = () => true,
): ReadonlyMap<string, readonly FieldNode[]> {
  const fields = new Map<string, FieldNode[]>();
  const visitedFragments = new Set<string>();

  const isExcluded = (node: SelectionNode): boolean =>
    getDirectiveValues(GraphQLSkipDirective, node, variableValues)?.if === true ||
    getDirectiveValues(GraphQLIncludeDirective, node, variableValues)?.if === false;

  function visit(selectionSet: SelectionSetNode): void {
    for (const node of selectionSet.selections) {
      if (isExcluded(node)) continue;
      if (node.kind === Kind.FIELD) {
        const responseName = node.alias?.value ?? node.name.value;
        const fieldNodes = fields.get(responseName);
        if (fieldNodes) fieldNodes.push(node);
        else fields.set(responseName, [node]);
      } else if (node.kind === Kind.INLINE_FRAGMENT) {
        if (!node.typeCondition || appliesToType(node.typeCondition.name.value)) visit(node.selectionSet);
      } else if (!visitedFragments.has(node.name.value)) {
        visitedFragments.add(node.name.value);
        const fragment = fragments[node.name.value];
        if (fragment && appliesToType(fragment.typeCondition.name.value)) visit(fragment.selectionSet);
      }
    }
  }

  selectionSets.forEach(visit);
  return fields;
}

/** The names of the fields selected below a field, without aliases, and of those below these, as they will run. */
export function selectedFieldNames(
  scope: ExecutionScope,
  fieldNodes: readonly FieldNode[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const names = new Map<string, Set<string>>();
  for (const nodes of collectFields(scope, selectionSetsOf(fieldNodes)).values()) {
    const name = fieldNameOf(nodes);
    const subfieldNames = names.get(name) ?? new Set();
    for (const subfieldNodes of collectFields(scope, selectionSetsOf(nodes)).values())
      subfieldNames.add(fieldNameOf(subfieldNodes));
    names.set(name, subfieldNames);
  }
  return names;
}

function fieldNameOf(nodes: readonly FieldNode[]): string {
  return nodes[0]?.name.value ?? '';
}

/** What is selected below all of these. */
export function selectionSetsOf(nodes: readonly FieldNode[]): readonly SelectionSetNode[] {
  return nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
}
