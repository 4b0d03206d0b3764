import {
  defaultTypeResolver,
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
import type {
  Completion,
  ConstantFields,
  ConstantsStep,
  FieldStep,
  LeafCompletion,
  SelectedField,
  Selection,
} from '../ast/selected-field.ts';
import { CollectedErrors } from './collected-errors.ts';
import { assertRuntimeType, completeLeaf, nonNullError } from './complete-value.ts';
import type { ObjectTexts, TextByObject } from './object-texts.ts';
import { allDone, concatTexts, concatWhenDone, ignoreRejections, isPromise } from './promises.ts';
import { SelectionTexts } from './selection-texts.ts';

/** An object whose properties may be functions, which are called as resolvers are. */
type Source = Readonly<Record<string, unknown>>;
type SourceMethods = Readonly<
  Record<string, (args: unknown, contextValue: unknown, info: GraphQLResolveInfo) => unknown>
>;

/** The JSON text of a value, or those of the items of a list. */
type Completed = string | readonly string[];

const NO_ARGUMENTS: Readonly<Record<string, never>> = Object.freeze({});

/**
 * One execution of a query. It walks the response as graphql-js does, in the same order and with promises in the same places, so
 * that data and errors are equal. It is faster because what depends on the document alone comes prepared, because a plain
 * property costs no path, no arguments and no `info`, and because it writes JSON text at once: no object is made for what is
 * only to be written, and the text of fields that never change is kept with their object.
 */
export class Execution {
  readonly collectedErrors = new CollectedErrors();
  readonly #operation: PreparedOperation;
  readonly #contextValue: unknown;
  readonly #texts: SelectionTexts;

  constructor(operation: PreparedOperation, contextValue: unknown, objectTexts: ObjectTexts) {
    this.#operation = operation;
    this.#contextValue = contextValue;
    this.#texts = new SelectionTexts(objectTexts);
  }

  executeRoot(): MaybePromise<string> {
    const selection = this.#operation.rootSelection();
    if (!selection) throw new Error('the schema has no such operations');
    return this.#executeSelection(selection, undefined, undefined);
  }

  #executeSelection({ steps }: Selection, source: unknown, path: Path | undefined): MaybePromise<string> {
    return this.#executeSteps(steps, source, path, '{', '}');
  }

  /** The members of an object between two texts. */
  #executeSteps(
    steps: readonly (FieldStep | ConstantsStep)[],
    source: unknown,
    path: Path | undefined,
    before: string,
    after: string,
  ): MaybePromise<string> {
    let text = before;
    let texts: MaybePromise<string>[] | undefined;
    try {
      for (const { opening, field, constants } of steps) {
        const value = field ? this.#executeField(field, source, path) : this.#executeConstants(constants, source, path);
        if (typeof value === 'string') text += opening + value;
        else {
          (texts ??= []).push(text + opening, value);
          text = '';
        }
      }
    } catch (error) {
      if (!texts) throw error;
      // The promises of the other fields may reject, too.
      return concatWhenDone(texts).finally(() => {
        throw error;
      });
    }
    return texts ? concatWhenDone(texts, text + after) : text + after;
  }

  /** Their text is kept unless a field has an error, which each response must report; also where this one leaves it out. */
  #executeConstants(constants: ConstantFields, source: unknown, path: Path | undefined): MaybePromise<string> {
    const texts = typeof source === 'object' && source !== null ? this.#texts.ofObjects(constants) : null;
    const known = texts?.get(source as object);
    if (known !== undefined) return known;
    const errorsBefore = this.collectedErrors.occurred;
    const text = this.#executeSteps(constants.steps, source, path, '', '');
    if (texts && typeof text === 'string' && this.collectedErrors.occurred === errorsBefore)
      this.#texts.add(texts, source as object, text);
    return text;
  }

  #executeField(field: SelectedField, source: unknown, parent: Path | undefined): MaybePromise<string> {
    const { leafProperty } = field;
    return leafProperty
      ? this.#executeLeafProperty(field, leafProperty, source, parent)
      : this.#executeResolver(field, source, pathOf(field, parent));
  }

  #executeResolver(field: SelectedField, source: unknown, path: Path): MaybePromise<string> {
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
  ): MaybePromise<string> {
    try {
      const value = this.#readProperty(field, source, parent);
      if (!isPromise(value)) return completeLeaf(field, completion, value);
      const completed = value.then((resolved) => completeLeaf(field, completion, resolved));
      return this.#guard(completed, field, completion, pathOf(field, parent));
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

  #completeOrWait(field: SelectedField, completion: Completion, path: Path, value: unknown): MaybePromise<string> {
    const completed = isPromise(value)
      ? value.then((resolved) => this.#complete(field, completion, path, resolved))
      : this.#complete(field, completion, path, value);
    return isPromise(completed) ? this.#guard(completed, field, completion, path) : toText(completed);
  }

  #guard(completed: Promise<Completed>, field: SelectedField, completion: Completion, path: Path): Promise<string> {
    return completed.then(toText, (error: unknown) => this.#nullOrThrow(error, field, completion, path));
  }

  /** An error makes the field, or the item of a list, null; where it cannot be, its parent. */
  #nullOrThrow(rawError: unknown, field: SelectedField, { isNonNull }: Completion, path: Path): string {
    const error = locatedError(rawError, field.nodes, pathToArray(path));
    if (isNonNull) throw error;
    this.collectedErrors.add(error, path);
    return 'null';
  }

  #complete(field: SelectedField, completion: Completion, path: Path, value: unknown): MaybePromise<Completed> {
    if (completion.kind === 'leaf') return completeLeaf(field, completion, value);
    if (value instanceof Error) throw value;
    if (value == null) {
      if (completion.isNonNull) throw nonNullError(field);
      return 'null';
    }
    if (completion.kind === 'list') return this.#completeList(field, completion.item, path, value);
    if (completion.kind === 'object') return this.#completeObject(field, completion.type, path, value);
    return this.#completeAbstract(field, completion.type, path, value);
  }

  #completeList(field: SelectedField, completion: Completion, path: Path, list: object): MaybePromise<Completed> {
    if (typeof list !== 'object' || !(Symbol.iterator in list)) {
      const position = `${field.parentType.name}.${field.name}`;
      throw new GraphQLError(`Expected Iterable, but did not find one for field "${position}".`);
    }
    const texts = this.#textsOfLists(field, completion);
    const known = texts?.get(list);
    if (known !== undefined) return known;
    const errorsBefore = this.collectedErrors.occurred;
    const completed = this.#completeItems(field, completion, path, list as Iterable<unknown>);
    if (texts && typeof completed === 'string' && this.collectedErrors.occurred === errorsBefore)
      this.#texts.add(texts, list, completed);
    return completed;
  }

  #textsOfLists(field: SelectedField, { kind, type, isNonNull }: Completion): TextByObject | null {
    if (kind !== 'object' || type.isTypeOf) return null;
    try {
      return this.#texts.ofLists(this.#operation.selectionOn(field, type), isNonNull);
    } catch {
      // Variables may make a selection invalid: an error of each item, and none of an empty list.
      return null;
    }
  }

  #completeItems(
    field: SelectedField,
    completion: Completion,
    path: Path,
    list: Iterable<unknown>,
  ): MaybePromise<Completed> {
    let text = '';
    /** From the first promise on; what is before it is one text. */
    let items: MaybePromise<string>[] | undefined;
    let length = 0;
    try {
      for (const value of list) {
        const item = this.#completeItem(field, completion, addPath(path, length, undefined), value);
        if (items) items.push(item);
        else if (typeof item !== 'string') items = length > 0 ? [text, item] : [item];
        else text += length > 0 ? `,${item}` : item;
        length += 1;
      }
    } catch (error) {
      // The list is null now; the promise of another item that rejects without a handler would end the process.
      ignoreRejections(items ?? []);
      if (Array.isArray(list) || list instanceof Set) ignoreRejections(list);
      throw error;
    }
    return items ? allDone(items) : `[${text}]`;
  }

  #completeItem(field: SelectedField, completion: Completion, path: Path, value: unknown): MaybePromise<string> {
    try {
      return this.#completeOrWait(field, completion, path, value);
    } catch (error) {
      return this.#nullOrThrow(error, field, completion, path);
    }
  }

  #completeAbstract(
    field: SelectedField,
    abstractType: GraphQLAbstractType,
    path: Path,
    value: unknown,
  ): MaybePromise<string> {
    const { schema } = this.#operation;
    const resolveType = abstractType.resolveType ?? defaultTypeResolver;
    const complete = (name: unknown): MaybePromise<string> =>
      this.#completeObject(field, assertRuntimeType(schema, abstractType, name, field, value), path, value);
    const typeName = resolveType(value, this.#contextValue, this.#infoOf(field, path), abstractType);
    return isPromise(typeName) ? typeName.then(complete) : complete(typeName);
  }

  #completeObject(field: SelectedField, type: GraphQLObjectType, path: Path, value: unknown): MaybePromise<string> {
    const selection = this.#operation.selectionOn(field, type);
    if (!type.isTypeOf) return this.#executeSelection(selection, value, path);
    const execute = (isOfType: boolean): MaybePromise<string> => {
      if (isOfType) return this.#executeSelection(selection, value, path);
      const { nodes } = field;
      throw new GraphQLError(`Expected value of type "${type.name}" but got: ${inspect(value)}.`, { nodes });
    };
    const isTypeOf = type.isTypeOf(value, this.#contextValue, this.#infoOf(field, path));
    return isPromise(isTypeOf) ? isTypeOf.then(execute) : execute(isTypeOf);
  }
}

/** A list is joined where its errors are handled: joined before, it would take a turn more than with graphql-js. */
function toText(completed: Completed): string {
  return typeof completed === 'string' ? completed : `[${concatTexts(completed, ',')}]`;
}

function pathOf(field: SelectedField, parent: Path | undefined): Path {
  return addPath(parent, field.responseName, field.parentType.name);
}
