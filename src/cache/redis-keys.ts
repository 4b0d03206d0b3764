import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** Changes with the format of anything stored in Redis: gateways of different formats share one Redis, but no keys. */
const SCHEMA_VERSION = 4;

/**
 * How many keys one Redis command names. More would block Redis for every gateway, and its client cannot take some 100,000
 * keys at once.
 */
export const MAX_KEYS_PER_COMMAND = 2000;

/** The first texts of an id, which is a JSON list: vendor, account and fingerprint of an entry; kind and fingerprint of a token. */
const ACCOUNT_PREFIX = /^\[(?:"(?:[^"\\]|\\.)*",){1,3}/;

/** Returns the key prefix of one kind of data. */
export function redisNamespace(kind: string): string {
  return `switchboard:${SCHEMA_VERSION}:${kind}`;
}

/**
 * Returns the name of a key in Redis: a hash, which reveals nothing about the request and has a bounded length. The hash tag
 * is equal for all ids of one account, so that Redis Cluster keeps them in one slot, and one command can name many of them:
 * https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags.
 */
export function redisKey(kind: string, id: string): string {
  return `${redisNamespace(kind)}::{${accountTag(ACCOUNT_PREFIX.exec(id)?.[0] ?? '')}}${hashKey(id)}`;
}

/** Returns a hash tag. Accounts with equal tags only share a slot. */
function accountTag(account: string): string {
  return crc32(account).toString(36);
}

function hashKey(key: string): string {
  return createHash('sha256').update(key).digest('base64url');
}

/** Splits a list into chunks that one command can hold, in order; an empty list has no chunks. */
export function chunk<T>(list: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(list.length / MAX_KEYS_PER_COMMAND) }, (_, index) =>
    list.slice(index * MAX_KEYS_PER_COMMAND, (index + 1) * MAX_KEYS_PER_COMMAND),
  );
}
