import type { IncomingMessage } from 'node:http';
import { isIPv4 } from 'node:net';
import { parseHostname } from './authority.ts';
import type { Exchange } from './exchange.ts';
import { HttpError } from './http-error.ts';

/** Throws an `HttpError` for a request to a host that the gateway does not serve. */
export type HostCheck = (exchange: Pick<Exchange, 'request' | 'authority'>) => void;

/**
 * Creates the check of a gateway without `auth`: only requests to a loopback host, or to one of `allowedHosts`, are served.
 * Otherwise a page whose DNS name is changed to 127.0.0.1 could read the gateway through its visitor's browser (DNS rebinding).
 */
export function createHostCheck(allowedHosts: readonly string[]): HostCheck {
  const allowed = new Set(allowedHosts.map((host) => parseHostname(host)));
  return ({ request, authority }) => {
    if (countHosts(request) > 1) throw new HttpError(400, 'BAD_REQUEST', 'More than one Host header; send one.');
    // The host of an absolute request target replaces the header's (RFC 9112, section 3.2.2).
    const host = authority ?? request.headers.host;
    // Node rejects HTTP/1.1 without Host. HTTP/1.0 has none, and no browser speaks it.
    if (host === undefined && isHttp10(request)) return;
    const hostname = parseHostname(host ?? '');
    if (hostname !== null && (isLoopbackHostname(hostname) || allowed.has(hostname))) return;
    throw new HttpError(
      403,
      'FORBIDDEN',
      'The Host of the request is neither a loopback host nor in server.allowedHosts; without auth, no other is served.',
    );
  };
}

/** `headersDistinct` would tell, too, but converts all headers. */
function countHosts({ rawHeaders }: IncomingMessage): number {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2)
    if (rawHeaders[index]?.toLowerCase() === 'host') count += 1;
  return count;
}

function isHttp10({ httpVersion }: IncomingMessage): boolean {
  return httpVersion === '1.0';
}

/** Whether a normalised host name always means this machine (RFC 6761, section 6.3; RFC 1122, section 3.2.1.3). */
function isLoopbackHostname(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    (isIPv4(hostname) && hostname.startsWith('127.'))
  );
}
