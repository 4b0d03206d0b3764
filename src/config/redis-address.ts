import { z } from 'zod';
import { withValue } from './named-value.ts';
import { Secret } from './secret.ts';

export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

/** Where a shared cache is, and how to reach it. */
export interface RedisAddress {
  /** One server; the nodes of a Redis Cluster from which the others are found; or the sentinels to ask for the master. */
  readonly nodes: readonly RedisNode[];
  /** The name that Sentinel knows the master by; absent where `nodes` are Redis servers themselves. */
  readonly masterName?: string;
  readonly isTls: boolean;
  /** The credentials of the Redis servers. */
  readonly username?: string;
  readonly password?: Secret;
  readonly database: number;
}

/** A problem of one of several URLs. The message contains no part of the URL, which may hold a password. */
export interface RedisUrlProblem {
  readonly index: number;
  readonly message: string;
}

const DEFAULT_PORT = 6379;
const DEFAULT_SENTINEL_PORT = 26_379;
const SCHEME_MESSAGE = 'must be a redis://, rediss:// or redis+sentinel:// URL';

const URL_FORM = /^(?<scheme>[a-z+]+):\/\/(?:(?<userInfo>[^@]*)@)?(?<hosts>[^/?#@]+)(?<path>\/[^?#]*)?$/;
const SHOWN_FORM =
  /^(?<scheme>[a-z+]+:\/\/)(?<credentials>.*@)?(?<rest>[\w.-]+(?::\d+)?(?:,[\w.-]*(?::\d+)?)*(?:\/[\w.-]*)*)$/s;
const SCHEME_FORM = /^(?:redis|valkey)(?<tls>s?)(?<sentinel>\+sentinel)?$/;

/**
 * Parses the URLs of one shared cache: `redis://user:password@host:6379/0`, with `rediss` for TLS, several hosts separated by
 * commas or in several URLs, and `redis+sentinel://host:26379/mymaster` for the sentinels of a master. `valkey` may stand for
 * `redis`.
 */
export function parseRedisUrls(
  urls: readonly string[],
): { readonly address: RedisAddress } | { readonly problems: readonly RedisUrlProblem[] } {
  const parsed = urls.map(parseRedisUrl);
  const problems = parsed.flatMap((result, index) => (typeof result === 'string' ? [{ index, message: result }] : []));
  const addresses = parsed.filter((result) => typeof result !== 'string');
  const [first] = addresses;
  if (problems.length > 0 || !first) return { problems };
  const different = addresses.flatMap((address, index) =>
    settingsOf(address) === settingsOf(first)
      ? []
      : [{ index, message: 'must differ from the first URL in its hosts only' }],
  );
  if (different.length > 0) return { problems: different };
  const address = { ...first, nodes: addresses.flatMap(({ nodes }) => nodes) };
  if (address.nodes.length > 1 && address.masterName === undefined && address.database !== 0) {
    return { problems: [{ index: 0, message: 'must not select a database: a Redis Cluster has only database 0' }] };
  }
  return { address };
}

/** Returns the address, or what is wrong with the URL. */
function parseRedisUrl(url: string): RedisAddress | string {
  const { scheme = '', userInfo, hosts = '', path = '' } = URL_FORM.exec(url)?.groups ?? {};
  const { tls, sentinel } = SCHEME_FORM.exec(scheme)?.groups ?? {};
  if (tls === undefined) return SCHEME_MESSAGE;
  const nodes = hosts.split(',').map((host) => parseNode(host, sentinel ? DEFAULT_SENTINEL_PORT : DEFAULT_PORT));
  const segments = path.split('/').slice(1).filter(Boolean);
  const [masterName] = sentinel ? segments.splice(0, 1).map(decode) : [];
  const [database = '0', ...rest] = segments;
  const [username, password] = (userInfo ?? '').split(/:(.*)/s).map(decode);
  if (nodes.includes(null)) return 'must name hosts as host or host:port';
  if (sentinel && !masterName) return 'must end in the name of the master, such as /mymaster';
  if (masterName === null || username === null || password === null) return 'must be percent-encoded correctly';
  if (!/^\d{1,4}$/.test(database) || rest.length > 0) return 'must end in the number of a database, or in no path';
  return {
    nodes: nodes.filter((node) => node !== null),
    ...(masterName !== undefined && { masterName }),
    isTls: tls === 's',
    ...(username && { username }),
    ...(password && { password: new Secret(password) }),
    database: Number(database),
  };
}

function parseNode(text: string, defaultPort: number): RedisNode | null {
  const url = URL.parse(`redis://${text}`);
  if (!url?.hostname || url.pathname || url.port === '0') return null;
  // The brackets of an IPv6 address belong to the URL.
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port === '' ? defaultPort : Number(url.port) };
}

/** Returns null for a text that is not percent-encoded correctly. */
function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** Everything but the hosts, for a comparison only. */
function settingsOf({ nodes: _, password, ...settings }: RedisAddress): string {
  return JSON.stringify([Object.entries(settings).sort(), password?.reveal()]);
}

/** A URL without its user name and password; undefined for one with an unclear structure, where any part may be the password. */
function toShownUrl(url: unknown): string | undefined {
  const { scheme = '', credentials, rest = '' } = SHOWN_FORM.exec(String(url))?.groups ?? {};
  return rest === '' ? undefined : `${scheme}${credentials === undefined ? '' : '…@'}${rest}`;
}

/** The schema of one URL or a list of them. */
export const redisAddressSchema = z.unknown().transform((value, context): RedisAddress => {
  const urls: readonly unknown[] = Array.isArray(value) ? value : [value];
  const texts = urls.filter((url) => typeof url === 'string');
  const result =
    texts.length === urls.length && urls.length > 0
      ? parseRedisUrls(texts)
      : { problems: [{ index: 0, message: `${SCHEME_MESSAGE}, or a list of them` }] };
  if ('address' in result) return result.address;
  for (const { index, message: problem } of result.problems) {
    const message = withValue(problem, toShownUrl(urls[index]));
    context.addIssue({ code: 'custom', message, path: Array.isArray(value) && urls.length > 0 ? [index] : [] });
  }
  return z.NEVER;
});
