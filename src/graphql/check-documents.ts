import { type DocumentNode, getOperationAST, type GraphQLSchema, parse, validate } from 'graphql';
import type { DocumentTexts } from '../config/document-manifest.ts';
import type { Limits } from '../config/settings.ts';
import { type DocumentLimits, findExceededLimit } from './limits/document-limits.ts';

/** A document that callers name by its id. */
export interface TrustedDocument {
  readonly text: string;
  /** The name of its operation, for the log; null where it has none, or several. */
  readonly operationName: string | null;
}

/** A document whose requests will all be rejected. */
export interface InvalidDocument {
  readonly id: string;
  readonly problem: string;
}

export interface CheckedDocuments {
  /** All documents: one that is invalid answers its callers with the reason. */
  readonly documents: ReadonlyMap<string, TrustedDocument>;
  readonly invalid: readonly InvalidDocument[];
}

/** Parses and validates documents, and holds them against the limits that do not depend on variables. */
export function checkDocuments(
  texts: DocumentTexts,
  schema: GraphQLSchema,
  limits: DocumentLimits & Pick<Limits, 'maxTokens'>,
): CheckedDocuments {
  const documents = new Map<string, TrustedDocument>();
  const invalid: InvalidDocument[] = [];
  for (const [id, text] of texts) {
    let operationName: string | null = null;
    try {
      const document = parse(text, { maxLexicalTokens: limits.maxTokens });
      operationName = getOperationAST(document)?.name?.value ?? null;
      const problem = findProblem(document, schema, limits);
      if (problem !== null) invalid.push({ id, problem });
    } catch (error) {
      invalid.push({ id, problem: (error as Error).message });
    }
    documents.set(id, { text, operationName });
  }
  return { documents, invalid };
}

function findProblem(document: DocumentNode, schema: GraphQLSchema, limits: DocumentLimits): string | null {
  const [error = findExceededLimit(document, limits)] = validate(schema, document, undefined, { maxErrors: 1 });
  return error?.message ?? null;
}
