import { type DocumentNode, Kind, type SelectionSetNode } from 'graphql';

/** Returns the names of the variables that decide, in @skip and @include, which fields are selected. */
export function conditionVariables(document: DocumentNode): readonly string[] {
  const names = new Set<string>();

  function visit(selectionSet: SelectionSetNode | undefined): void {
    for (const node of selectionSet?.selections ?? []) {
      for (const { value } of node.directives?.flatMap((directive) => directive.arguments ?? []) ?? [])
        if (value.kind === Kind.VARIABLE) names.add(value.name.value);
      if (node.kind !== Kind.FRAGMENT_SPREAD) visit(node.selectionSet);
    }
  }

  for (const definition of document.definitions) if ('selectionSet' in definition) visit(definition.selectionSet);
  return [...names].sort();
}
