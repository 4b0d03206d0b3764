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
        const same = fields.get(name);
        if (same) same.push(node);
        else fields.set(name, [node]);
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

/** The names of the fields selected below a field, without aliases, and of those below these, as they will run. */
export function selectedNames(
  document: Document,
  fieldNodes: readonly FieldNode[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const names = new Map<string, Set<string>>();
  for (const same of collectFields(document, selectionsOf(fieldNodes)).values()) {
    const name = nameOf(same);
    const below = names.get(name) ?? new Set();
    for (const inner of collectFields(document, selectionsOf(same)).values()) below.add(nameOf(inner));
    names.set(name, below);
  }
  return names;
}

function nameOf(same: readonly FieldNode[]): string {
  return same[0]?.name.value ?? '';
}

/** What is selected below all of these. */
export function selectionsOf(nodes: readonly FieldNode[]): readonly SelectionSetNode[] {
  return nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
}
