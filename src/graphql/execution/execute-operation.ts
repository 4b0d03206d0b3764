import {
  defaultTypeResolver,
  type ExecutionResult,
  type GraphQLAbstractType,
  GraphQLError,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  locatedError,
} from 'graphql';
import { inspect } from 'graphql/jsutils/inspect.js';
import { addPath, type Path, pathToArray } from 'graphql/jsutils/Path.js';
import type { MaybePromise } from '../../domain/maybe-promise.ts';
import type { PreparedOperation } from '../ast/operation.ts';
import type { Completion, LeafCompletion, SelectedField, Selection } from '../ast/selected-field.ts';
import { CollectedErrors } from './collected-errors.ts';
import { assertRuntimeType, completeLeaf, nonNullError } from './complete-value.ts';
import { isPromise, settleProperties } from './promises.ts';

type ResultObject = Record<string, unknown>;

/** An object whose properties may be functions, which are called as resolvers are. */
type Source = Readonly<Record<string, unknown>>;
type SourceMethods = Readonly<
  Record<string, (args: unknown, contextValue: unknown, info: GraphQLResolveInfo) => unknown>
>;

const NO_ARGUMENTS: Readonly<Record<string, never>> = Object.freeze({});

/**
 * Executes a query, or a subscription for one event. Returns what `execute` of graphql-js returns for it: the same data, and the same errors in the same order.
 * Never throws or rejects.
 */
export function executeOperation(operation: PreparedOperation, contextValue: unknown): MaybePromise<ExecutionResult> {
  const execution = new Execution(operation, contextValue);

  function respond(data: Record<string, unknown> | null): ExecutionResult {
    const { errors } = execution.collectedErrors;
    return errors.length === 0 ? { data } : { errors, data };
  }
  function fail(error: unknown): ExecutionResult {
    execution.collectedErrors.add(error as GraphQLError, undefined);
    return respond(null);
  }

  try {
    const data = execution.executeRoot();
    return isPromise(data) ? data.then(respond, fail) : respond(data);
  } catch (error) {
    return fail(error);
  }
}

/**
 * One execution of a query. It walks the response as graphql-js does, in the same order and with promises in the same places, so
 * that data and errors are equal. It is faster because what depends on the document alone comes prepared, and because a plain
 * property costs no path, no arguments and no `info`.
 */
class Execution {
  readonly collectedErrors = new CollectedErrors();
  readonly #operation: PreparedOperation;
  readonly #contextValue: unknown;

  constructor(operation: PreparedOperation, contextValue: unknown) {
    this.#operation = operation;
    this.#contextValue = contextValue;
  }

  executeRoot(): MaybePromise<ResultObject> {
    const selection = this.#operation.rootSelection();
    if (!selection) throw new Error('the schema has no such operations');
    return this.#executeSelection(selection, undefined, undefined);
  }

