import { MAX_KEYS_PER_COMMAND } from './redis-keys.ts';

/** How many bytes one command moves: a few milliseconds for Redis, the network and the parser. */
export const MAX_COMMAND_BYTES = 1_048_576;
/** How many keys the first read of a class names: enough to learn the size of its values. */
const FIRST_READ_KEYS = 16;

/** The texts of an id up to its endpoint: values of one endpoint of one account are of similar sizes. */
const CLASS_PREFIX = /^\[(?:"(?:[^"\\]|\\.)*",){4}/;

/** Remembers how large the values of each class of ids are. There are as many classes as accounts have endpoints. */
export interface ValueSizes {
  /** Returns the expected bytes of a value; undefined if none of its class was seen. */
  readonly expectedBytes: (id: string) => number | undefined;
  /** Returns how many keys like this one command should name. */
  readonly keysPerCommand: (id: string) => number;
  /** Learns from values that one command moved. */
  readonly observe: (id: string, values: number, bytes: number) => void;
}

export function createValueSizes(): ValueSizes {
  const meanByClass = new Map<string, number>();
  const expectedBytes = (id: string) => meanByClass.get(toClass(id));
  return {
    expectedBytes,
    keysPerCommand(id) {
      const bytes = expectedBytes(id);
      if (bytes === undefined) return FIRST_READ_KEYS;
      return Math.min(MAX_KEYS_PER_COMMAND, Math.max(1, Math.floor(MAX_COMMAND_BYTES / bytes)));
    },
    observe(id, values, bytes) {
      if (values === 0) return;
      const mean = Math.max(1, bytes / values);
      const previous = expectedBytes(id) ?? mean;
      // Grows at once and falls slowly: a command that is too small costs less than one that is too large.
      meanByClass.set(toClass(id), mean > previous ? mean : (mean + previous) / 2);
    },
  };
}

function toClass(id: string): string {
  return CLASS_PREFIX.exec(id)?.[0] ?? '';
}
