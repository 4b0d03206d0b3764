import type { ClientOptions } from './client-options.ts';
import { createConnection } from './connection.ts';
import type { Environment } from './environment.ts';
import { createEventStreamParser, type StreamEvent } from './event-stream.ts';
import { type Outcome, toFailure } from './outcome.ts';
import { RequestError } from './request-error.ts';
import { type GraphqlRequest, sendRequest } from './request.ts';
import { parseBody, readResult, toResult } from './response.ts';

export interface LiveStreamOptions<Data> {
  readonly signal: AbortSignal;
  /** Called for each event, the one that says why the gateway ends the stream included. */
  readonly onOutcome: (outcome: Outcome<Data>) => void;
}

const MEDIA_TYPE = 'text/event-stream';
/** Three times what the gateway lets pass between two signs of life. */
const DEFAULT_MAX_SILENCE_SECONDS = 36;

/**
 * Reads one stream of [GraphQL over SSE](https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md), distinct connections mode.
 * Resolves when the gateway ends it; rejects with a RequestError where it is refused, breaks or is silent for too long, and with the reason
 * of an abort.
 */
export async function readLiveStream<Data>(
  environment: Environment,
  clientOptions: ClientOptions,
  request: GraphqlRequest,
  { signal, onOutcome }: LiveStreamOptions<Data>,
): Promise<void> {
  const { maxSilenceSeconds = DEFAULT_MAX_SILENCE_SECONDS } = clientOptions;
  const connection = createConnection(environment, maxSilenceSeconds, signal);
  try {
    const options = { accept: MEDIA_TYPE, signal: connection.signal };
    const response = await sendRequest(environment, clientOptions, request, options);
    connection.onSignOfLife();
    await readEvents(await requireStream(response, connection.signal), connection.onSignOfLife, onOutcome);
  } catch (error) {
    if (connection.signal.aborted) throw connection.signal.reason;
    throw error;
  } finally {
    connection.close();
  }
}

async function requireStream(response: Response, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
  const mediaType = response.headers.get('content-type') ?? '';
  if (response.body && mediaType.toLowerCase().startsWith(MEDIA_TYPE)) return response.body;
  // Rejects with the refusal.
  await readResult(response, signal);
  const { status } = response;
  throw new RequestError(`The response is no event stream but ${mediaType || 'empty'}.`, 'BAD_RESPONSE', { status });
}

async function readEvents<Data>(
  body: ReadableStream<Uint8Array>,
  onSignOfLife: () => void,
  onOutcome: (outcome: Outcome<Data>) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  const outcomes = createOutcomeReader(onOutcome);
  while (!outcomes.isComplete()) {
    const part = await readPart(reader);
    onSignOfLife();
    outcomes.push(decoder.decode(part, { stream: true }));
  }
  // An error just before the end is why the gateway ended the stream.
  const error = outcomes.lastError();
  if (error) throw error;
}

function createOutcomeReader<Data>(onOutcome: (outcome: Outcome<Data>) => void) {
  let isComplete = false;
  let lastError: RequestError | null = null;
  const push = createEventStreamParser((event) => {
    if (isComplete) return;
    isComplete = event.type === 'complete';
    if (event.type !== 'next') return;
    const outcome = toOutcome<Data>(event);
    lastError = outcome.error;
    onOutcome(outcome);
  });
  return { push, isComplete: () => isComplete, lastError: () => lastError };
}

async function readPart(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Uint8Array> {
  let cause: unknown;
  try {
    const { value } = await reader.read();
    if (value) return value;
  } catch (error) {
    cause = error;
  }
  throw new RequestError('The connection closed before the end of the stream.', 'NETWORK_ERROR', {
    status: null,
    cause,
  });
}

function toOutcome<Data>({ data }: StreamEvent): Outcome<Data> {
  const details = { status: 200, retryAfterSeconds: null, maxAgeSeconds: null };
  try {
    return { result: toResult(parseBody<Data>(data, details), details), error: null };
  } catch (error) {
    return toFailure(error);
  }
}
