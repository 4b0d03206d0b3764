import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';

const MIB = 1024 * 1024;
/** V8's default on 64-bit systems. */
const DEFAULT_SEMI_SPACE_MIB = 32;
/** V8's limit of the heap counts a third one for large new objects. */
const SEMI_SPACES = 3;

/** What makes V8 keep other bounds than its own. */
export interface NodeOptions {
  /** `process.execArgv`. */
  readonly execArgv: readonly string[];
  /** The environment variable. */
  readonly NODE_OPTIONS?: string | undefined;
}

/** What objects that live on may take, in bytes: V8's limit of the heap without the room for new objects. */
export function oldGenerationLimit(options: NodeOptions = readNodeOptions()): number {
  return getHeapStatistics().heap_size_limit - SEMI_SPACES * maxSemiSpaceBytes(options);
}

/** What objects that live on take, with those that are not collected yet. */
export function oldGenerationUse(): number {
  return getHeapSpaceStatistics()
    .filter(({ space_name: name }) => !name.startsWith('new_'))
    .reduce((sum, { space_used_size: used }) => sum + used, 0);
}

function readNodeOptions(): NodeOptions {
  return { execArgv: process.execArgv, NODE_OPTIONS: process.env.NODE_OPTIONS };
}

/** No function of V8 returns its flags. The command line counts before the environment, and the last of several. V8 rounds up to a power of 2. */
export function maxSemiSpaceBytes({ execArgv, NODE_OPTIONS = '' }: NodeOptions): number {
  const text = [NODE_OPTIONS, ...execArgv].join(' ');
  const last = [...text.matchAll(/--max[-_]semi[-_]space[-_]size[= ](\d+)/g)].at(-1)?.[1];
  return 2 ** Math.ceil(Math.log2(Math.max(1, Number(last ?? DEFAULT_SEMI_SPACE_MIB)))) * MIB;
}
