import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliDecompress, gzip } from 'node:zlib';
import { once } from '../domain/once.ts';
import { chooseCoding } from './content-coding.ts';

/** Responds to a page's path and all paths below it. Returns false for any other path and leaves the response untouched. */
export type PageHandler = (request: IncomingMessage, response: ServerResponse, pathname: string) => boolean;

/** A page that the gateway serves from its built files. */
export interface StaticPage {
  /** Also the folder's name in public/, and that of the command which builds it: `npm run build:<name>`. */
  readonly name: string;
  /** Absolute; its index.html names the files in assets/, whose names change with their content. */
  readonly folder: URL | string;
  /** Whether the page may set styles in attributes and style elements, and embed fonts and pictures as data URLs. */
  readonly inlineStyles: boolean;
}

interface SentPage extends StaticPage {
  readonly securityHeaders: OutgoingHttpHeaders;
}

/**
 * Serves a page: its index.html as /<name>, and the files in assets/. All files are read once, with the first request, and only these
 * are ever served, so no request path can lead elsewhere (path traversal). Without a build, the response is 503 and names the command
 * to run.
 */
export function createPageHandler(page: StaticPage): PageHandler {
  const root = `/${page.name}`;
  const sentPage = { ...page, securityHeaders: securityHeadersOf(page) };
  const readFiles = once(() =>
    readBuild(root, typeof page.folder === 'string' ? page.folder : fileURLToPath(page.folder)),
  );
  return (request, response, pathname) => {
    if (pathname !== root && !pathname.startsWith(`${root}/`)) return false;
    const files = readFiles();
    const file = files.get(pathname);
    const reply = (status: number, text: string, headers?: OutgoingHttpHeaders) => {
      sendText(sentPage, response, status, text, headers);
    };
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      reply(405, 'Method not allowed; use GET or HEAD.', { Allow: 'GET, HEAD' });
    } else if (files.size === 0) {
      reply(503, `This page is not built. Run \`npm run build:${page.name}\`, then restart the gateway.`);
    } else if (file) {
      void sendFile(sentPage, request, response, file);
    } else if (pathname === `${root}/`) {
      // Relative, in case a proxy serves the gateway below a path prefix.
      reply(308, `See ${root}.`, { Location: `..${root}` });
    } else {
      reply(404, 'Not found.');
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
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
};

function securityHeadersOf({ inlineStyles }: StaticPage): OutgoingHttpHeaders {
  const [style, data] = inlineStyles ? [" 'unsafe-inline'", ' data:'] : ['', ''];
  return {
    'Content-Security-Policy': [
      "default-src 'none'",
      "script-src 'self'",
      "worker-src 'self'",
      `style-src 'self'${style}`,
      `img-src 'self'${data}`,
      `font-src 'self'${data}`,
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
}

/** The files by the path that serves them; empty when there is no build. */
function readBuild(root: string, folder: string): ReadonlyMap<string, StaticFile> {
  const page = join(folder, 'index.html');
  if (!existsSync(page)) return new Map();
  const assets = join(folder, 'assets');
  return new Map([
    [root, readStaticFile(page, 'no-cache')],
    ...readdirSync(assets).flatMap((name): [string, StaticFile][] => {
      const served = name.replace(/\.br$/, '');
      if (!(extname(served) in MEDIA_TYPES)) return [];
      return [[`${root}/assets/${served}`, readStaticFile(join(assets, name), 'public, max-age=31536000, immutable')]];
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
 * main thread when the first client needs them, and kept. All files of GraphiQL take 7 MB uncompressed, which most processes never need.
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

async function sendFile(
  page: SentPage,
  request: IncomingMessage,
  response: ServerResponse,
  file: StaticFile,
): Promise<void> {
  const available = file.variants.map(({ encoding }) => encoding).filter((encoding) => encoding !== 'identity');
  const encoding = chooseCoding(request.headers['accept-encoding'], available);
  const variant = file.variants.find((candidate) => candidate.encoding === encoding);
  if (!variant) return;
  const { etag } = variant;
  const headers = { ...page.securityHeaders, ...file.headers, ETag: etag };
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
    const remedy = `Run \`npm run build:${page.name} -- --force\` and restart the gateway.`;
    sendText(page, response, 500, `This file is damaged. ${remedy}`);
  }
}

function sendText(
  { securityHeaders }: SentPage,
  response: ServerResponse,
  status: number,
  text: string,
  headers: OutgoingHttpHeaders = {},
): void {
  response.writeHead(status, {
    ...securityHeaders,
    'Content-Type': 'text/plain; charset=utf-8',
    'Cache-Control': 'no-store',
    ...headers,
  });
  response.end(`${text}\n`);
}
