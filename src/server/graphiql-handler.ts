import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Answers whatever is asked of /graphiql and below; false, with the response untouched, for any other path. */
export type GraphiqlHandler = (request: IncomingMessage, response: ServerResponse, pathname: string) => boolean;

/**
 * Serves the page that `scripts/build-graphiql.mjs` built into `folder`: index.html as /graphiql, and the files in assets/,
 * whose names change with their content. Everything is read once, here, and only what was found then is ever served, so
 * that no path in a request can lead elsewhere. Without a build the answer is 503 and says how to make one.
 */
export function createGraphiqlHandler(folder: URL | string): GraphiqlHandler {
  const files = readBuild(typeof folder === 'string' ? folder : fileURLToPath(folder));
  return (request, response, pathname) => {
    if (pathname !== '/graphiql' && !pathname.startsWith('/graphiql/')) return false;
    const file = files.get(pathname);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      sendText(response, 405, 'Only GET and HEAD are answered here.', { Allow: 'GET, HEAD' });
    } else if (files.size === 0) {
      sendText(response, 503, 'GraphiQL has not been built. Run: node scripts/build-graphiql.mjs, and start again.');
    } else if (file) {
      sendFile(request, response, file);
    } else if (pathname === '/graphiql/') {
      // Relative, in case a proxy put a path before ours.
      sendText(response, 308, 'See /graphiql.', { Location: '../graphiql' });
    } else {
      sendText(response, 404, 'There is no such file.');
    }
    return true;
  };
}

interface StaticFile {
  readonly headers: OutgoingHttpHeaders;
  /** The same content in several codings, the best first; the last one is `identity`. */
  readonly variants: readonly Variant[];
}

interface Variant {
  readonly encoding: string;
  readonly etag: string;
  readonly body: Buffer;
}

/** What the build leaves beside a file, by the ending it adds to the name. */
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
    // The editor lays itself out by style attributes and elements of its own.
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

/** The files by the path that serves them; none when there is no build. */
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

/** The codings of an Accept-Encoding header, without those that it refuses by a weight of zero. */
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
