import {
  type DocumentNode,
  type FragmentDefinitionNode,
  getArgumentValues,
  getVariableValues,
  type GraphQLError,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { conditionVariables } from './condition-variables.ts';
import { type SelectedField, type Selection, toSelectedField, toSelection } from './selected-field.ts';
import { collectFields, type ExecutionScope, selectionSetsOf } from './selection.ts';

type ArgumentValues = Readonly<Record<string, unknown>>;

/** An operation ready to execute: with its fragments, its coerced variables, and what it selects. */
export interface PreparedOperation extends ExecutionScope {
  readonly schema: GraphQLSchema;
  readonly definition: OperationDefinitionNode;
  /** The fields on the first level; null where the schema has no such operations. */
  readonly rootSelection: () => Selection | null;
  /** The fields selected below a field, on objects of one type. */
  readonly selectionOn: (field: SelectedField, type: GraphQLObjectType) => Selection;
  /** The arguments of a field, without the defaults for null: the same object for every parent. Throws GraphQLError. */
  readonly argumentsOf: (field: SelectedField) => ArgumentValues;
}

/** Without an operation, the errors say which variables are invalid: it is then not executed. */
export type Preparation =
  | { readonly operation: PreparedOperation; readonly errors: null }
  | { readonly operation: null; readonly errors: readonly GraphQLError[] };

export interface OperationRequest {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly definition: OperationDefinitionNode;
  readonly variables?: ArgumentValues | undefined;
}

export type PrepareOperation = (request: OperationRequest) => Preparation;

/** As many as graphql-js reports by default. */
const MAX_VARIABLE_ERRORS = 50;

/** How many selections an operation keeps: each value of the variables in @skip and @include may select other fields. */
const MAX_SELECTIONS = 16;

/** What is known of an operation, whatever the variables of its requests are. */
interface OperationFacts {
  readonly fragments: Record<string, FragmentDefinitionNode>;
  readonly conditionVariables: readonly string[];
  /** By the values of the variables in conditions. */
  readonly rootSelections: Map<string, Selection>;
}

/**
 * Creates a function that prepares operations. What does not depend on the variables is kept in the document, and not in a weak map: V8
 * keeps what one refers to until the next major garbage collection, also where the document never comes back.
 */
export function createOperationPreparer(): PrepareOperation {
  const operationFacts = Symbol('operation facts');

  function factsOf({ document, definition }: OperationRequest): OperationFacts {
    const keeper: { [operationFacts]?: OperationFacts } = definition as object;
    let facts = keeper[operationFacts];
    if (!facts) {
      const fragments = fragmentsOf(document);
      facts = { fragments, conditionVariables: conditionVariables(document), rootSelections: new Map() };
      keeper[operationFacts] = facts;
    }
    return facts;
  }

  return (request) => {
    const { schema, definition, variables = {} } = request;
    const { coerced, errors } = getVariableValues(schema, definition.variableDefinitions ?? [], variables, {
      maxErrors: MAX_VARIABLE_ERRORS,
    });
    if (errors) return { operation: null, errors };
    return { operation: createOperation(schema, definition, factsOf(request), coerced), errors: null };
  };
}

function fragmentsOf({ definitions }: DocumentNode): Record<string, FragmentDefinitionNode> {
  // Without a prototype: a fragment may have any name.
  const fragments = Object.create(null) as Record<string, FragmentDefinitionNode>;
  for (const definition of definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition;
  return fragments;
}

function createOperation(
  schema: GraphQLSchema,
  definition: OperationDefinitionNode,
  facts: OperationFacts,
  variableValues: Record<string, unknown>,
): PreparedOperation {
  const { fragments, rootSelections } = facts;
  const argumentValues = new Map<SelectedField, ArgumentValues>();

  function collect(type: GraphQLObjectType, selectionSets: readonly SelectionSetNode[]): Selection {
    const appliesToType = (typeName: string): boolean => {
      const condition = schema.getType(typeName);
      return condition === type || (isAbstractType(condition) && schema.isSubType(condition, type));
    };
    const nodesByName = collectFields({ fragments, variableValues }, selectionSets, appliesToType);
    const fields = [...nodesByName.values()].flatMap((nodes) => toSelectedField(schema, type, nodes) ?? []);
    return toSelection(type, fields);
  }

  return {
    schema,
    definition,
    fragments,
    variableValues,
    rootSelection() {
      const type = schema.getRootType(definition.operation);
      if (!type) return null;
      const variant = JSON.stringify(facts.conditionVariables.map((name) => variableValues[name]));
      let selection = rootSelections.get(variant);
      if (!selection) {
        selection = collect(type, [definition.selectionSet]);
        if (rootSelections.size >= MAX_SELECTIONS) rootSelections.clear();
        rootSelections.set(variant, selection);
      }
      return selection;
    },
    selectionOn(field, type) {
      let selection = field.selections.get(type);
      if (!selection) field.selections.set(type, (selection = collect(type, selectionSetsOf(field.nodes))));
      return selection;
    },
    argumentsOf(field) {
      let values = argumentValues.get(field);
      if (!values) {
        values = getArgumentValues(field.definition, field.nodes[0], variableValues);
        argumentValues.set(field, values);
      }
      return values;
    },
  };
}
