import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { describeReadProblem } from './read-problem.ts';

/** The texts of trusted documents by id, without the prefix `sha256:`. */
export type DocumentTexts = ReadonlyMap<string, string>;

/** The documents of a manifest, or what is wrong with it. */
export type ManifestContent = { readonly documents: DocumentTexts } | { readonly problem: string };

/** Relay's, and graphql-codegen's: texts by id. */
const textsByIdSchema = z.record(z.string().min(1), z.string().min(1));

/** Apollo's (`@apollo/generate-persisted-query-manifest`). */
const operationListSchema = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(z.object({ id: z.string().min(1), body: z.string().min(1) })),
});

const SHA256_PREFIX = 'sha256:';

/** Returns an id in the form in which documents are kept: clients may send `sha256:` before it, or leave it out. */
export function toCanonicalDocumentId(id: string): string {
  return id.startsWith(SHA256_PREFIX) ? id.slice(SHA256_PREFIX.length) : id;
}

export function readManifest(path: string): ManifestContent {
  try {
    return parseManifest(readFileSync(path, 'utf8'));
  } catch (error) {
    return { problem: `cannot be read: ${describeReadProblem(error)}` };
  }
}

/** Reads a manifest in either form. A problem quotes nothing of it: the file may be another one by mistake. */
export function parseManifest(text: string): ManifestContent {
  const entries = readEntries(text);
  if (entries === null)
    return { problem: 'must be JSON: texts by id ({ "<id>": "query …" }), or a manifest of Apollo, version 1' };
  const documents = new Map<string, string>();
  for (const [id, document] of entries) {
    const canonicalId = toCanonicalDocumentId(id);
    const known = documents.get(canonicalId) ?? document;
    if (known !== document) return { problem: `has two texts for the id ${canonicalId.slice(0, MAX_SHOWN_ID)}` };
    documents.set(canonicalId, document);
  }
  return { documents };
}

const MAX_SHOWN_ID = 80;

function readEntries(text: string): readonly (readonly [id: string, text: string])[] | null {
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return null;
  }
  const list = operationListSchema.safeParse(json);
  if (list.success) return list.data.operations.map(({ id, body }) => [id, body] as const);
  const texts = textsByIdSchema.safeParse(json);
  // The other form with a mistake, such as a version of the future.
  if (!texts.success || 'format' in texts.data) return null;
  return Object.entries(texts.data);
}
