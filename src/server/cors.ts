import type { CorsConfig } from '../config/cors.ts';
import { parseHostname } from './authority.ts';
import type { Exchange } from './exchange.ts';
import { HttpError } from './http-error.ts';
import type { HttpPath } from './ports.ts';
import { sendHead } from './respond.ts';

/** Cross-origin access from browsers (https://fetch.spec.whatwg.org/#http-cors-protocol). */
export interface Cors {
  /** Sets the CORS headers of the response; returns true where the request is a preflight that is now answered. */
  readonly handle: (exchange: Exchange, path: HttpPath | undefined, methods: readonly string[]) => boolean;
  /** Throws an `HttpError` (403) for a WebSocket upgrade from a page of another origin: browsers send no preflight for it. */
  readonly assertUpgradeAllowed: (exchange: Pick<Exchange, 'request'>) => void;
}

const CORS_PATHS: ReadonlySet<HttpPath | undefined> = new Set(['/graphql', '/schema.graphql']);
const ALLOWED_HEADERS = 'authorization, content-type, apollo-require-preflight, x-request-id, switchboard-explain';
const EXPOSED_HEADERS = 'x-request-id, retry-after';

/** Creates the CORS rules; without a configuration no other origin has access. */
export function createCors(config: CorsConfig | undefined): Cors {
  const origins = new Set(config?.origins);
  const isOpen = origins.has('*');
  const isListed = (origin: string | undefined) => origin !== undefined && (isOpen || origins.has(origin));

  return {
    handle: (exchange, path, methods) => {
      if (config === undefined || !CORS_PATHS.has(path)) return false;
      const { request, headers } = exchange;
      const { origin } = request.headers;
      // Also where every origin is listed: a request without one gets none of the headers below.
      headers.push('vary', 'Origin');
      if (origin === undefined || !isListed(origin)) return false;
      headers.push('access-control-allow-origin', isOpen ? '*' : origin);
      headers.push('access-control-expose-headers', EXPOSED_HEADERS);
      const isPreflight =
        request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;
      if (!isPreflight) return false;
      sendHead(exchange, 204, {
        'access-control-allow-methods': methods.join(', '),
        'access-control-allow-headers': ALLOWED_HEADERS,
        'access-control-max-age': String(config.maxAgeSeconds),
      });
      return true;
    },
    assertUpgradeAllowed: ({ request }) => {
      const { origin, host = '', upgrade } = request.headers;
      if (upgrade?.toLowerCase() !== 'websocket' || origin === undefined) return;
      if (isListed(origin) || isSameHost(origin, host)) return;
      throw new HttpError(403, 'FORBIDDEN', 'WebSocket connections from this origin are not in server.cors.origins.');
    },
  };
}

/** Whether a page's origin is the gateway itself. The scheme is not compared: a proxy may add TLS. */
function isSameHost(origin: string, host: string): boolean {
  return parseHostname(host) !== null && URL.parse(origin)?.host === host.toLowerCase();
}
