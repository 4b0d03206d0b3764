import { readdirSync, readFileSync } from 'node:fs';

const SCHEMA_FOLDER = new URL('../../schema/', import.meta.url);

/** The schema's files as one text, as a client generator reads it. */
export function readSchemaText(): string {
  const names = readdirSync(SCHEMA_FOLDER).filter((name) => name.endsWith('.graphql'));
  return names.map((name) => readFileSync(new URL(name, SCHEMA_FOLDER), 'utf8')).join('\n');
}
