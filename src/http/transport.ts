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
  /** Whether a request failed with this error because the connection, kept from earlier requests, was closed by the vendor. */
  readonly isStaleConnection: (error: unknown) => boolean;
  readonly close: () => Promise<void>;
}

/**
 * Creates the connections. Requests go through the proxy of the settings, else through the environment's proxy unless `NO_PROXY`
 * names the host. http is for loopback hosts only, and the environment's proxy is on another machine: http requests do not use it.
 */
export function createTransport(environment: EnvironmentProxy): Transport {
  const dispatchers = new Map<string, Dispatcher>();
  const staleConnections = watchStaleConnections();
  return {
    dispatcherFor(settings) {
      const key = `${settings.connectTimeoutMs} ${settings.proxyUrl?.reveal() ?? ''}`;
      const dispatcher = dispatchers.get(key) ?? createDispatcher(settings, environment);
      dispatchers.set(key, dispatcher);
      return dispatcher;
    },
    isStaleConnection: staleConnections.isStale,
    async close() {
      staleConnections.stop();
      await Promise.allSettled([...dispatchers.values()].map((dispatcher) => dispatcher.close()));
    },
  };
}

function createDispatcher(
  { connectTimeoutMs, proxyUrl }: ConnectionSettings,
  environment: EnvironmentProxy,
): Dispatcher {
  const options = { connectTimeout: connectTimeoutMs, keepAliveTimeout: KEEP_ALIVE_MS };
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
