import type { HttpPath, ServerMetrics } from '../../server/ports.ts';
import { toMethodLabel } from '../labels.ts';
import type { MetricFactory } from './registry.ts';
import { createTally } from './tally.ts';

/** Most answers are stored ones, which take less than a millisecond. */
const REQUEST_BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** The metrics of the HTTP server. Rejections by a limit are counted with those of the GraphQL layer. */
export function createServerMetrics({
  counter,
  gauge,
  histogram,
}: MetricFactory): Omit<ServerMetrics, 'limitRejection'> {
  const requestLabels = ['method', 'path', 'status'] as const;
  const requests = createTally(requestLabels);
  counter('http_requests_total', 'HTTP requests by method, path and status.', requestLabels, requests.report);
  const durations = histogram(
    'http_request_duration_seconds',
    'Duration of HTTP requests in seconds.',
    ['path'],
    REQUEST_BUCKETS_SECONDS,
  );
  let inFlight = 0;
  gauge('http_requests_in_flight', 'HTTP requests in flight.', [], (requestsInFlight) => {
    requestsInFlight.set(inFlight);
  });
  const shed = counter('http_requests_shed_total', 'Requests shed because the process is overloaded.', ['reason']);
  const authFailures = counter('auth_failures_total', 'Failed authentications by reason.', ['reason']);
  const responses = createTally(['result']);
  counter('responses_total', 'GraphQL requests by how their response was obtained.', ['result'], responses.report);
  const documents = createTally(['source']);
  counter(
    'graphql_documents_total',
    'GraphQL requests that were not answered from stored responses, by the source of their text.',
    ['source'],
    documents.report,
  );
  let readReadiness = () => false;
  gauge('ready', 'Whether /readyz is 200: 1, otherwise 0.', [], (ready) => {
    ready.set(readReadiness() ? 1 : 0);
  });
  let readUnreadBytes = () => 0;
  gauge('http_unread_bytes', 'Bytes of responses that their clients have not read yet.', [], (unread) => {
    unread.set(readUnreadBytes());
  });
  const countRequest = (method: string, path: HttpPath, status: number): void => {
    requests.add([method, path, status]);
  };
  return {
    watchReadiness: (isReady) => {
      readReadiness = isReady;
    },
    watchUnread: (bytes) => {
      readUnreadBytes = bytes;
    },
    responseRead: (result) => {
      responses.add([result]);
    },
    documentRequested: (source) => {
      documents.add([source]);
    },
    requestStarted: () => {
      inFlight += 1;
    },
    requestEnded: (method, path, status, ms) => {
      inFlight -= 1;
      countRequest(toMethodLabel(method), path, status);
      if (ms !== null) durations.observe(ms / 1000, path);
    },
    clientError: (status) => {
      countRequest(toMethodLabel(undefined), 'other', status);
    },
    requestShed: (reason) => {
      shed.inc({ reason });
    },
    authFailure: (reason) => {
      authFailures.inc({ reason });
    },
  };
}
