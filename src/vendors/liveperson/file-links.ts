import { isIP } from 'node:net';
import { isLoopback } from '../../config/loopback.ts';

/** The settings that decide which file links may be followed. */
export interface LinkRules {
  readonly baseUrl: URL;
  readonly accountId: string;
  /** Host names, or `*.` and a domain. */
  readonly fileHosts: readonly string[];
}

/** `no link` is an entry of the list that cannot be read. */
export type LinkRejection = 'no link' | 'not a URL' | 'scheme' | 'user info' | 'port' | 'host' | 'path';

/**
 * Resolves a file link, or returns why it may not be followed. This prevents SSRF: the vendor writes the links, and their hosts
 * receive a signed request. A link must use https (or the scheme of a loopback base URL), no user info, the base URL's port, a
 * host of the same family, and a path below the account's.
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

/** Returns the account's path, `/data_access_le/account/{accountID}/`. */
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
 * Returns the pattern for hosts of the same family. In the vendor's own sample, va.da.liveperson.net lists files on
 * va-a.da.liveperson.net. So the host without its first label is trusted, unless only a registered domain remains.
 */
function hostFamilyPattern(host: string): string | null {
  const [, ...rest] = host.split('.');
  return isIP(host) === 0 && rest.length >= 3 ? `*.${rest.join('.')}` : null;
}

function matchesHostPattern(host: string, pattern: string): boolean {
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) && host.length >= pattern.length : host === pattern;
}

/**
 * Whether a parsed path stays below the prefix on any server. The URL parser has resolved `..` and `%2e%2e`. It leaves other
 * forms that a server may read as a separator or as a parent: encoded slashes, dots and percent signs, `..;`.
 */
function isPathBelow(path: string, prefix: string): boolean {
  return path.startsWith(prefix) && path.length > prefix.length && !/%(?:2e|2f|5c|25|00)|\/\.\.?;|\\/i.test(path);
}
