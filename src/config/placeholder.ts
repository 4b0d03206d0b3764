import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where the values of placeholders come from. */
export interface PlaceholderSources {
  readonly env: Environment;
  /** The folder that relative file names count from. */
  readonly folder: string;
}

/** The value of a placeholder, or why it has none. */
export type ResolvedPlaceholder = { readonly value: string } | { readonly problem: string };

/** A secret is short. A larger file is not a secret, such as a device that never ends. */
const MAX_FILE_BYTES = 64 * 1024;

const FILE_PREFIX = 'file:';
const VARIABLE_PATTERN = /^([A-Za-z_]\w*)(:-(.*))?$/s;

/** Returns what is wrong with the text between `${` and `}`, whatever the environment; null where nothing is. */
export function findPlaceholderProblem(expression: string): string | null {
  if (expression === FILE_PREFIX) return '${file:…} must name a file';
  if (expression.startsWith(FILE_PREFIX) || VARIABLE_PATTERN.test(expression)) return null;
  return '${…} must name an environment variable or a file (file:/path); write $${ for a literal ${';
}

/**
 * Resolves the text between `${` and `}`: `NAME` (an environment variable), `NAME:-default` (used where the variable is not set
 * or empty, as in a shell) or `file:PATH` (the text of a file, without one final line break).
 */
export function resolvePlaceholder(expression: string, sources: PlaceholderSources): ResolvedPlaceholder {
  const problem = findPlaceholderProblem(expression);
  if (problem !== null) return { problem };
  if (expression.startsWith(FILE_PREFIX)) return readSecretFile(expression.slice(FILE_PREFIX.length), sources.folder);
  const [, name = '', , fallback] = VARIABLE_PATTERN.exec(expression) ?? [];
  const value = sources.env[name];
  if (fallback !== undefined && !value) return { value: fallback };
  return value === undefined ? { problem: `the environment variable ${name} is not set` } : { value };
}

/** Returns the path of the file that a placeholder names; null for another placeholder. */
export function findSecretFile(expression: string, folder: string): string | null {
  if (!expression.startsWith(FILE_PREFIX) || expression === FILE_PREFIX) return null;
  return resolve(folder, expression.slice(FILE_PREFIX.length));
}

function readSecretFile(path: string, folder: string): ResolvedPlaceholder {
  try {
    const bytes = readFileSync(resolve(folder, path));
    if (bytes.length > MAX_FILE_BYTES) return { problem: `the file ${path} has more than ${MAX_FILE_BYTES} bytes` };
    return { value: bytes.toString('utf8').replace(/\r?\n$/, '') };
  } catch (error) {
    const { code = 'unreadable' } = error as NodeJS.ErrnoException;
    return { problem: `the file ${path} cannot be read (${code})` };
  }
}
