import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliDecompress, gzip } from 'node:zlib';
import { once } from '../domain/once.ts';
import { chooseCoding } from './content-coding.ts';

/** Responds to /graphiql and all paths below it. Returns false for any other path and leaves the response untouched. */
export type GraphiqlHandler = (request: IncomingMessage, response: ServerResponse, pathname: string) => boolean;

/**
 * Serves the page that `npm run build:graphiql` built into `folder`: index.html as /graphiql, and the files in assets/,
 * whose names change with their content. All files are read once, with the first request, and only these are ever served, so no
 * request path can lead elsewhere (path traversal). Without a build, the response is 503 and names the command to run.
 */
export function createGraphiqlHandler(folder: URL | string): GraphiqlHandler {
  const readFiles = once(() => readBuild(typeof folder === 'string' ? folder : fileURLToPath(folder)));
  return (request, response, pathname) => {
    if (pathname !== '/graphiql' && !pathname.startsWith('/graphiql/')) return false;
    const files = readFiles();
    const file = files.get(pathname);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      sendText(response, 405, 'Method not allowed; use GET or HEAD.', { Allow: 'GET, HEAD' });
    } else if (files.size === 0) {
      sendText(response, 503, 'GraphiQL is not built. Run `npm run build:graphiql`, then restart the gateway.');
    } else if (file) {
      void sendFile(request, response, file);
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
  readonly encoding: 'br' | 'gzip' | 'identity';
  readonly etag: string;
  readonly body: () => Promise<Buffer>;
}

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

/** The files by the path that serves them; empty when there is no build. */
function readBuild(folder: string): ReadonlyMap<string, StaticFile> {
  const page = join(folder, 'index.html');
  if (!existsSync(page)) return new Map();
  const assets = join(folder, 'assets');
  return new Map([
    ['/graphiql', readStaticFile(page, 'no-cache')],
    ...readdirSync(assets).flatMap((name): [string, StaticFile][] => {
      const served = name.replace(/\.br$/, '');
      if (!(extname(served) in MEDIA_TYPES)) return [];
      return [
        [`/graphiql/assets/${served}`, readStaticFile(join(assets, name), 'public, max-age=31536000, immutable')],
      ];
    }),
  ]);
}

function readStaticFile(path: string, cacheControl: string): StaticFile {
  const content = readFileSync(path);
  return {
    headers: {
      'Content-Type': MEDIA_TYPES[extname(path.replace(/\.br$/, ''))],
      'Cache-Control': cacheControl,
      Vary: 'Accept-Encoding',
    },
    variants: path.endsWith('.br')
      ? variantsOf(content)
      : [{ encoding: 'identity', etag: etagOf(content), body: () => Promise.resolve(content) }],
  };
}

/**
 * The build stores brotli only, which browsers accept over https and from localhost. The other two encodings are made off the
 * main thread when the first client needs them, and kept. All files take 7 MB uncompressed, which most processes never need.
 */
function variantsOf(brotli: Buffer): readonly Variant[] {
  const plain = once(() => promisify(brotliDecompress)(brotli));
  const gzipped = once(async () => promisify(gzip)(await plain()));
  return [
    { encoding: 'br', etag: etagOf(brotli), body: () => Promise.resolve(brotli) },
    { encoding: 'gzip', etag: etagOf(brotli, 'gzip'), body: gzipped },
    { encoding: 'identity', etag: etagOf(brotli, 'identity'), body: plain },
  ];
}

function etagOf(content: Buffer, encoding = ''): string {
  return `"${createHash('sha256').update(content).update(encoding).digest('base64url')}"`;
}

async function sendFile(request: IncomingMessage, response: ServerResponse, file: StaticFile): Promise<void> {
  const available = file.variants.map(({ encoding }) => encoding).filter((encoding) => encoding !== 'identity');
  const encoding = chooseCoding(request.headers['accept-encoding'], available);
  const variant = file.variants.find((candidate) => candidate.encoding === encoding);
  if (!variant) return;
  const { etag } = variant;
  const headers = { ...SECURITY_HEADERS, ...file.headers, ETag: etag };
  if (request.headers['if-none-match']?.includes(etag)) {
    response.writeHead(304, headers).end();
    return;
  }
  try {
    const body = await variant.body();
    const contentEncoding = encoding === 'identity' ? {} : { 'Content-Encoding': encoding };
    response.writeHead(200, { ...headers, ...contentEncoding, 'Content-Length': body.length });
    response.end(request.method === 'HEAD' ? undefined : body);
  } catch {
    sendText(response, 500, 'This file is damaged. Run `npm run build:graphiql -- --force` and restart the gateway.');
  }
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
