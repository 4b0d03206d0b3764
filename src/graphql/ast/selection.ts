import {
  type FieldNode,
  getDirectiveValues,
  GraphQLIncludeDirective,
  type GraphQLResolveInfo,
  GraphQLSkipDirective,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** The nodes of one response name. */
export type FieldNodes = readonly [FieldNode, ...FieldNode[]];

/** What is needed to interpret a document's selections: its fragments and variables. */
export type ExecutionScope = Pick<GraphQLResolveInfo, 'fragments' | 'variableValues'>;

/**
 * Collects the fields of one level by response name as they will execute: through fragments, without what @skip and @include
 * exclude. Each fragment is entered once; fragments that double each other would otherwise take exponential time.
 * `appliesToType` decides whether a fragment on a type counts.
 */
export function collectFields(
  { fragments, variableValues }: ExecutionScope,
  selectionSets: readonly SelectionSetNode[],
  appliesToType: (type: string) => boolean = () => true,
): ReadonlyMap<string, FieldNodes> {
  const fields = new Map<string, [FieldNode, ...FieldNode[]]>();
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

/** Returns the names (not aliases) of the fields selected below a field, each with the names of the fields below it. */
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

function fieldNameOf([{ name }]: FieldNodes): string {
  return name.value;
}

/** Returns the selection sets of all these field nodes. */
export function selectionSetsOf(nodes: readonly FieldNode[]): readonly SelectionSetNode[] {
  return nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
}
