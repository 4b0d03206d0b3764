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
export type Document = Pick<GraphQLResolveInfo, 'fragments' | 'variableValues'>;

/**
 * The fields of one level by the names that they have in the answer, as they will run: through fragments (each entered once,
 * or fragments that double each other would never end), without what @skip and @include leave out. `applies` says whether
 * a fragment on that type counts.
 */
export function collectFields(
  { fragments, variableValues }: Document,
  sets: readonly SelectionSetNode[],
  applies: (type: string) => boolean = () => true,
): ReadonlyMap<string, readonly FieldNode[]> {
  const fields = new Map<string, FieldNode[]>();
  const entered = new Set<string>();

  const isLeftOut = (node: SelectionNode): boolean =>
    getDirectiveValues(GraphQLSkipDirective, node, variableValues)?.if === true ||
    getDirectiveValues(GraphQLIncludeDirective, node, variableValues)?.if === false;

  function enter(set: SelectionSetNode): void {
    for (const node of set.selections) {
      if (isLeftOut(node)) continue;
      if (node.kind === Kind.FIELD) {
        const name = node.alias?.value ?? node.name.value;
        fields.set(name, [...(fields.get(name) ?? []), node]);
      } else if (node.kind === Kind.INLINE_FRAGMENT) {
        if (!node.typeCondition || applies(node.typeCondition.name.value)) enter(node.selectionSet);
      } else if (!entered.has(node.name.value)) {
        entered.add(node.name.value);
        const fragment = fragments[node.name.value];
        if (fragment && applies(fragment.typeCondition.name.value)) enter(fragment.selectionSet);
      }
    }
  }

  sets.forEach(enter);
  return fields;
}

/** The paths of field names selected below a field, dotted and without aliases, as they will run. */
export function selectedPaths(document: Document, fieldNodes: readonly FieldNode[]): readonly string[] {
  const paths = new Set<string>();

  function walk(nodes: readonly FieldNode[], prefix: string): void {
    for (const same of collectFields(document, selectionsOf(nodes)).values()) {
      const path = `${prefix}${same[0]?.name.value ?? ''}`;
      paths.add(path);
      walk(same, `${path}.`);
    }
  }

  walk(fieldNodes, '');
  return [...paths];
}

/** What is selected below all of these. */
export function selectionsOf(nodes: readonly FieldNode[]): readonly SelectionSetNode[] {
  return nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
}
