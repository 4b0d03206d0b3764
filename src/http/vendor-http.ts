import { type CallTarget, VendorError } from '../domain/vendor-error.ts';
import { sleep } from './abort.ts';
import { type AdmissionOptions, createAdmission } from './admission.ts';
import {
  type AttemptOptions,
  type AttemptResult,
  createAttempt,
  type ResponseReader,
  type UndiciResponse,
} from './attempt.ts';
import { toVendorError } from './classify-error.ts';
import { ACCEPT_ENCODING, readBody } from './response-body.ts';
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
}

/** Makes one account's calls, from the outside in: retries, admission, one attempt with its own deadline. */
export function createVendorHttp(options: VendorHttpOptions): VendorHttp {
  const { account, clock } = options;
  const admission = createAdmission(options);
  const attempt = createAttempt(options);
  const retry = createRetryPolicy(options);
  const maxBodyBytes = options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES;

  const toTarget = ({ endpoint }: VendorRequest): CallTarget => ({
    vendor: account.vendor,
    account: account.name,
    endpoint,
  });

  /** Attempts the call until it succeeds or another attempt is pointless; returns the last attempt's result. */
  async function call<T>(
    request: VendorRequest,
    context: CallContext,
    read: ResponseReader<T>,
    headers: Readonly<Record<string, string>>,
    canRepeat = () => true,
  ): Promise<AttemptResult<T>> {
    const target = toTarget(request);
    retry.recordCall();
    let result = await attemptOnce(request, context, target, read, headers);
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
        result = await attemptOnce(request, context, target, read, headers);
      } catch (error) {
        if (context.signal.aborted) throw toVendorError(error, target, 'waiting');
        // The previous attempt's error is more useful than the reason why another cannot be made.
        if (!(error instanceof VendorError)) throw error;
        break;
      }
    }
    return result;
  }

  async function attemptOnce<T>(
    request: VendorRequest,
    context: CallContext,
    target: CallTarget,
    read: ResponseReader<T>,
    headers: Readonly<Record<string, string>>,
  ): Promise<AttemptResult<T>> {
    admission.assertAdmissible(target);
    // Obtaining credentials may need a call of its own (a token), which must not wait for a slot that this call holds.
    const credentials = await request.authorize?.(context);
    const release = await admission.acquire(target, context);
    let error: VendorError | null = null;
    const accountHeaders = options.accountHeaders?.(request.url);
    try {
      const allHeaders = { ...accountHeaders, ...headers, ...request.headers, ...credentials };
      const result = await attempt(request, allHeaders, target, context, read);
      error = result.error;
      return result;
    } finally {
      release(error);
    }
  }

  /** Reads a complete body. An error body that is unreadable or too long becomes empty: the status is enough. */
  function readResponseBody(
    request: VendorRequest,
    { statusCode, headers }: UndiciResponse,
    chunks: AsyncIterable<Buffer>,
    { signal }: CallContext,
  ): Promise<Buffer> {
    const isOk = errorCodeForStatus(statusCode) === null;
    const limit = Math.min(maxBodyBytes, isOk ? (request.maxBytes ?? maxBodyBytes) : MAX_ERROR_BODY_BYTES);
    const contentEncoding = headers['content-encoding'];
    const body = readBody(chunks, typeof contentEncoding === 'string' ? contentEncoding : '', limit, toTarget(request));
    return isOk ? body : emptyOnError(body, signal);
  }

  /** Returns the result; its error states when the next attempt can be made, however that was decided. */
  function unwrap<T>(request: VendorRequest, { value, error }: AttemptResult<T>): T {
    const retryAfterSeconds = admission.retryAfterSeconds(toTarget(request), error);
    if (error && retryAfterSeconds !== null) throw withRetryAfter(error, retryAfterSeconds);
    return value();
  }

  return {
    async read(request, context, parse) {
      const read = async (undiciResponse: UndiciResponse, chunks: AsyncIterable<Buffer>) => {
        const { statusCode: status, headers } = undiciResponse;
        const body = await readResponseBody(request, undiciResponse, chunks, context);
        return { value: parse({ request, status, headers, body }), error: null };
      };
      return unwrap(request, await call(request, context, read, { 'accept-encoding': ACCEPT_ENCODING }));
    },

    async stream(request, context, readStream) {
      const target = toTarget(request);
      let isHandedOver = false;
      const read = async (undiciResponse: UndiciResponse, chunks: AsyncIterable<Buffer>) => {
        const { statusCode: status, headers } = undiciResponse;
        if (errorCodeForStatus(status) !== null) {
          const response = {
            request,
            status,
            headers,
            body: await readResponseBody(request, undiciResponse, chunks, context),
          };
          const detected = request.classifyResponse?.(response);
          if (detected) throw detected;
          assertOk(response, target, clock.now());
        }
        isHandedOver = true;
        return { value: await readStream({ request, status, headers, body: chunks }), error: null };
      };
      // Data passed to the reader cannot be taken back, so the call is not retried after that.
      return unwrap(request, await call(request, context, read, {}, () => !isHandedOver));
    },
  };
}

function emptyOnError(body: Promise<Buffer>, signal: AbortSignal): Promise<Buffer> {
  return body.catch((error: unknown) => {
    if (signal.aborted || !(error instanceof VendorError)) throw error;
    return Buffer.alloc(0);
  });
}
