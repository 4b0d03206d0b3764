import type { TrustedDocumentsConfig } from '../config/trusted-documents.ts';
import type { Clock } from '../domain/clock.ts';
import { mapValue, type MaybePromise } from '../domain/maybe-promise.ts';
import { SECOND } from '../domain/time.ts';
import type { TrustedDocument } from '../graphql/check-documents.ts';

export interface TrustedDocuments {
  readonly mode: TrustedDocumentsConfig['mode'];
  /** Finds a document by its canonical id, at once where it is known. */
  readonly find: (id: string) => MaybePromise<TrustedDocument | undefined>;
}

export interface TrustedDocumentsOptions {
  readonly mode: TrustedDocumentsConfig['mode'];
  readonly documents: ReadonlyMap<string, TrustedDocument>;
  /** Reads the manifests again; null where they have not changed, or cannot be read. */
  readonly reload: () => Promise<ReadonlyMap<string, TrustedDocument> | null>;
  readonly clock: Pick<Clock, 'monotonicMs'>;
}

/** How long ids that are in no manifest stay unknown without another look: requests with invented ids read no files. */
const RELOAD_INTERVAL_MS = 5 * SECOND;

/**
 * Creates the documents of a process. A new release of a client may be out before the gateway restarts, so an unknown id makes the
 * manifests be read again, at most once in a while. An id keeps its text as long as the process lives, since stored responses are found
 * by ids.
 */
export function createTrustedDocuments(options: TrustedDocumentsOptions): TrustedDocuments {
  const { mode, reload, clock } = options;
  let documents = options.documents;
  let pendingReload: Promise<void> | null = null;
  let reloadedAtMs = -Infinity;

  async function addNewDocuments(): Promise<void> {
    try {
      const reloaded = await reload();
      if (reloaded) documents = new Map([...reloaded, ...documents]);
    } finally {
      reloadedAtMs = clock.monotonicMs();
      pendingReload = null;
    }
  }

  return {
    mode,
    find: (id) => {
      const known = documents.get(id);
      if (known || (!pendingReload && clock.monotonicMs() - reloadedAtMs < RELOAD_INTERVAL_MS)) return known;
      pendingReload ??= addNewDocuments();
      return mapValue(pendingReload, () => documents.get(id));
    },
  };
}
