import { crc32 } from 'node:zlib';
import { isRecord } from './wire.ts';

/** Plain JSON with a checksum, which detects a damaged copy in the cache. */
export type Checksummed<T> = T & { readonly checksum: number };

export function withChecksum<T extends object>(value: T): Checksummed<T> {
  return { ...value, checksum: checksumOf(value) };
}

/** Whether a value has these fields and is unchanged since its checksum was computed. */
export function isIntact(value: unknown, fields: readonly string[]): boolean {
  if (!isRecord(value)) return false;
  const { checksum, ...rest } = value;
  return fields.every((field) => Object.hasOwn(rest, field)) && checksum === checksumOf(rest);
}

/** Fields keep their order in memory and in a store, so equal values have equal JSON. */
function checksumOf(value: object): number {
  return crc32(JSON.stringify(value));
}
