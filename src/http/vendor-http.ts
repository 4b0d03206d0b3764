import { toCallTarget } from '../domain/call-target.ts';
import { mapValue, type MaybePromise } from '../domain/maybe-promise.ts';
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
import type { CallContext, VendorHttp, VendorRequest, VendorUrl } from './types.ts';

/** Counts decoded bytes. A month of fifty busy agents in one response takes half of this. */
const DEFAULT_MAX_BODY_BYTES = 32 * 1024 * 1024;

/** Error bodies are only searched for a message, such as that of a rate limit; a longer body does not hold one. */
const MAX_ERROR_BODY_BYTES = 64 * 1024;

export interface VendorHttpOptions extends AdmissionOptions, AttemptOptions, RetryOptions {
  readonly maxBodyBytes?: number;
  /** Returns the headers that every request to a URL carries. */
  readonly accountHeaders?: (url: VendorUrl) => Readonly<Record<string, string>>;
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

  /** Attempts the call until it succeeds or another attempt is pointless. */
  async function makeCall<T>(
    request: VendorRequest,
    context: CallContext,
    attempt: AttemptOnce<T>,
    headers: Readonly<Record<string, string>>,
    canRepeat = () => true,
  ): Promise<T> {
    const target = toCallTarget(account, request.endpoint);
    retry.recordCall();
    const attemptAgain = (resendCount: number) =>
      attemptInTurn(request, context, target, attempt, headers, resendCount);
    const first = await attemptAgain(0);
    if ('value' in first) return first.value;
    const result = await repeat(first, request, context, target, attemptAgain, canRepeat);
    if ('value' in result) return result.value;
    // The error states when the next attempt can be made, however that was decided.
    const retryAfterSeconds = admission.retryAfterSeconds(target, result.error);
    throw result.error && retryAfterSeconds !== null ? withRetryAfter(result.error, retryAfterSeconds) : result.thrown;
  }

  /** Attempts a call again that has failed; returns the last attempt's result. */
  async function repeat<T>(
    first: AttemptResult<T>,
    request: VendorRequest,
    { signal }: CallContext,
    target: CallTarget,
    attemptAgain: (resendCount: number) => Promise<AttemptResult<T>>,
    canRepeat: () => boolean,
  ): Promise<AttemptResult<T>> {
    let result = first;
    let failedAttempts = 0;
    let resends = 0;
    while (result.error && canRepeat() && !admission.rejection(target)) {
      const isResend = retry.canResend(request, result.error, resends);
      if (isResend) resends += 1;
      else failedAttempts += 1;
      const delayMs = isResend ? 0 : retry.delayMs(request, result.error, failedAttempts);
      if (delayMs === null) break;
      try {
        if (delayMs > 0) await sleep(delayMs, clock, signal);
        result = await attemptAgain(failedAttempts + resends);
      } catch (error) {
        if (signal.aborted) throw toVendorError(error, target, 'waiting');
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
    const authorized = request.authorize?.(context);
    const credentials = authorized instanceof Promise ? await authorized : authorized;
    const queuedAtMs = clock.monotonicMs();
    const acquired = admission.acquire(target, context);
    const release = acquired instanceof Promise ? await acquired : acquired;
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
  function decode(
    request: VendorRequest,
    { statusCode, headers }: ResponseHead,
    body: Buffer | VendorError,
    { signal }: CallContext,
  ): MaybePromise<Buffer> {
    const orEmpty = (error: unknown): Buffer => {
      if (errorCodeForStatus(statusCode) === null || signal.aborted || !(error instanceof VendorError)) throw error;
      return NO_BODY;
    };
    if (body instanceof VendorError) return orEmpty(body);
    const contentEncoding = headers['content-encoding'];
    if (typeof contentEncoding !== 'string') return body;
    return decodeBody(
      body,
      contentEncoding,
      maxBytesOf(request, statusCode),
      toCallTarget(account, request.endpoint),
    ).catch(orEmpty);
  }

  return {
    read(request, context, parse) {
      const read = (head: ResponseHead, encoded: Buffer | VendorError) =>
        mapValue(decode(request, head, encoded, context), (body) =>
          parse({ request, status: head.statusCode, headers: head.headers, body }),
        );
      const attempt = (call: AttemptedCall) => attempts.complete(call, (status) => maxBytesOf(request, status), read);
      return makeCall(request, context, attempt, JSON_HEADERS);
    },

    stream(request, context, readStream) {
      const target = toCallTarget(account, request.endpoint);
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
      return makeCall(request, context, attempt, {}, () => !isHandedOver);
    },
  };
}

function toVendorErrorOrThrow(error: unknown): VendorError {
  if (error instanceof VendorError) return error;
  throw error;
}
