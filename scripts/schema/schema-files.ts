import { readFileSync, writeFileSync } from 'node:fs';
import { printPublicSchema } from '../../src/graphql/schema.ts';
import { parseReleasedSchema, printReleasedSchema, type VersionedSchema } from './compare-schemas.ts';

export const RELEASED_SCHEMA_FILE = 'packages/client/released-schema.graphql';

export function readReleasedSchema(): VersionedSchema {
  return parseReleasedSchema(readFileSync(RELEASED_SCHEMA_FILE, 'utf8'));
}

/** The schema of schema/, with the version that packages/client has now. */
export function readCurrentSchema(): VersionedSchema {
  const { version } = JSON.parse(readFileSync('packages/client/package.json', 'utf8')) as { readonly version: string };
  return { sdl: printPublicSchema(), version };
}

export function writeReleasedSchema(): void {
  writeFileSync(RELEASED_SCHEMA_FILE, printReleasedSchema(readCurrentSchema()));
}
