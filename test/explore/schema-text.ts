import { readdirSync, readFileSync } from 'node:fs';

const FOLDER = new URL('../../schema/', import.meta.url);

/** The schema's files as one text, as a client generator would see it. */
export function schemaText(): string {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.graphql'));
  return names.map((name) => readFileSync(new URL(name, FOLDER), 'utf8')).join('\n');
}
