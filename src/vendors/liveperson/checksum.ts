import { crc32 } from 'node:zlib';
import { isRecord } from './wire.ts';

/** Plain JSON with a sum over it, by which a kept copy that was damaged is known for one. */
export type Checksummed<T> = T & { readonly checksum: number };

export function withChecksum<T extends object>(value: T): Checksummed<T> {
  return { ...value, checksum: checksumOf(value) };
}

/** Whether a value has these fields, and is what it was when it got its checksum. */
export function isIntact(value: unknown, fields: readonly string[]): boolean {
  if (!isRecord(value)) return false;
  const { checksum, ...rest } = value;
  return fields.every((field) => Object.hasOwn(rest, field)) && checksum === checksumOf(rest);
}

/** The fields keep their order, in memory as in a store. */
function checksumOf(value: object): number {
  return crc32(JSON.stringify(value));
}
