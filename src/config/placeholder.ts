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

/**
 * Resolves the text between `${` and `}`: `NAME` (an environment variable), `NAME:-default` (used where the variable is not set
 * or empty, as in a shell) or `file:PATH` (the text of a file, without one final line break).
 */
export function resolvePlaceholder(expression: string, sources: PlaceholderSources): ResolvedPlaceholder {
  if (expression.startsWith('file:')) return readSecretFile(expression.slice('file:'.length), sources.folder);
  const [, name, , fallback] = /^([A-Za-z_]\w*)(:-(.*))?$/s.exec(expression) ?? [];
  if (name === undefined) {
    return { problem: '${…} must name an environment variable or a file (file:/path); write $${ for a literal ${' };
  }
  const value = sources.env[name];
  if (fallback !== undefined && !value) return { value: fallback };
  return value === undefined ? { problem: `the environment variable ${name} is not set` } : { value };
}

function readSecretFile(path: string, folder: string): ResolvedPlaceholder {
  if (path === '') return { problem: '${file:…} must name a file' };
  try {
    const bytes = readFileSync(resolve(folder, path));
    if (bytes.length > MAX_FILE_BYTES) return { problem: `the file ${path} has more than ${MAX_FILE_BYTES} bytes` };
    return { value: bytes.toString('utf8').replace(/\r?\n$/, '') };
  } catch (error) {
    const { code = 'unreadable' } = error as NodeJS.ErrnoException;
    return { problem: `the file ${path} cannot be read (${code})` };
  }
}
