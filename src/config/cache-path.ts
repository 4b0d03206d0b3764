import { accessSync, constants, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { cacheSchema } from './cache.ts';
import type { ConfigIssue } from './config-error.ts';
import { withValue } from './named-value.ts';

const PATH = ['cache', 'path'];

const cachePathSchema = z.object({
  cache: z.object({ path: cacheSchema.shape.path.unwrap(), url: z.unknown().optional() }),
});

export interface CachePathCheck {
  /** Absolute; relative paths count from the folder of the configuration. */
  readonly path?: string;
  readonly issues: readonly ConfigIssue[];
}

/** Checks whether the file of the cache can be used, without creating or opening it. */
export function checkCachePath(raw: unknown, folder: string): CachePathCheck {
  const { data } = cachePathSchema.safeParse(raw);
  if (!data) return { issues: [] };
  const { path: name, url } = data.cache;
  if (url !== undefined) return { issues: [{ path: PATH, message: EXCLUSIVE_MESSAGE }] };
  const path = resolve(folder, name);
  const problem = findProblem(path);
  return problem === null ? { path, issues: [] } : { issues: [{ path: PATH, message: withValue(problem, name) }] };
}

const EXCLUSIVE_MESSAGE = 'cannot be combined with cache.url: Redis keeps its entries while a gateway restarts';

function findProblem(path: string): string | null {
  const parent = dirname(path);
  if (!statOf(parent)?.isDirectory()) return 'must name a file in a folder that exists';
  const file = statOf(path);
  if (file && !file.isFile()) return 'must name a file, not a folder';
  // SQLite keeps two more files beside it.
  if (!isWritable(parent)) return 'must be in a folder that this user may write to';
  return file && !isWritable(path) ? 'must name a file that this user may write to' : null;
}

/** Undefined where nothing is, or where this user may not look. */
function statOf(path: string) {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
