import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { KUBECTL, requireProgram } from './programs.ts';

/** Builds a kustomization; returns its manifests. */
export async function renderKustomization(folder: string): Promise<readonly { readonly kind: string }[]> {
  const { stdout } = await promisify(execFile)(requireProgram(KUBECTL), ['kustomize', folder]);
  return parseAllDocuments(stdout).map((document) => document.toJS() as { readonly kind: string });
}
