import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** The size of an operation with all fragments expanded. Fields that @skip and @include exclude count as well. */
export interface OperationSize {
  /** Levels of fields, except below `__schema` and `__type`, which a rule of graphql-js limits. */
  readonly depth: number;
  readonly fields: number;
  /** Fields on the first level. */
  readonly rootFields: number;
  readonly aliases: number;
  readonly directives: number;
}

const EMPTY_SIZE: OperationSize = { depth: 0, fields: 0, rootFields: 0, aliases: 0, directives: 0 };

/** Measures each operation of a document. */
export function measureOperations(document: DocumentNode): readonly OperationSize[] {
  const measureSelectionSet = createSizeMeter(document);
  return document.definitions.flatMap((definition) => {
    if (definition.kind !== Kind.OPERATION_DEFINITION) return [];
    return [measureSelectionSet(definition.selectionSet)];
  });
}

/** Measures each fragment once, so that fragments that double each other take linear time. */
function createSizeMeter(document: DocumentNode): (selectionSet: SelectionSetNode | undefined) => OperationSize {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const sizeByFragment = new Map<string, OperationSize>();

  const measureSet = (selectionSet: SelectionSetNode | undefined): OperationSize =>
    (selectionSet?.selections ?? []).map(measureSelection).reduce(addSizes, EMPTY_SIZE);

  function measureSelection(node: SelectionNode): OperationSize {
    const directives = node.directives?.length ?? 0;
    if (node.kind === Kind.FRAGMENT_SPREAD)
      return addSizes(measureFragment(node.name.value), { ...EMPTY_SIZE, directives });
    const inner = measureSet(node.selectionSet);
    if (node.kind === Kind.INLINE_FRAGMENT) return addSizes(inner, { ...EMPTY_SIZE, directives });
    const isIntrospection = node.name.value === '__schema' || node.name.value === '__type';
    return {
      depth: 1 + (isIntrospection ? 0 : inner.depth),
      fields: 1 + inner.fields,
      rootFields: 1,
      aliases: inner.aliases + (node.alias ? 1 : 0),
      directives: inner.directives + directives,
    };
  }

  function measureFragment(name: string): OperationSize {
    const size = sizeByFragment.get(name);
    if (size) return size;
    // A fragment that contains itself, which validation rejects, counts once.
    sizeByFragment.set(name, EMPTY_SIZE);
    const measured = measureSet(fragments.get(name)?.selectionSet);
    sizeByFragment.set(name, measured);
    return measured;
  }

  return measureSet;
}

function addSizes(left: OperationSize, right: OperationSize): OperationSize {
  return {
    depth: Math.max(left.depth, right.depth),
    fields: left.fields + right.fields,
    rootFields: left.rootFields + right.rootFields,
    aliases: left.aliases + right.aliases,
    directives: left.directives + right.directives,
  };
}
