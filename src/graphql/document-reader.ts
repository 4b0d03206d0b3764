import { type DocumentNode, type GraphQLError, type GraphQLSchema, parse } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Limits } from '../config/settings.ts';
import { createRecentTexts } from '../domain/recent-texts.ts';
import { type DocumentLimits, findRejection } from './limits/document-limits.ts';
import { isValidDocument } from './validate-document.ts';
import { rulesFor } from './validation-rules.ts';

/** A document that may be executed; or, with its rejection, a harmless one in its place. */
export interface CheckedDocument {
  readonly document: DocumentNode;
  readonly rejection: GraphQLError | null;
}

/** Parses, limits and validates the text of a request. Null for a text that is invalid: Apollo Server says why. */
export type ReadDocument = (text: string, hash: string, schema: GraphQLSchema) => CheckedDocument | null;

/** What a parsed document takes in memory for each character of its text, with what is kept for executing it: measured. */
const BYTES_PER_CHARACTER = 160;

/** As many texts at least may arrive between two requests with the same text that comes back. */
const RECENT_TEXTS = 5000;
/** The length of a SHA-256 digest in hexadecimal digits. */
const HASH_LENGTH = 64;

/**
 * Creates a reader that keeps the documents whose text has come back; null where it may keep none. Clients that write values into
 * their texts send each one once: keeping those would take all the memory, and garbage collections with it.
 */
export function createDocumentReader(
  limits: DocumentLimits & Pick<Limits, 'maxTokens'>,
  maxBytes: number,
): ReadDocument | null {
  if (maxBytes === 0) return null;
  const hasBeenSeen = createRecentTexts(RECENT_TEXTS * HASH_LENGTH);
  const documents = new LRUCache<string, CheckedDocument & { readonly byteLength: number }>({
    maxSize: maxBytes,
    sizeCalculation: ({ byteLength }) => byteLength,
  });

  return (text, hash, schema) => {
    const known = documents.get(hash);
    if (known) return known;
    const checked = checkDocument(text, schema, limits);
    if (!checked) return null;
    if (hasBeenSeen(hash)) documents.set(hash, { ...checked, byteLength: text.length * BYTES_PER_CHARACTER });
    return checked;
  };
}

function checkDocument(
  text: string,
  schema: GraphQLSchema,
  limits: DocumentLimits & Pick<Limits, 'maxTokens'>,
): CheckedDocument | null {
  let document: DocumentNode;
  try {
    document = parse(text, { maxLexicalTokens: limits.maxTokens });
  } catch {
    return null;
  }
  const rejection = findRejection(document, limits);
  if (rejection) return { document: createPlaceholder(), rejection };
  return isValidDocument(schema, document, rulesFor(text)) ? { document, rejection } : null;
}

/** What Apollo Server may have in the place of a document that is rejected: each is another object. */
export function createPlaceholder(): DocumentNode {
  return parse('{ __typename }');
}
