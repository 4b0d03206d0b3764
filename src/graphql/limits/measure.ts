import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** How big an operation is with every fragment written out; what @skip and @include leave out counts all the same. */
export interface Size {
  /** Levels of fields, without those below `__schema` and `__type`, which graphql-js limits by a rule of its own. */
  readonly depth: number;
  readonly fields: number;
  /** Fields on the first level. */
  readonly rootFields: number;
  readonly aliases: number;
  readonly directives: number;
}

const NOTHING: Size = { depth: 0, fields: 0, rootFields: 0, aliases: 0, directives: 0 };

/** The size of each operation of a document. */
export function measureOperations(document: DocumentNode): readonly Size[] {
  const sizeOf = createMeasure(document);
  return document.definitions.flatMap((definition) => {
    if (definition.kind !== Kind.OPERATION_DEFINITION) return [];
    return [sizeOf(definition.selectionSet)];
  });
}

/** Each fragment is measured once, so that fragments which double each other cost nothing to count. */
function createMeasure(document: DocumentNode): (selectionSet: SelectionSetNode | undefined) => Size {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const known = new Map<string, Size>();

  const ofSet = (selectionSet: SelectionSetNode | undefined): Size =>
    (selectionSet?.selections ?? []).map(ofSelection).reduce(add, NOTHING);

  function ofSelection(node: SelectionNode): Size {
    const directives = node.directives?.length ?? 0;
    if (node.kind === Kind.FRAGMENT_SPREAD) return add(ofFragment(node.name.value), { ...NOTHING, directives });
    const inner = ofSet(node.selectionSet);
    if (node.kind === Kind.INLINE_FRAGMENT) return add(inner, { ...NOTHING, directives });
    const isIntrospection = node.name.value === '__schema' || node.name.value === '__type';
    return {
      depth: 1 + (isIntrospection ? 0 : inner.depth),
      fields: 1 + inner.fields,
      rootFields: 1,
      aliases: inner.aliases + (node.alias ? 1 : 0),
      directives: inner.directives + directives,
    };
  }

  function ofFragment(name: string): Size {
    const size = known.get(name);
    if (size) return size;
    // A fragment that contains itself, which validation refuses, counts once.
    known.set(name, NOTHING);
    const measured = ofSet(fragments.get(name)?.selectionSet);
    known.set(name, measured);
    return measured;
  }

  return ofSet;
}

function add(one: Size, other: Size): Size {
  return {
    depth: Math.max(one.depth, other.depth),
    fields: one.fields + other.fields,
    rootFields: one.rootFields + other.rootFields,
    aliases: one.aliases + other.aliases,
    directives: one.directives + other.directives,
  };
}
