import { type DefinitionNode, type DocumentNode, type GraphQLError, Kind, type SelectionSetNode, visit } from 'graphql';
import type { Limits } from '../../config/settings.ts';
import { findConditionalSubscription } from './conditional-subscription.ts';
import { measureOperations, type OperationSize } from './operation-size.ts';
import { queryTooComplexError } from './query-too-complex-error.ts';

export type DocumentLimits = Pick<Limits, 'maxDepth' | 'maxAliases' | 'maxRootFields'>;

const MAX_OPERATIONS = 10;
const MAX_FRAGMENTS = 50;
const MAX_DIRECTIVES = 30;
/** With fragments expanded: fragments that spread others more than once double them, and every walk of the document visits them all. */
const MAX_FIELDS = 2000;

/** Returns why a document must not even be validated; null where it may. */
export function findRejection(document: DocumentNode, limits: DocumentLimits): GraphQLError | null {
  return findExceededLimit(document, limits) ?? findConditionalSubscription(document);
}

/** Finds the first limit that the document exceeds and returns its error; null for a document within all limits. */
export function findExceededLimit(document: DocumentNode, limits: DocumentLimits): GraphQLError | null {
  const sizes = measureOperations(document);
  const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION).length;
  const largest = (dimension: keyof OperationSize) => Math.max(0, ...sizes.map((size) => size[dimension]));
  const limitChecks = [
    { limit: 'operations', actual: sizes.length, max: MAX_OPERATIONS, subject: 'operations in one document' },
    { limit: 'fragments', actual: fragments, max: MAX_FRAGMENTS, subject: 'fragments in one document' },
    {
      limit: 'depth',
      actual: largest('depth'),
      max: limits.maxDepth,
      subject: 'levels of fields (fragments expanded)',
    },
    {
      limit: 'root_fields',
      actual: largest('rootFields'),
      max: limits.maxRootFields,
      subject: 'fields on the first level (fragments expanded)',
    },
    { limit: 'fields', actual: largest('fields'), max: MAX_FIELDS, subject: 'fields (fragments expanded)' },
    { limit: 'aliases', actual: largest('aliases'), max: limits.maxAliases, subject: 'aliases (fragments expanded)' },
    {
      limit: 'directives',
      actual: Math.max(largest('directives'), countDirectives(document)),
      max: MAX_DIRECTIVES,
      subject: 'directives (fragments expanded)',
    },
  ] as const;
  const exceeded = limitChecks.find(({ actual, max }) => actual > max);
  if (!exceeded) return null;
  const { limit, actual, max, subject } = exceeded;
  return queryTooComplexError(limit, `${actual} ${subject} exceed the limit of ${max}.`);
}

/** Counts directives in the whole document: validation also checks those of variables and of fragments that are never spread. */
function countDirectives({ definitions }: DocumentNode): number {
  return definitions.reduce((count, definition) => count + directivesOf(definition), 0);
}

function directivesOf(definition: DefinitionNode): number {
  if (!('selectionSet' in definition)) return countInTypeSystem(definition);
  const variables = definition.kind === Kind.OPERATION_DEFINITION ? (definition.variableDefinitions ?? []) : [];
  const ofVariables = variables.reduce((count, { directives = [] }) => count + directives.length, 0);
  return (definition.directives?.length ?? 0) + ofVariables + directivesIn(definition.selectionSet);
}

function directivesIn(selectionSet: SelectionSetNode | undefined): number {
  let count = 0;
  for (const node of selectionSet?.selections ?? [])
    count += (node.directives?.length ?? 0) + ('selectionSet' in node ? directivesIn(node.selectionSet) : 0);
  return count;
}

/** A definition of types, which no query may contain: validation rejects it. */
function countInTypeSystem(definition: DefinitionNode): number {
  let count = 0;
  visit(definition, {
    Directive: () => {
      count += 1;
    },
  });
  return count;
}
