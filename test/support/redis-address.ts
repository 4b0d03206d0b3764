import { parseRedisUrls, type RedisAddress } from '../../src/config/redis-address.ts';

/** Parses a URL that is valid. */
export function toRedisAddress(...urls: readonly string[]): RedisAddress {
  const result = parseRedisUrls(urls);
  if ('problems' in result)
    throw new Error(`${urls.join(', ')} ${result.problems.map(({ message }) => message).join()}`);
  return result.address;
}
