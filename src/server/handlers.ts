import { createHash } from 'node:crypto';
import { once } from '../domain/once.ts';
import { type Caller, canAccess } from '../request/caller.ts';
import type { Exchange } from './exchange.ts';
import type { MetricsExporter } from './ports.ts';
import { presetHeaders, send, sendAnswer, sendHead, sendJson, sendMonitoringAnswer, varyByCoding } from './respond.ts';
import { createEncodableBody } from './response-cache/encodable-body.ts';
import type { PageHandler } from './static-page.ts';

/** The body of `GET /`. */
const PATH_DESCRIPTIONS = {
  '/graphql': 'GraphQL over HTTP, POST and GET',
  '/wallboard': 'the wallboard: who is available, since when, on which interaction',
  '/graphiql': 'GraphiQL, the query editor for the browser',
  '/schema.graphql': 'the schema as SDL, for client generators',
  '/healthz': '200 while the process is alive',
  '/readyz': '200 while the gateway is ready, otherwise 503 with the reason',
  '/metrics': 'Prometheus metrics',
  '/admin/purge': 'drops cached values, POST',
};

/** A browser is led to the wallboard, which shows at a glance what the gateway knows. */
export function handleIndex(exchange: Exchange): void {
  if (exchange.request.headers.accept?.includes('text/html')) send(exchange, 302, { location: '/wallboard' }, '');
  else sendJson(exchange, 200, { name: 'Switchboard', paths: PATH_DESCRIPTIONS });
}

/** Browsers ask for it by themselves; the pages name an icon of its own. */
export function handleFavicon(exchange: Exchange): void {
  sendHead(exchange, 204, { 'cache-control': 'public, max-age=86400' });
}

export function createPageRoute(page: PageHandler): (exchange: Exchange) => void {
  return (exchange) => {
    presetHeaders(exchange);
    page(exchange.request, exchange.response, exchange.pathname);
  };
}

/** `printSdl` is called with the first request: few processes are asked for the schema, and printing it delays their start. */
export function createSchemaHandler(printSdl: () => string): (exchange: Exchange) => Promise<void> {
  const answer = once(() => createSchemaAnswer(printSdl()));
  return async (exchange) => {
    const { tag, body, headers } = answer();
    const clientEtags = exchange.request.headers['if-none-match']
      ?.split(',')
      .map((text) => text.trim().replace(/^W\//, ''));
    if (clientEtags?.some((text) => text === tag || text === '*')) {
      varyByCoding(exchange);
      sendHead(exchange, 304, headers);
      return;
    }
    await sendAnswer(exchange, 200, { ...headers, 'content-type': 'text/plain; charset=utf-8' }, body);
  };
}

function createSchemaAnswer(sdl: string) {
  // Weak, because the bytes differ with the content coding (RFC 9110, section 8.8.1).
  const tag = `"${createHash('sha256').update(sdl).digest('base64url').slice(0, 22)}"`;
  const body = createEncodableBody(Buffer.from(sdl));
  const headers = { etag: `W/${tag}`, 'cache-control': 'private, no-cache' };
  return { tag, body, headers };
}

export function createMetricsHandler(metrics: MetricsExporter): (exchange: Exchange, caller: Caller) => Promise<void> {
  return async (exchange, caller) => {
    const text = await metrics.text((account) => canAccess(caller, account));
    await sendMonitoringAnswer(exchange, { 'content-type': metrics.contentType }, text);
  };
}
