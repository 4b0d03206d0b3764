import { type CallTarget, VendorError } from '../domain/vendor-error.ts';
import { sleep } from './abort.ts';
import { type AdmissionOptions, createAdmission } from './admission.ts';
import { startAttemptSpan } from './attempt-span.ts';
import { type AttemptedCall, type AttemptOptions, type AttemptResult, createAttempts } from './attempt.ts';
import { toVendorError } from './classify-error.ts';
import type { ResponseHead } from './dispatched-request.ts';
import { ACCEPT_ENCODING, decodeBody, readAll } from './response-body.ts';
import { assertOk, errorCodeForStatus, withRetryAfter } from './response.ts';
import { createRetryPolicy, type RetryOptions } from './retry.ts';
import type { CallContext, VendorHttp, VendorRequest } from './types.ts';

/** Of decoded bytes. A month of fifty busy agents in one response takes half of this. */
const DEFAULT_MAX_BODY_BYTES = 32 * 1024 * 1024;

/** Error bodies are only searched for a message, such as that of a rate limit; a longer body does not hold one. */
const MAX_ERROR_BODY_BYTES = 64 * 1024;

export interface VendorHttpOptions extends AdmissionOptions, AttemptOptions, RetryOptions {
  readonly maxBodyBytes?: number;
  /** Returns the headers that every request to a URL carries. */
  readonly accountHeaders?: (url: URL) => Readonly<Record<string, string>>;
  /** Whether requests carry the context of their trace; absent: they do not. */
  readonly forwardTraceContext?: boolean;
}

type AttemptOnce<T> = (call: AttemptedCall) => Promise<AttemptResult<T>>;

const JSON_HEADERS = { 'accept-encoding': ACCEPT_ENCODING };
const NO_BODY = Buffer.alloc(0);

