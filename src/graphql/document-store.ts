import type { ApolloServerOptions } from '@apollo/server';
import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';

type DocumentStore = NonNullable<ApolloServerOptions<object>['documentStore']>;

/** What a parsed document takes in memory for each character of its text, with what is kept for executing it: measured. */
const BYTES_PER_CHARACTER = 160;

/**
 * Creates the store of parsed and validated documents; null for none. Apollo Server's own store measures a document by its JSON,
 * which takes as long as parsing it.
 */
export function createDocumentStore(maxBytes: number): DocumentStore | null {
  if (maxBytes === 0) return null;
  const documents = new LRUCache<string, DocumentNode>({
    maxSize: maxBytes,
    sizeCalculation: ({ loc }) => (loc?.source.body.length ?? 0) * BYTES_PER_CHARACTER + 1,
  });
  return {
    get: (key) => Promise.resolve(documents.get(key)),
    set: (key, document) => {
      documents.set(key, document);
      return Promise.resolve();
    },
    delete: (key) => Promise.resolve(documents.delete(key)),
  };
}
