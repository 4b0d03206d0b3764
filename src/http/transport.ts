import { Agent, type Dispatcher, EnvHttpProxyAgent, ProxyAgent } from 'undici';
import type { AccountConfig } from '../config/account.ts';
import type { EnvironmentProxy } from '../config/proxy.ts';
import { SECOND } from '../domain/time.ts';
import { ProxyPool } from './proxy-pool.ts';
import { watchStaleConnections } from './stale-connections.ts';

const KEEP_ALIVE_MS = 30 * SECOND;

export type ConnectionSettings = Pick<AccountConfig, 'connectTimeoutMs' | 'proxyUrl'>;

/** The connections of the process to vendors and token issuers. */
export interface Transport {
  /** Returns the connections with these settings; equal settings share them. */
  readonly dispatcherFor: (settings: ConnectionSettings) => Dispatcher;
  /** Call it once for a call of `dispatcherFor`: connections that no account uses any more are closed. */
  readonly release: (settings: ConnectionSettings) => void;
  /** Whether a request failed with this error because the connection, kept from earlier requests, was closed by the vendor. */
  readonly isStaleConnection: (error: unknown) => boolean;
  readonly close: () => Promise<void>;
}

/**
 * Creates the connections. Requests go through the proxy of the settings, else through the environment's proxy unless `NO_PROXY`
 * names the host. http is for loopback hosts only, and the environment's proxy is on another machine: http requests do not use it.
 */
export function createTransport(environment: EnvironmentProxy): Transport {
  const pools = new Map<string, { readonly dispatcher: Dispatcher; users: number }>();
  const staleConnections = watchStaleConnections();
  return {
    dispatcherFor(settings) {
      const key = keyOf(settings);
      const pool = pools.get(key) ?? { dispatcher: createDispatcher(settings, environment), users: 0 };
      pool.users += 1;
      pools.set(key, pool);
      return pool.dispatcher;
    },
    release(settings) {
      const pool = pools.get(keyOf(settings));
      if (!pool) return;
      pool.users -= 1;
      if (pool.users > 0) return;
      pools.delete(keyOf(settings));
      pool.dispatcher.close().catch(() => undefined);
    },
    isStaleConnection: staleConnections.isStale,
    async close() {
      staleConnections.stop();
      await Promise.allSettled([...pools.values()].map(({ dispatcher }) => dispatcher.close()));
    },
  };
}

function keyOf({ connectTimeoutMs, proxyUrl }: ConnectionSettings): string {
  return `${connectTimeoutMs} ${proxyUrl?.reveal() ?? ''}`;
}

/**
 * Only HTTP/1.1, of which an aborted call closes its connection. HTTP/2 would end a stream and go on using a connection that has gone
 * silent, until TCP gives it up after minutes; see docs/decisions/0047-vendors-over-http-1-1.md.
 */
function createDispatcher(
  { connectTimeoutMs, proxyUrl }: ConnectionSettings,
  environment: EnvironmentProxy,
): Dispatcher {
  const options = { connectTimeout: connectTimeoutMs, keepAliveTimeout: KEEP_ALIVE_MS, allowH2: false };
  const proxyOptions = {
    ...options,
    // Always a tunnel: a proxy that forwards requests would answer some by itself.
    proxyTunnel: true,
    clientFactory: (origin: URL, clientOptions: object) =>
      new ProxyPool(origin, { ...clientOptions, headersTimeout: connectTimeoutMs, keepAliveTimeout: KEEP_ALIVE_MS }),
  };
  if (proxyUrl) return new ProxyAgent({ ...proxyOptions, uri: proxyUrl.reveal() });
  if (!environment.url) return new Agent(options);
  return new EnvHttpProxyAgent({
    ...proxyOptions,
    httpProxy: '',
    httpsProxy: environment.url.reveal(),
    noProxy: environment.noProxy,
  });
}