  #executeSelection(selection: Selection, source: unknown, path: Path | undefined): MaybePromise<ResultObject> {
    const results: ResultObject = { ...selection.emptyResult };
    let containsPromise = false;
    try {
      for (const field of selection.fields) {
        const { leafProperty } = field;
        const result = leafProperty
          ? this.#executeLeafProperty(field, leafProperty, source, path)
          : this.#executeField(field, source, pathOf(field, path));
        results[field.responseName] = result;
        if (isPromise(result)) containsPromise = true;
      }
    } catch (error) {
      if (!containsPromise) throw error;
      // The promises of the other fields may reject, too.
      return settleProperties(results).finally(() => {
        throw error;
      });
    }
    return containsPromise ? settleProperties(results) : results;
  }

  #executeField(field: SelectedField, source: unknown, path: Path): unknown {
    const { definition, completion } = field;
    try {
      const value: unknown = definition.resolve
        ? definition.resolve(source, this.#argumentsOf(field), this.#contextValue, this.#infoOf(field, path))
        : this.#readProperty(field, source, path.prev);
      return this.#completeOrWait(field, completion, path, value);
    } catch (error) {
      return this.#nullOrThrow(error, field, completion, path);
    }
  }

  /** Only an error needs the position of a leaf: nothing below it has a path of its own. */
  #executeLeafProperty(
    field: SelectedField,
    completion: LeafCompletion,
    source: unknown,
    parent: Path | undefined,
  ): unknown {
    try {
      const value = this.#readProperty(field, source, parent);
      const completed = isPromise(value)
        ? value.then((resolved) => completeLeaf(field, completion, resolved))
        : completeLeaf(field, completion, value);
      return isPromise(completed) ? this.#guard(completed, field, completion, pathOf(field, parent)) : completed;
    } catch (error) {
      return this.#nullOrThrow(error, field, completion, pathOf(field, parent));
    }
  }

  /** What the default resolver of graphql-js returns; its arguments may be rejected, too. */
  #readProperty(field: SelectedField, source: unknown, parent: Path | undefined): unknown {
    const args = this.#argumentsOf(field);
    if ((typeof source !== 'object' && typeof source !== 'function') || source === null) return undefined;
    const value = (source as Source)[field.name];
    if (typeof value !== 'function') return value;
    const info = this.#infoOf(field, pathOf(field, parent));
    return (source as SourceMethods)[field.name]?.(args, this.#contextValue, info);
  }

  #argumentsOf(field: SelectedField): Readonly<Record<string, unknown>> {
    return field.definition.args.length === 0 ? NO_ARGUMENTS : this.#operation.argumentsOf(field);
  }

  #infoOf(field: SelectedField, path: Path): GraphQLResolveInfo {
    const { schema, fragments, definition, variableValues } = this.#operation;
    return {
      fieldName: field.name,
      fieldNodes: field.nodes,
      returnType: field.definition.type,
      parentType: field.parentType,
      path,
      schema,
      fragments,
      rootValue: undefined,
      operation: definition,
      variableValues,
    };
  }

  #completeOrWait(field: SelectedField, completion: Completion, path: Path, value: unknown): unknown {
    const completed = isPromise(value)
      ? value.then((resolved) => this.#complete(field, completion, path, resolved))
      : this.#complete(field, completion, path, value);
    return isPromise(completed) ? this.#guard(completed, field, completion, path) : completed;
  }

  #guard(completed: Promise<unknown>, field: SelectedField, completion: Completion, path: Path): Promise<unknown> {
    return completed.then(undefined, (error: unknown) => this.#nullOrThrow(error, field, completion, path));
  }

  /** An error makes the field, or the item of a list, null; where it cannot be, its parent. */
  #nullOrThrow(rawError: unknown, field: SelectedField, { isNonNull }: Completion, path: Path): null {
    const error = locatedError(rawError, field.nodes, pathToArray(path));
    if (isNonNull) throw error;
    this.collectedErrors.add(error, path);
    return null;
  }

  #complete(field: SelectedField, completion: Completion, path: Path, value: unknown): unknown {
    if (completion.kind === 'leaf') return completeLeaf(field, completion, value);
    if (value instanceof Error) throw value;
    if (value == null) {
      if (completion.isNonNull) throw nonNullError(field);
      return null;
    }
    if (completion.kind === 'list') return this.#completeList(field, completion.item, path, value);
    if (completion.kind === 'object') return this.#completeObject(field, completion.type, path, value);
    return this.#completeAbstract(field, completion.type, path, value);
  }

  #completeList(field: SelectedField, completion: Completion, path: Path, list: object): MaybePromise<unknown[]> {
    if (typeof list !== 'object' || !(Symbol.iterator in list)) {
      const position = `${field.parentType.name}.${field.name}`;
      throw new GraphQLError(`Expected Iterable, but did not find one for field "${position}".`);
    }
    const results: unknown[] = [];
    let containsPromise = false;
    try {
      for (const value of list as Iterable<unknown>) {
        const result = this.#completeItem(field, completion, addPath(path, results.length, undefined), value);
        if (isPromise(result)) containsPromise = true;
        results.push(result);
      }
    } catch (error) {
      // The list is null now; a promise of an earlier item that rejects without a handler would end the process.
      for (const result of results) if (isPromise(result)) result.catch(() => undefined);
      throw error;
    }
    return containsPromise ? Promise.all(results) : results;
  }

  #completeItem(field: SelectedField, completion: Completion, path: Path, value: unknown): unknown {
    try {
      return this.#completeOrWait(field, completion, path, value);
    } catch (error) {
      return this.#nullOrThrow(error, field, completion, path);
    }
  }

  #completeAbstract(field: SelectedField, abstractType: GraphQLAbstractType, path: Path, value: unknown): unknown {
    const { schema } = this.#operation;
    const resolveType = abstractType.resolveType ?? defaultTypeResolver;
    const complete = (name: unknown): unknown =>
      this.#completeObject(field, assertRuntimeType(schema, abstractType, name, field, value), path, value);
    const typeName = resolveType(value, this.#contextValue, this.#infoOf(field, path), abstractType);
    return isPromise(typeName) ? typeName.then(complete) : complete(typeName);
  }

  #completeObject(field: SelectedField, type: GraphQLObjectType, path: Path, value: unknown): unknown {
    const selection = this.#operation.selectionOn(field, type);
    if (!type.isTypeOf) return this.#executeSelection(selection, value, path);
    const execute = (isOfType: boolean): MaybePromise<ResultObject> => {
      if (isOfType) return this.#executeSelection(selection, value, path);
      const { nodes } = field;
      throw new GraphQLError(`Expected value of type "${type.name}" but got: ${inspect(value)}.`, { nodes });
    };
    const isTypeOf = type.isTypeOf(value, this.#contextValue, this.#infoOf(field, path));
    return isPromise(isTypeOf) ? isTypeOf.then(execute) : execute(isTypeOf);
  }
}

function pathOf(field: SelectedField, parent: Path | undefined): Path {
  return addPath(parent, field.responseName, field.parentType.name);
}
