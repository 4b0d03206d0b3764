import { type CallTarget, VendorError } from '../domain/vendor-error.ts';
import { type AdmissionOptions, createAdmission } from './admission.ts';
import {
  type UndiciResponse,
  type AttemptOptions,
  createAttempt,
  type AttemptResult,
  type ResponseReader,
} from './attempt.ts';
import { ACCEPT_ENCODING, readBody } from './response-body.ts';
import type { CallContext, VendorHttp, VendorResponse, VendorRequest } from './types.ts';
import { toVendorError } from './classify-error.ts';
import { sleep } from './abort.ts';
import { errorCodeForStatus, assertOk, errorFromResponse, withRetryAfter } from './response.ts';
import { createRetryPolicy, type RetryOptions } from './retry.ts';

/** A month of fifty busy agents in one answer comes to half of this; decoded bytes. */
const DEFAULT_MAX_BODY_BYTES = 32 * 1024 * 1024;

/** An error is looked at for words only, be it that they tell a rate limit; what is longer than this has none to tell. */
const MAX_ERROR_BODY_BYTES = 64 * 1024;

export interface VendorHttpOptions extends AdmissionOptions, AttemptOptions, RetryOptions {
  readonly maxBodyBytes?: number;
}

/** One account's calls, from the outside in: retries; a turn among the others; one attempt under its own deadline. */
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

  /** Attempts the call until it succeeds or there is no use in going on; the last attempt's outcome is the call's. */
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
    for (let failedAttempts = 1; result.error && canRepeat() && !admission.rejection(target); failedAttempts += 1) {
      const delayMs = retry.delayMs(request, result.error, failedAttempts);
      if (delayMs === null) break;
      try {
        await sleep(delayMs, clock, context.signal);
        result = await attemptOnce(request, context, target, read, headers);
      } catch (error) {
        if (context.signal.aborted) throw toVendorError(error, target, 'waiting');
        // That there can be no further attempt after all tells less than what the last one came to.
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
    // The credentials may need a call of their own (a token), which must not wait for a place that this call holds.
    const credentials = await request.authorize?.(context);
    const release = await admission.acquire(target, context);
    let error: VendorError | null = null;
    try {
      const result = await attempt(request, { ...headers, ...request.headers, ...credentials }, target, context, read);
      error = result.error;
      return result;
    } finally {
      release(error);
    }
  }

  /** A whole body. Of an error whose body cannot be had, or is too long, the status says enough: there it is empty. */
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

  return {
    async send(request, context) {
      const target = toTarget(request);
      const read: ResponseReader<VendorResponse> = async (undiciResponse, chunks) => {
        const { statusCode: status, headers } = undiciResponse;
        const body = await readResponseBody(request, undiciResponse, chunks, context);
        const response = { request, status, headers, body };
        const detected = request.classifyResponse?.(response);
        return {
          value: response,
          error: detected === undefined ? errorFromResponse(response, target, clock.now()) : detected,
        };
      };
      const { value, error } = await call(request, context, read, { 'accept-encoding': ACCEPT_ENCODING });
      const retryAfterSeconds = admission.retryAfterSeconds(error);
      const response = value();
      // Whoever makes an error of the reply finds there when to come back, however the vendor worded the refusal.
      return retryAfterSeconds === null
        ? response
        : { ...response, headers: { ...response.headers, 'retry-after': String(retryAfterSeconds) } };
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
      // What the reader has been given cannot be taken back, so nothing is repeated from then on.
      const { value, error } = await call(request, context, read, {}, () => !isHandedOver);
      const retryAfterSeconds = admission.retryAfterSeconds(error);
      if (error && retryAfterSeconds !== null) throw withRetryAfter(error, retryAfterSeconds);
      return value();
    },
  };
}

function emptyOnError(body: Promise<Buffer>, signal: AbortSignal): Promise<Buffer> {
  return body.catch((error: unknown) => {
    if (signal.aborted || !(error instanceof VendorError)) throw error;
    return Buffer.alloc(0);
  });
}
