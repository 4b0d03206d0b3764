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

/** A call, with what all its attempts share. */
interface Call<T> {
  readonly request: VendorRequest;
  readonly context: CallContext;
  readonly target: CallTarget;
  /** The headers of this kind of call. */
  readonly headers: Readonly<Record<string, string>>;
  readonly attempt: (call: AttemptedCall) => Promise<AttemptResult<T>>;
  /** Whether a failed attempt may be followed by another. */
  readonly canRepeat: () => boolean;
}

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
  async function makeCall<T>(call: Call<T>): Promise<T> {
    retry.recordCall();
    const first = await attemptInTurn(call, 0);
    if ('value' in first) return first.value;
    const result = await repeat(call, first);
    if ('value' in result) return result.value;
    // The error states when the next attempt can be made, however that was decided.
    const retryAfterSeconds = admission.retryAfterSeconds(call.target, result.error);
    throw result.error && retryAfterSeconds !== null ? withRetryAfter(result.error, retryAfterSeconds) : result.thrown;
  }

  /** Attempts a call again that has failed; returns the last attempt's result. */
  async function repeat<T>(call: Call<T>, first: AttemptResult<T>): Promise<AttemptResult<T>> {
    const { request, target, canRepeat } = call;
    const { signal } = call.context;
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
        result = await attemptInTurn(call, failedAttempts + resends);
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
  async function attemptInTurn<T>(call: Call<T>, resendCount: number): Promise<AttemptResult<T>> {
    const { request, context, target } = call;
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
      const headers = { ...accountHeaders, ...traceHeaders, ...call.headers, ...request.headers, ...credentials };
      const result = await call.attempt({ request, headers, target, context, span });
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
    { request, target, context: { signal } }: Pick<Call<never>, 'request' | 'target' | 'context'>,
    { statusCode, headers }: ResponseHead,
    body: Buffer | VendorError,
  ): MaybePromise<Buffer> {
    const orEmpty = (error: unknown): Buffer => {
      if (errorCodeForStatus(statusCode) === null || signal.aborted || !(error instanceof VendorError)) throw error;
      return NO_BODY;
    };
    if (body instanceof VendorError) return orEmpty(body);
    const contentEncoding = headers['content-encoding'];
    if (typeof contentEncoding !== 'string') return body;
    return decodeBody(body, contentEncoding, maxBytesOf(request, statusCode), target).catch(orEmpty);
  }

  return {
    read(request, context, parse) {
      const target = toCallTarget(account, request.endpoint);
      const maxBytes = (status: number): number => maxBytesOf(request, status);
      const read = (head: ResponseHead, encoded: Buffer | VendorError) =>
        mapValue(decode({ request, target, context }, head, encoded), (body) =>
          parse({ request, status: head.statusCode, headers: head.headers, body }),
        );
      return makeCall({
        request,
        context,
        target,
        headers: JSON_HEADERS,
        attempt: (call) => attempts.complete(call, maxBytes, read),
        canRepeat: always,
      });
    },

    stream(request, context, readStream) {
      const target = toCallTarget(account, request.endpoint);
      let isHandedOver = false;
      const read = async (head: ResponseHead, chunks: AsyncIterable<Buffer>) => {
        const { statusCode: status, headers } = head;
        if (errorCodeForStatus(status) !== null) {
          const encoded = await readAll(chunks, maxBytesOf(request, status), target).catch(toVendorErrorOrThrow);
          const response = {
            request,
            status,
            headers,
            body: await decode({ request, target, context }, head, encoded),
          };
          const detected = request.classifyResponse?.(response);
          if (detected) throw detected;
          assertOk(response, target, clock.now());
        }
        isHandedOver = true;
        return readStream({ request, status, headers, body: chunks });
      };
      return makeCall({
        request,
        context,
        target,
        headers: {},
        attempt: (call) => attempts.stream(call, read),
        // Data passed to the reader cannot be taken back, so the call is not retried after that.
        canRepeat: () => !isHandedOver,
      });
    },
  };
}

function always(): boolean {
  return true;
}

function toVendorErrorOrThrow(error: unknown): VendorError {
  if (error instanceof VendorError) return error;
  throw error;
}
