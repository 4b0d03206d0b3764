import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Responds to /graphiql and all paths below it. Returns false for any other path and leaves the response untouched. */
export type GraphiqlHandler = (request: IncomingMessage, response: ServerResponse, pathname: string) => boolean;

/**
 * Serves the page that `scripts/build-graphiql.mjs` built into `folder`: index.html as /graphiql, and the files in assets/,
 * whose names change with their content. All files are read once, here, and only these are ever served, so no request path
 * can lead elsewhere (path traversal). Without a build, the response is 503 and names the command to run.
 */
export function createGraphiqlHandler(folder: URL | string): GraphiqlHandler {
  const files = readBuild(typeof folder === 'string' ? folder : fileURLToPath(folder));
  return (request, response, pathname) => {
    if (pathname !== '/graphiql' && !pathname.startsWith('/graphiql/')) return false;
    const file = files.get(pathname);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      sendText(response, 405, 'Method not allowed; use GET or HEAD.', { Allow: 'GET, HEAD' });
    } else if (files.size === 0) {
      sendText(
        response,
        503,
        'GraphiQL is not built. Run `node scripts/build-graphiql.mjs`, then restart the gateway.',
      );
    } else if (file) {
      sendFile(request, response, file);
    } else if (pathname === '/graphiql/') {
      // Relative, in case a proxy serves the gateway below a path prefix.
      sendText(response, 308, 'See /graphiql.', { Location: '../graphiql' });
    } else {
      sendText(response, 404, 'Not found.');
    }
    return true;
  };
}

interface StaticFile {
  readonly headers: OutgoingHttpHeaders;
  /** The same content in several codings, the preferred one first; the last one is `identity`. */
  readonly variants: readonly Variant[];
}

interface Variant {
  readonly encoding: string;
  readonly etag: string;
  readonly body: Buffer;
}

/** The content codings of the build's pre-compressed files, by the suffix of their name. */
const ENCODING_BY_SUFFIX = { '.br': 'br', '.gz': 'gzip', '': 'identity' };

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
};

const SECURITY_HEADERS = {
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    "worker-src 'self'",
    // The editor sets its layout through inline style attributes and style elements.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** Reads the built files, by URL path; empty without a build. */
function readBuild(folder: string): ReadonlyMap<string, StaticFile> {
  const page = join(folder, 'index.html');
  if (!existsSync(page)) return new Map();
  const assets = join(folder, 'assets');
  return new Map([
    ['/graphiql', readStaticFile(page, 'no-cache')],
    ...readdirSync(assets)
      .filter((name) => extname(name) in MEDIA_TYPES)
      .map((name): [string, StaticFile] => [
        `/graphiql/assets/${name}`,
        readStaticFile(join(assets, name), 'public, max-age=31536000, immutable'),
      ]),
  ]);
}

function readStaticFile(path: string, cacheControl: string): StaticFile {
  const variants = Object.entries(ENCODING_BY_SUFFIX)
    .filter(([suffix]) => existsSync(path + suffix))
    .map(([suffix, encoding]) => {
      const body = readFileSync(path + suffix);
      return { encoding, body, etag: `"${createHash('sha256').update(body).digest('base64url')}"` };
    });
  return {
    headers: { 'Content-Type': MEDIA_TYPES[extname(path)], 'Cache-Control': cacheControl, Vary: 'Accept-Encoding' },
    variants,
  };
}

function sendFile(request: IncomingMessage, response: ServerResponse, file: StaticFile): void {
  const acceptedEncodings = parseAcceptEncoding(request.headers['accept-encoding'] ?? '');
  for (const { encoding, etag, body } of file.variants) {
    if (encoding !== 'identity' && !acceptedEncodings.has(encoding)) continue;
    const headers = { ...SECURITY_HEADERS, ...file.headers, ETag: etag };
    if (request.headers['if-none-match']?.includes(etag)) {
      response.writeHead(304, headers).end();
    } else {
      const contentEncoding = encoding === 'identity' ? {} : { 'Content-Encoding': encoding };
      response.writeHead(200, { ...headers, ...contentEncoding, 'Content-Length': body.length });
      response.end(request.method === 'HEAD' ? undefined : body);
    }
    return;
  }
}

/** Returns the codings of an Accept-Encoding header, without those excluded by `q=0`. */
function parseAcceptEncoding(header: string): ReadonlySet<string> {
  const entries = header.toLowerCase().split(',');
  return new Set(
    entries.filter((entry) => !/;\s*q=0(\.0*)?\s*$/.test(entry)).map((entry) => entry.replace(/;.*/, '').trim()),
  );
}

function sendText(response: ServerResponse, status: number, text: string, headers: OutgoingHttpHeaders = {}): void {
  response.writeHead(status, {
    ...SECURITY_HEADERS,
    'Content-Type': 'text/plain; charset=utf-8',
    'Cache-Control': 'no-store',
    ...headers,
  });
  response.end(`${text}\n`);
}
