import { isIP } from 'node:net';
import { isLoopback } from '../../config/loopback.ts';

/** What decides which file links may be followed. */
export interface LinkRules {
  readonly baseUrl: URL;
  readonly accountId: string;
  /** Host names, or `*.` and a domain. */
  readonly fileHosts: readonly string[];
}

export type LinkRejection = 'not a URL' | 'scheme' | 'user info' | 'port' | 'host' | 'path';

/**
 * The address that a file link names, or why it may not be followed. Links are the vendor's to write, and whoever is asked
 * for one gets a signed request: so only https (or what a base URL on this machine uses), no user info, the base URL's port,
 * a host of the family, and a path below the account's own.
 */
export function checkFileLink(href: string, rules: LinkRules): URL | LinkRejection {
  if (!URL.canParse(href, rules.baseUrl)) return 'not a URL';
  const url = new URL(href, rules.baseUrl);
  const isLocal = isLoopback(rules.baseUrl.hostname) && url.protocol === rules.baseUrl.protocol;
  if (url.protocol !== 'https:' && !isLocal) return 'scheme';
  if (url.username !== '' || url.password !== '') return 'user info';
  if (effectivePort(url) !== effectivePort(rules.baseUrl)) return 'port';
  if (!isKnownHost(url.hostname, rules)) return 'host';
  if (!isPathBelow(url.pathname, accountPath(rules))) return 'path';
  url.hash = '';
  return url;
}

/** The account's own path, `/data_access_le/account/{accountID}/`. */
export function accountPath({ baseUrl, accountId }: Pick<LinkRules, 'baseUrl' | 'accountId'>): string {
  return `${baseUrl.pathname.replace(/\/+$/, '')}/data_access_le/account/${accountId}/`;
}

function effectivePort(url: URL): string {
  return url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
}

function isKnownHost(host: string, { baseUrl, fileHosts }: LinkRules): boolean {
  if (host === baseUrl.hostname) return true;
  const family = hostFamilyPattern(baseUrl.hostname);
  return [...(family === null ? [] : [family]), ...fileHosts].some((pattern) => matchesHostPattern(host, pattern));
}

/**
 * The vendor's own sample has va.da.liveperson.net list files on va-a.da.liveperson.net: what remains of a host without its
 * first label is trusted, unless that is as little as a registered domain.
 */
function hostFamilyPattern(host: string): string | null {
  const [, ...rest] = host.split('.');
  return isIP(host) === 0 && rest.length >= 3 ? `*.${rest.join('.')}` : null;
}

function matchesHostPattern(host: string, pattern: string): boolean {
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) && host.length >= pattern.length : host === pattern;
}

/**
 * Whether a parsed path stays below the prefix at any server. The URL parser has resolved `..` and `%2e%2e`; what it leaves
 * alone, servers may still take for a separator or a direction: encoded slashes, dots and percent signs, `..;`.
 */
function isPathBelow(path: string, prefix: string): boolean {
  return path.startsWith(prefix) && path.length > prefix.length && !/%(?:2e|2f|5c|25|00)|\/\.\.?;|\\/i.test(path);
}
