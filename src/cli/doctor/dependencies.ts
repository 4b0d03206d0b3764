import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { classifyRedisError } from '../../cache/redis-errors.ts';
import { redisNamespace } from '../../cache/redis-keys.ts';
import { createIssuerFetch } from '../../composition/issuer-fetch.ts';
import { describeReadProblem } from '../../config/read-problem.ts';
import type { RedisAddress } from '../../config/redis-address.ts';
import type { Config } from '../../config/schema.ts';
import { createTransport } from '../../http/transport.ts';
import { describeFailure } from '../failure.ts';
import type { Finding } from './finding.ts';

const PATIENCE_MS = 5000;
const PROBE_TTL_MS = 1000;

/** Looks at what the configuration names besides accounts: Redis, the issuer's keys, the folder of the cache. */
export async function checkDependencies(config: Config): Promise<readonly Finding[]> {
  const { cache, auth } = config;
  const path = 'path' in cache && typeof cache.path === 'string' ? cache.path : null;
  return Promise.all([
    ...(cache.url ? [checkRedis(cache.url)] : []),
    ...(auth?.jwt ? [checkIssuer(auth.jwt.jwksUri, config)] : []),
    ...(path === null ? [] : [checkFolder(path)]),
  ]);
}

const REDIS_REMEDIES: Readonly<Partial<Record<ReturnType<typeof classifyRedisError>, string>>> = {
  connection: 'check the host and port of cache.url, rediss:// for TLS, and the firewall',
  noauth: 'check the user name and password in cache.url, and what the user may do',
  readonly: 'cache.url names a replica: name the master, or its sentinels (redis+sentinel://)',
  oom: 'Redis is full and evicts nothing: set maxmemory-policy allkeys-lru',
  topology: 'check the nodes, or the name of the master, in cache.url',
};

async function checkRedis(address: RedisAddress): Promise<Finding> {
  const subject = 'cache.url';
  const created: { destroy: () => void }[] = [];
  const startedAt = performance.now();
  // Loaded where it is needed: most gateways have no Redis.
  const { openRedis } = await import('../../cache/redis-client.ts');
  try {
    const probe = openRedis(address, {
      onError: () => undefined,
      onCreated: (connection) => created.push(connection),
    }).then(async ({ client, destroy }) => {
      created.push({ destroy });
      await client.set(`${redisNamespace('probe')}:doctor:`, '', { PX: PROBE_TTL_MS });
    });
    await withTimeout(probe);
    const ms = Math.round(performance.now() - startedAt);
    return { subject, outcome: 'ok', message: `Redis takes writes (${ms} ms with connecting)` };
  } catch (error) {
    return {
      subject,
      outcome: 'failed',
      message: `Redis cannot be used: ${describeFailure(error)}`,
      remedy:
        REDIS_REMEDIES[classifyRedisError(error)] ?? 'check cache.url; until then each gateway has a cache of its own',
    };
  } finally {
    for (const connection of created) connection.destroy();
  }
}

async function checkIssuer(jwksUri: URL, { proxy }: Pick<Config, 'proxy'>): Promise<Finding> {
  const subject = 'auth.jwt.jwksUri';
  const transport = createTransport(proxy);
  try {
    const response = await createIssuerFetch(transport)(jwksUri.href, {
      method: 'GET',
      headers: new Headers({ accept: 'application/jwk-set+json, application/json' }),
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (response.status !== 200) throw new Error(`HTTP ${response.status}`);
    const { keys } = (await response.json()) as { readonly keys?: unknown };
    if (!Array.isArray(keys) || keys.length === 0) throw new Error('the answer has no keys');
    return { subject, outcome: 'ok', message: `the issuer has ${keys.length} key${keys.length === 1 ? '' : 's'}` };
  } catch (error) {
    return {
      subject,
      outcome: 'failed',
      message: `the issuer’s keys cannot be read: ${describeFailure(error)}`,
      remedy: `check ${jwksUri.origin}${jwksUri.pathname}, and the proxy where one is needed; until then every token is refused with 503`,
    };
  } finally {
    await transport.close();
  }
}

/** A file that is not there yet is created by the gateway, in a folder that it may write to. */
function checkFolder(path: string): Promise<Finding> {
  const subject = 'cache.path';
  const target = resolve(path);
  const place = existsSync(target) ? target : dirname(target);
  try {
    accessSync(place, constants.W_OK);
    return Promise.resolve({ subject, outcome: 'ok', message: `${place} is writable` });
  } catch (error) {
    return Promise.resolve({
      subject,
      outcome: 'failed',
      message: `${place} is not writable: ${describeReadProblem(error)}`,
      remedy: 'create the folder and give it to the gateway’s user',
    });
  }
}

function withTimeout<T>(promise: Promise<T>): Promise<T> {
  const timeout = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    timeout.reject(new Error(`no answer within ${PATIENCE_MS} ms`));
  }, PATIENCE_MS);
  return Promise.race([promise, timeout.promise]).finally(() => {
    clearTimeout(timer);
  });
}
