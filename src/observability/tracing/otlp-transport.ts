import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type ExportResponse, type IExporterTransport, OTLPExporterError } from '@opentelemetry/otlp-exporter-base';
import type { Dispatcher } from 'undici';
import type { Clock } from '../../domain/clock.ts';
import { SECOND } from '../../domain/time.ts';
import type { Random } from '../../http/backoff.ts';
import { DispatchedRequest, type ResponseHead } from '../../http/dispatched-request.ts';
import { parseRetryAfter } from '../../http/retry-after.ts';

export interface OtlpTransportOptions {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly compression: 'gzip' | 'none';
  /** The connections to the collector; while they cannot be made, every export fails with the reason. */
  readonly dispatcher: Promise<Dispatcher>;
  readonly clock: Clock;
  readonly random: Random;
}

/** Of the response only a message about spans that the collector left out is read. */
const MAX_RESPONSE_BYTES = 4 * 2 ** 20;

/** https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes */
const RETRYABLE_STATUSES: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** Other errors, such as that of a certificate, would come back. */
const RETRYABLE_ERRORS: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

const MAX_ATTEMPTS = 6;
const FIRST_DELAY_MS = SECOND;
const DELAY_FACTOR = 1.5;
/** How much the delay varies, in either direction. */
const JITTER_RATIO = 0.2;

const compress = promisify(gzip);

/**
 * Sends exports over undici, as vendor calls are sent. Node's own client shares its classes with the server, whose compiled code would
 * become slower for good with the first export: docs/decisions/0033-traces.md.
 */
export function createOtlpTransport(options: OtlpTransportOptions): IExporterTransport {
  const { clock, random, dispatcher } = options;
  // Reported with each export.
  dispatcher.catch(() => undefined);
  const requestOptions = toRequestOptions(options);

  async function attempt(data: Buffer, ms: number): Promise<ExportResponse> {
    const sent = new DispatchedRequest(await dispatcher, { ...requestOptions, body: data }, () => MAX_RESPONSE_BYTES);
    const cancelTimer = clock.setTimer(ms, () => {
      sent.abort(new ExportError('ETIMEDOUT'));
    });
    const body = await sent.body.catch((error: unknown) => error as Error).finally(cancelTimer);
    // A status says what became of the spans, whether or not its body arrives.
    if (sent.head) return toResponse(sent.head, Buffer.isBuffer(body) ? body : null, clock);
    return toFailure(body as Error);
  }

  return {
    async send(data, timeoutMs) {
      const deadlineMs = clock.monotonicMs() + timeoutMs;
      const body = options.compression === 'gzip' ? await compress(data) : toBuffer(data);
      for (let attempts = 1; ; attempts += 1) {
        const response = await attempt(body, deadlineMs - clock.monotonicMs());
        if (response.status !== 'retryable' || attempts === MAX_ATTEMPTS) return response;
        const delayMs = response.retryInMillis ?? retryDelayMs(attempts, random);
        if (clock.monotonicMs() + delayMs >= deadlineMs) return response;
        await new Promise<void>((resolve) => {
          clock.setTimer(delayMs, resolve);
        });
      }
    },
    shutdown() {
      dispatcher.then((connections) => connections.destroy()).catch(() => undefined);
    },
  };
}

/** No export came about. Of the reason only the code is reported. */
class ExportError extends Error {
  override readonly name = 'ExportError';
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** The same bytes in the form that all other writes have: Node's streams convert other arrays. */
function toBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function toRequestOptions({ url, headers, compression }: OtlpTransportOptions): Dispatcher.DispatchOptions {
  const encoding = compression === 'gzip' ? { 'content-encoding': 'gzip' } : {};
  return {
    origin: url.origin,
    path: url.pathname + url.search,
    method: 'POST',
    headers: { ...headers, ...encoding, 'content-type': 'application/x-protobuf' },
    // An attempt has a deadline of its own.
    headersTimeout: 0,
    bodyTimeout: 0,
  };
}

function toResponse({ statusCode, headers }: ResponseHead, data: Buffer | null, clock: Clock): ExportResponse {
  if (statusCode < 300) return { status: 'success', ...(data && { data }) };
  const error = new OTLPExporterError('refused by the collector', statusCode);
  if (!RETRYABLE_STATUSES.has(statusCode)) return { status: 'failure', error };
  const retryAfter = parseRetryAfter(headers['retry-after'], clock.now());
  return { status: 'retryable', error, ...(retryAfter !== null && { retryInMillis: retryAfter * SECOND }) };
}

function toFailure(error: Error & { readonly code?: unknown }): ExportResponse {
  const { code } = error;
  // undici's name for a connection that the other side has closed.
  if (code === 'UND_ERR_SOCKET') return { status: 'retryable', error: new ExportError('ECONNRESET') };
  return { status: RETRYABLE_ERRORS.has(code) ? 'retryable' : 'failure', error };
}

/** Exponential backoff, with less jitter than for vendor calls: a collector that restarts is away for seconds. */
function retryDelayMs(failedAttempts: number, random: Random): number {
  const jitter = 1 + JITTER_RATIO * (2 * random() - 1);
  return FIRST_DELAY_MS * DELAY_FACTOR ** (failedAttempts - 1) * jitter;
}
