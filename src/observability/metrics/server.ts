import type { ServerMetrics } from '../../server/ports.ts';
import { toMethodLabel } from '../labels.ts';
import type { MetricFactory } from './registry.ts';

/** The metrics of the HTTP server. Rejections by a limit are counted with those of the GraphQL layer. */
export function createServerMetrics({
  counter,
  gauge,
  histogram,
}: MetricFactory): Omit<ServerMetrics, 'limitRejection'> {
  const requests = counter('http_requests_total', 'HTTP requests by method, path and status.', [
    'method',
    'path',
    'status',
  ]);
  const durations = histogram('http_request_duration_seconds', 'Duration of HTTP requests in seconds.', ['path']);
  const inFlight = gauge('http_requests_in_flight', 'HTTP requests in flight.', []);
  const shed = counter('http_requests_shed_total', 'Requests shed because the process is overloaded.', ['reason']);
  const authFailures = counter('auth_failures_total', 'Failed authentications by reason.', ['reason']);
  const responses = counter('responses_total', 'GraphQL requests by how their response was obtained.', ['result']);
  let readUnreadBytes = () => 0;
  gauge('http_unread_bytes', 'Bytes of responses that their clients have not read yet.', [], (unread) => {
    unread.set(readUnreadBytes());
  });
  return {
    watchUnread: (bytes) => {
      readUnreadBytes = bytes;
    },
    responseRead: (result) => {
      responses.inc({ result });
    },
    requestStarted: () => {
      inFlight.inc();
      return ({ method, path, status, ms }) => {
        inFlight.dec();
        requests.inc({ method: toMethodLabel(method), path, status });
        durations.observe({ path }, ms / 1000);
      };
    },
    clientError: (status) => {
      requests.inc({ method: toMethodLabel(undefined), path: 'other', status });
    },
    requestShed: (reason) => {
      shed.inc({ reason });
    },
    authFailure: (reason) => {
      authFailures.inc({ reason });
    },
  };
}
