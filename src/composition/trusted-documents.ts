import type { GraphQLSchema } from 'graphql';
import { type DocumentTexts, readManifest } from '../config/document-manifest.ts';
import { readFileVersion } from '../config/file-version.ts';
import type { Config } from '../config/schema.ts';
import type { TrustedDocumentsConfig } from '../config/trusted-documents.ts';
import type { Clock } from '../domain/clock.ts';
import { checkDocuments, type TrustedDocument } from '../graphql/check-documents.ts';
import type { Logger } from '../server/ports.ts';
import { createTrustedDocuments, type TrustedDocuments } from '../server/trusted-documents.ts';

export interface TrustedDocumentsDependencies {
  readonly config: Pick<Config, 'limits' | 'trustedDocuments'>;
  readonly schema: GraphQLSchema;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  /** The manifest of the gateway's own page; absent: there is no page. */
  readonly pageManifest?: string | undefined;
}

/**
 * Creates the trusted documents that are configured, and those of the gateway's own page beside them. A document that the schema rejects
 * is a warning and no error: a manifest also has those of clients that are older or newer than this gateway, and only their callers are
 * concerned.
 */
export function connectTrustedDocuments(dependencies: TrustedDocumentsDependencies): TrustedDocuments | undefined {
  const { config, clock } = dependencies;
  if (!config.trustedDocuments) return undefined;
  const trustedDocuments = withPage(config.trustedDocuments, dependencies.pageManifest);
  return createTrustedDocuments({
    mode: trustedDocuments.mode,
    documents: check(trustedDocuments.documents, dependencies),
    reload: createManifestReloader(trustedDocuments, dependencies),
    clock,
  });
}

/** A page that is not built has no documents. What the configuration says of an id counts. */
function withPage(trustedDocuments: TrustedDocumentsConfig, pageManifest: string | undefined): TrustedDocumentsConfig {
  const content = pageManifest === undefined ? null : readManifest(pageManifest);
  if (!content || 'problem' in content) return trustedDocuments;
  return { ...trustedDocuments, documents: new Map([...content.documents, ...trustedDocuments.documents]) };
}

function check(
  texts: DocumentTexts,
  { config, schema, logger }: TrustedDocumentsDependencies,
): ReadonlyMap<string, TrustedDocument> {
  const { documents, invalid } = checkDocuments(texts, schema, config.limits);
  for (const { id, problem } of invalid) {
    const operation = documents.get(id)?.operationName ?? undefined;
    logger.warn({ documentId: id, operation, problem }, 'a trusted document is not valid');
  }
  return documents;
}

/** Creates a function that returns the documents that the manifests have got since it was last called. */
function createManifestReloader(
  { files, documents }: TrustedDocumentsConfig,
  dependencies: TrustedDocumentsDependencies,
): () => Promise<ReadonlyMap<string, TrustedDocument> | null> {
  const { logger } = dependencies;
  const known = new Map(documents);
  const versions = new Map<string, string>();

  return async () => {
    const added = new Map<string, string>();
    for (const file of files) {
      const version = await readFileVersion(file);
      if (versions.get(file) === version) continue;
      versions.set(file, version);
      const content = readManifest(file);
      if ('problem' in content) {
        logger.warn({ file, problem: content.problem }, 'a manifest of trusted documents cannot be read again');
        continue;
      }
      for (const [id, text] of content.documents) if (!known.has(id)) added.set(id, text);
    }
    if (added.size === 0) return null;
    for (const [id, text] of added) known.set(id, text);
    logger.info({ added: added.size, documents: known.size }, 'trusted documents added');
    return check(added, dependencies);
  };
}
