import type { Tracer, TraceSpan } from '../domain/trace-span.ts';
import { describeOperation } from '../graphql/operation-span.ts';
import type { Exchange } from './exchange.ts';
import type { Answer } from './response-cache/response-cache.ts';

/** A client may send a header of any length. */
const MAX_HEADER_LENGTH = 128;

/**
 * Starts the span of a GraphQL request, which ends with its response. It continues the trace of the client, and has the attributes of
 * an HTTP server (https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server): without the query string, which may hold
 * variables.
 */
export function startRequestSpan(tracer: Tracer, exchange: Exchange): void {
  const { request } = exchange;
  const { headers, method = '_OTHER' } = request;
  const span = tracer.startRoot('GraphQL Operation', 'server', { headers });
  if (!span) return;
  const { requestId, pathname, clientAddress, log } = exchange;
  exchange.span = span;
  log.traceId = span.traceId;
  span.setAttributes({
    'http.request.method': method,
    'http.route': pathname,
    'url.path': pathname,
    'url.scheme': 'http',
    'network.protocol.version': request.httpVersion,
    'client.address': clientAddress,
    'user_agent.original': headers['user-agent']?.slice(0, MAX_HEADER_LENGTH),
    'switchboard.request_id': requestId,
  });
  exchange.onClose(() => {
    const { status = 0, caller, rejection, stream } = log;
    span.setAttributes({
      'http.response.status_code': status,
      'switchboard.caller': caller,
      'switchboard.rejection': rejection,
      'switchboard.stream': stream,
    });
    // The server has not failed where a request is refused, or its client leaves.
    if (status >= 500) span.fail(String(status));
    span.end();
  });
}

/** Says where an answer comes from. Without an execution of its own, nothing else has described the operation. */
export function describeAnswer(span: TraceSpan, { response, source }: Answer): void {
  span.setAttributes({ 'switchboard.response': source });
  if (source === 'stored' || source === 'collapsed') describeOperation(span, 'query', response.operation);
}
