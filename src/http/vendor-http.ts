import { type CallTarget, VendorError } from '../domain/vendor-error.ts';
import { type AdmissionOptions, createAdmission } from './admission.ts';
import { type Answered, type AttemptOptions, createAttempt, type Ending, type Read } from './attempt.ts';
import { ACCEPTED_CODINGS, readBody } from './body.ts';
import type { CallScope, VendorHttp, VendorReply, VendorRequest } from './call.ts';
import { failure } from './failure.ts';
import { pause } from './pause.ts';
import { codeOfStatus, requireOk, troubleOf, withRetryAfter } from './reply.ts';
import { createRetry, type RetryOptions } from './retry.ts';

/** A month of fifty busy agents in one answer comes to half of this; decoded bytes. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** An error is looked at for words only, be it that they tell a rate limit; what is longer than this has none to tell. */
const MAX_ERROR_BYTES = 64 * 1024;

export interface VendorHttpOptions extends AdmissionOptions, AttemptOptions, RetryOptions {
  readonly maxBodyBytes?: number;
}

/** One account's calls, from the outside in: retries; a turn among the others; one attempt under its own deadline. */
export function createVendorHttp(options: VendorHttpOptions): VendorHttp {
  const { account, clock } = options;
  const admission = createAdmission(options);
  const attempt = createAttempt(options);
  const retry = createRetry(options);
  const maxBodyBytes = options.maxBodyBytes ?? MAX_BODY_BYTES;

  const targetOf = ({ endpoint }: VendorRequest): CallTarget => ({
    vendor: account.vendor,
    account: account.name,
    endpoint,
  });

  /** Attempts the call until it succeeds or there is no use in going on; the last attempt's outcome is the call's. */
  async function call<T>(
    request: VendorRequest,
    scope: CallScope,
    read: Read<T>,
    headers: Readonly<Record<string, string>>,
    mayRepeat = () => true,
  ): Promise<Ending<T>> {
    const target = targetOf(request);
    retry.noteCall();
    let last = await once(request, scope, target, read, headers);
    for (let failed = 1; last.trouble && mayRepeat() && !admission.refusal(target); failed += 1) {
      const wait = retry.wait(request, last.trouble, failed);
      if (wait === null) break;
      try {
        await pause(wait, clock, scope.signal);
        last = await once(request, scope, target, read, headers);
      } catch (error) {
        if (scope.signal.aborted) throw failure(error, target, 'waiting');
        // That there can be no further attempt after all tells less than what the last one came to.
        if (!(error instanceof VendorError)) throw error;
        break;
      }
    }
    return last;
  }

  async function once<T>(
    request: VendorRequest,
    scope: CallScope,
    target: CallTarget,
    read: Read<T>,
    headers: Readonly<Record<string, string>>,
  ): Promise<Ending<T>> {
    admission.check(target);
    // The credentials may need a call of their own (a token), which must not wait for a place that this call holds.
    const credentials = await request.authorize?.(scope);
    const leave = await admission.enter(target, scope);
    let trouble: VendorError | null = null;
    try {
      const ending = await attempt(request, { ...headers, ...request.headers, ...credentials }, target, scope, read);
      trouble = ending.trouble;
      return ending;
    } finally {
      leave(trouble);
    }
  }

  /** A whole body. Of an error whose body cannot be had, or is too long, the status says enough: there it is empty. */
  function bodyOf(
    request: VendorRequest,
    { statusCode, headers }: Answered,
    chunks: AsyncIterable<Buffer>,
    { signal }: CallScope,
  ): Promise<Buffer> {
    const isGood = codeOfStatus(statusCode) === null;
    const limit = Math.min(maxBodyBytes, isGood ? (request.maxBytes ?? maxBodyBytes) : MAX_ERROR_BYTES);
    const coding = headers['content-encoding'];
    const whole = readBody(chunks, typeof coding === 'string' ? coding : '', limit, targetOf(request));
    return isGood ? whole : orNothing(whole, signal);
  }

  return {
    async send(request, scope) {
      const target = targetOf(request);
      const read: Read<VendorReply> = async (answer, chunks) => {
        const { statusCode: status, headers } = answer;
        const body = await bodyOf(request, answer, chunks, scope);
        const reply = { request, status, headers, body };
        const trouble = request.trouble?.(reply);
        return { value: reply, trouble: trouble === undefined ? troubleOf(reply, target, clock.now()) : trouble };
      };
      const { value, trouble } = await call(request, scope, read, { 'accept-encoding': ACCEPTED_CODINGS });
      const seconds = admission.retryAfter(trouble);
      const reply = value();
      // Whoever makes an error of the reply finds there when to come back, however the vendor worded the refusal.
      return seconds === null ? reply : { ...reply, headers: { ...reply.headers, 'retry-after': String(seconds) } };
    },

    async stream(request, scope, readStream) {
      const target = targetOf(request);
      let handed = false;
      const read = async (answer: Answered, chunks: AsyncIterable<Buffer>) => {
        const { statusCode: status, headers } = answer;
        if (codeOfStatus(status) !== null) {
          const refusal = { request, status, headers, body: await bodyOf(request, answer, chunks, scope) };
          const trouble = request.trouble?.(refusal);
          if (trouble) throw trouble;
          requireOk(refusal, target, clock.now());
        }
        handed = true;
        return { value: await readStream({ request, status, headers, body: chunks }), trouble: null };
      };
      // What the reader has been given cannot be taken back, so nothing is repeated from then on.
      const { value, trouble } = await call(request, scope, read, {}, () => !handed);
      const seconds = admission.retryAfter(trouble);
      if (trouble && seconds !== null) throw withRetryAfter(trouble, seconds);
      return value();
    },
  };
}

function orNothing(body: Promise<Buffer>, signal: AbortSignal): Promise<Buffer> {
  return body.catch((error: unknown) => {
    if (signal.aborted || !(error instanceof VendorError)) throw error;
    return Buffer.alloc(0);
  });
}
