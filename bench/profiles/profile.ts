/** What V8 writes with `--cpu-prof`: times in microseconds, on the machine's monotonic clock. */
export interface CpuProfile {
  readonly startTime: number;
  readonly nodes: readonly ProfileNode[];
  /** The node that ran at each sample. */
  readonly samples: readonly number[];
  /** The time from the sample before; of the first, from `startTime`. */
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string };
}

/** What runs no code of the process. */
const IDLE = '(idle)';

const COLLECTOR = '(garbage collector)';

/** Packages that take enough time to be named. */
const PACKAGES: Readonly<Record<string, string>> = {
  '@apollo/server': 'Apollo Server',
  dataloader: 'DataLoader',
  graphql: 'graphql-js',
  undici: 'undici',
  zod: 'Zod',
};

/** The share of the main thread's time that each part took between two times, in percent of what was not idle. */
export function sharesByPart(profile: CpuProfile, fromUs: number, toUs: number): ReadonlyMap<string, number> {
  const partOf = new Map(profile.nodes.map(({ id, callFrame }) => [id, toPart(callFrame)]));
  const times = new Map<string, number>();
  let at = profile.startTime;
  let total = 0;
  for (const [index, id] of profile.samples.entries()) {
    const before = at;
    at += profile.timeDeltas[index] ?? 0;
    const part = partOf.get(id);
    if (before < fromUs || at > toUs || part === undefined || part === IDLE) continue;
    times.set(part, (times.get(part) ?? 0) + at - before);
    total += at - before;
  }
  return new Map([...times].map(([part, time]) => [part, (100 * time) / total]));
}

function toPart({ functionName, url }: ProfileNode['callFrame']): string {
  if (functionName === IDLE) return IDLE;
  if (functionName === COLLECTOR) return 'garbage collection';
  const [, folder] = /\/src\/([\w-]+)\//.exec(url) ?? [];
  if (folder !== undefined) return `src/${folder}`;
  const [, name] = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url) ?? [];
  if (name !== undefined) return PACKAGES[name] ?? 'other packages';
  // The parser of responses.
  if (url.startsWith('wasm:')) return 'undici';
  return 'Node and the system';
}