/** Makes one account's calls, from the outside in: retries, admission, one attempt with its own deadline. */
export function createVendorHttp(options: VendorHttpOptions): VendorHttp {
  const { account, clock } = options;
  const admission = createAdmission(options);
  const attempts = createAttempts(options);
  const retry = createRetryPolicy(options);
  const maxBodyBytes = options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES;

  const toTarget = ({ endpoint }: VendorRequest): CallTarget => ({
    vendor: account.vendor,
    account: account.name,
    endpoint,
  });

  /** Attempts the call until it succeeds or another attempt is pointless; returns the last attempt's result. */
  async function makeCall<T>(
    request: VendorRequest,
    context: CallContext,
    attempt: AttemptOnce<T>,
    headers: Readonly<Record<string, string>>,
    canRepeat = () => true,
  ): Promise<AttemptResult<T>> {
    const target = toTarget(request);
    retry.recordCall();
    let result = await attemptInTurn(request, context, target, attempt, headers, 0);
    let failedAttempts = 0;
    let resends = 0;
    while (result.error && canRepeat() && !admission.rejection(target)) {
      const isResend = retry.canResend(request, result.error, resends);
      if (isResend) resends += 1;
      else failedAttempts += 1;
      const delayMs = isResend ? 0 : retry.delayMs(request, result.error, failedAttempts);
      if (delayMs === null) break;
      try {
        if (delayMs > 0) await sleep(delayMs, clock, context.signal);
        result = await attemptInTurn(request, context, target, attempt, headers, failedAttempts + resends);
      } catch (error) {
        if (context.signal.aborted) throw toVendorError(error, target, 'waiting');
        // The previous attempt's error is more useful than the reason why another cannot be made.
        if (!(error instanceof VendorError)) throw error;
        break;
      }
    }
    return result;
  }

  /** Attempts the call when its turn has come. */
  async function attemptInTurn<T>(
    request: VendorRequest,
    context: CallContext,
    target: CallTarget,
    attempt: AttemptOnce<T>,
    headers: Readonly<Record<string, string>>,
    resendCount: number,
  ): Promise<AttemptResult<T>> {
    admission.assertAdmissible(target);
    // Obtaining credentials may need a call of its own (a token), which must not wait for a slot that this call holds.
    const credentials = await request.authorize?.(context);
    const queuedAtMs = clock.monotonicMs();
    const release = await admission.acquire(target, context);
    const waitedMs = clock.monotonicMs() - queuedAtMs;
    const span = context.span && startAttemptSpan(context.span, { request, target, resendCount, waitedMs });
    let error: VendorError | null = null;
    const accountHeaders = options.accountHeaders?.(request.url);
    try {
      const traceHeaders = options.forwardTraceContext ? span?.headers() : undefined;
      const allHeaders = { ...accountHeaders, ...traceHeaders, ...headers, ...request.headers, ...credentials };
      const result = await attempt({ request, headers: allHeaders, target, context, span });
      error = result.error;
      return result;
    } finally {
      release(error);
    }
  }

  function maxBytesOf(request: VendorRequest, statusCode: number): number {
    const isOk = errorCodeForStatus(statusCode) === null;
    return Math.min(maxBodyBytes, isOk ? (request.maxBytes ?? maxBodyBytes) : MAX_ERROR_BODY_BYTES);
  }

  /** Decodes a body. An error body that is unreadable or too long becomes empty: the status is enough. */
  async function decode(
    request: VendorRequest,
    { statusCode, headers }: ResponseHead,
    body: Buffer | VendorError,
    { signal }: CallContext,
  ): Promise<Buffer> {
    const contentEncoding = headers['content-encoding'];
    try {
      if (body instanceof VendorError) throw body;
      if (typeof contentEncoding !== 'string') return body;
      return await decodeBody(body, contentEncoding, maxBytesOf(request, statusCode), toTarget(request));
    } catch (error) {
      if (errorCodeForStatus(statusCode) === null || signal.aborted || !(error instanceof VendorError)) throw error;
      return NO_BODY;
    }
  }

  /** Returns the result; its error states when the next attempt can be made, however that was decided. */
  function unwrap<T>(request: VendorRequest, { value, error }: AttemptResult<T>): T {
    const retryAfterSeconds = admission.retryAfterSeconds(toTarget(request), error);
    if (error && retryAfterSeconds !== null) throw withRetryAfter(error, retryAfterSeconds);
    return value();
  }

  return {
    async read(request, context, parse) {
      const read = async (head: ResponseHead, encoded: Buffer | VendorError) => {
        const body = await decode(request, head, encoded, context);
        return parse({ request, status: head.statusCode, headers: head.headers, body });
      };
      const attempt = (call: AttemptedCall) => attempts.complete(call, (status) => maxBytesOf(request, status), read);
      return unwrap(request, await makeCall(request, context, attempt, JSON_HEADERS));
    },

    async stream(request, context, readStream) {
      const target = toTarget(request);
      let isHandedOver = false;
      const read = async (head: ResponseHead, chunks: AsyncIterable<Buffer>) => {
        const { statusCode: status, headers } = head;
        if (errorCodeForStatus(status) !== null) {
          const encoded = await readAll(chunks, maxBytesOf(request, status), target).catch(toVendorErrorOrThrow);
          const response = { request, status, headers, body: await decode(request, head, encoded, context) };
          const detected = request.classifyResponse?.(response);
          if (detected) throw detected;
          assertOk(response, target, clock.now());
        }
        isHandedOver = true;
        return readStream({ request, status, headers, body: chunks });
      };
      const attempt = (call: AttemptedCall) => attempts.stream(call, read);
      // Data passed to the reader cannot be taken back, so the call is not retried after that.
      return unwrap(request, await makeCall(request, context, attempt, {}, () => !isHandedOver));
    },
  };
}

function toVendorErrorOrThrow(error: unknown): VendorError {
  if (error instanceof VendorError) return error;
  throw error;
}
