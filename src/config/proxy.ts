import { z } from 'zod';
import type { ConfigError } from './config-error.ts';
import { ENVIRONMENT } from './env-overrides.ts';
import type { Environment } from './placeholder.ts';
import { Secret } from './secret.ts';

/** What the environment says about proxies. */
export interface EnvironmentProxy {
  /** The proxy of https requests; null: none. Secret, since it may contain a password. */
  readonly url: Secret | null;
  /** The hosts that are called without it, as in `NO_PROXY`. */
  readonly noProxy: string;
}

export const noEnvironmentProxy: EnvironmentProxy = { url: null, noProxy: '' };

const PROXY_URL_MESSAGE = 'must be the URL of an HTTP proxy, such as http://proxy.example.com:3128';

/** The URL of a proxy, with the user name and password in it, if it needs any. */
export const proxyUrlSchema = z
  .string()
  .refine(isProxyUrl, PROXY_URL_MESSAGE)
  .transform((text) => new Secret(text));

function isProxyUrl(text: string): boolean {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol)) return false;
  return (
    url.pathname === '/' && url.search === '' && url.hash === '' && [url.username, url.password].every(isDecodable)
  );
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** By precedence. A vendor is called over https; the variable of http requests is what many machines set alone. */
const PROXY_VARIABLES = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'] as const;

/**
 * Parses `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, in upper or lower case; an empty proxy counts as not set. As in curl, the
 * scheme `http://` may be left out.
 */
export function parseProxyVariables(env: Environment): {
  readonly proxy: EnvironmentProxy;
  readonly errors: readonly ConfigError[];
} {
  const name = PROXY_VARIABLES.find((variable) => env[variable]);
  if (name === undefined) return { proxy: noEnvironmentProxy, errors: [] };
  const text = env[name] ?? '';
  const url = text.includes('://') ? text : `http://${text}`;
  if (!isProxyUrl(url)) {
    return { proxy: noEnvironmentProxy, errors: [{ file: ENVIRONMENT, path: name, message: PROXY_URL_MESSAGE }] };
  }
  return { proxy: { url: new Secret(url), noProxy: env.no_proxy ?? env.NO_PROXY ?? '' }, errors: [] };
}
