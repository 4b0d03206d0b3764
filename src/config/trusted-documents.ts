import { resolve } from 'node:path';
import { z } from 'zod';
import { type ConfigIssue, type ConfigPath, formatPath } from './config-error.ts';
import { type DocumentTexts, readManifest } from './document-manifest.ts';
import { withValue } from './named-value.ts';

const pathSchema = z.string().min(1);
const MANIFEST_MESSAGE = 'must name a file, or list several';

export const trustedDocumentsSchema = z.strictObject({
  /** Whether free text is accepted beside known ids (`allow`), or only from authenticated callers with the scope `introspect` (`only`). */
  mode: z.enum(['allow', 'only']).default('allow'),
  /** The files that map ids to texts; relative paths count from the folder of the configuration. */
  manifest: z.union([pathSchema, z.array(pathSchema).min(1)], { error: () => MANIFEST_MESSAGE }),
});
type TrustedDocumentsMode = z.infer<typeof trustedDocumentsSchema>['mode'];

/** The setting, with what its manifests hold. */
export interface TrustedDocumentsConfig {
  readonly mode: TrustedDocumentsMode;
  /** The paths of the manifests. */
  readonly files: readonly string[];
  readonly documents: DocumentTexts;
}

export interface LoadedTrustedDocuments {
  /** Absent: the setting is absent, invalid, or its manifests cannot be used. */
  readonly trustedDocuments?: TrustedDocumentsConfig;
  readonly issues: readonly ConfigIssue[];
  /** The paths of the manifests, also of those that cannot be used. */
  readonly files: readonly string[];
}

/** Reads the manifests that a configuration file names, whatever else is wrong with it. */
export function loadTrustedDocuments(
  raw: unknown,
  folder: string,
  unknownPaths: ReadonlySet<string>,
): LoadedTrustedDocuments {
  const { data } = z.object({ trustedDocuments: trustedDocumentsSchema }).safeParse(raw);
  if (!data) return { issues: [], files: [] };
  const { mode, manifest } = data.trustedDocuments;
  const entries = listManifests(manifest).filter(({ path }) => !unknownPaths.has(formatPath(path)));
  const { documents, issues } = readManifests(entries, folder);
  const files = entries.map(({ name }) => resolve(folder, name));
  return {
    ...(issues.length === 0 && { trustedDocuments: { mode, files, documents } }),
    issues,
    files,
  };
}

interface ManifestEntry {
  readonly name: string;
  readonly path: ConfigPath;
}

function listManifests(manifest: string | readonly string[]): readonly ManifestEntry[] {
  const path = ['trustedDocuments', 'manifest'];
  if (typeof manifest === 'string') return [{ name: manifest, path }];
  return manifest.map((name, index) => ({ name, path: [...path, index] }));
}

function readManifests(
  entries: readonly ManifestEntry[],
  folder: string,
): { readonly documents: DocumentTexts; readonly issues: readonly ConfigIssue[] } {
  const documents = new Map<string, string>();
  const issues: ConfigIssue[] = [];
  for (const { name, path } of entries) {
    const content = readManifest(resolve(folder, name));
    if ('problem' in content) {
      issues.push({ path, message: withValue(content.problem, name) });
      continue;
    }
    for (const [id, text] of content.documents) {
      if ((documents.get(id) ?? text) !== text)
        issues.push({ path, message: `has another text for the id ${id} than an earlier manifest` });
      documents.set(id, text);
    }
  }
  return { documents, issues };
}
