import type { Dispatcher } from 'undici';

export interface ResponseHead {
  readonly statusCode: number;
  readonly headers: Dispatcher.ResponseData['headers'];
}

/** A body exceeds its limit. */
export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError';
}

const NO_BODY = Buffer.alloc(0);

/**
 * Sends a request and collects its response, below undici's `request`: a body that is read completely needs neither a stream nor an
 * abort signal, which cost more than the request itself.
 */
export class DispatchedRequest implements Dispatcher.DispatchHandler {
  /** The complete body, still content-encoded. Rejects with undici's error, with the reason of the abort, or with BodyTooLargeError. */
  readonly body: Promise<Buffer>;
  /** Null until it has arrived, which is before the body. */
  head: ResponseHead | null = null;
  /** The bytes of the body that have arrived. */
  bytes = 0;
  readonly #maxBytesOf: (statusCode: number) => number;
  readonly #chunks: Buffer[] = [];
  readonly #settle = Promise.withResolvers<Buffer>();
  #maxBytes = 0;
  #controller: Dispatcher.DispatchController | null = null;
  #failure: Error | null = null;

  /** `maxBytesOf` returns the limit of a body, by the response's status. */
  constructor(dispatcher: Dispatcher, options: Dispatcher.DispatchOptions, maxBytesOf: (statusCode: number) => number) {
    this.#maxBytesOf = maxBytesOf;
    this.body = this.#settle.promise;
    dispatcher.dispatch(options, this);
  }

  /** Rejects at once, and closes the connection; has no effect after the last byte. */
  abort(reason: Error): void {
    if (this.#failure) return;
    this.#failure = reason;
    this.#settle.reject(reason);
    this.#controller?.abort(reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // Aborted while the connection was being established.
    if (this.#failure) controller.abort(this.#failure);
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: ResponseHead['headers'],
  ): void {
    if (statusCode < 200) return;
    this.head = { statusCode, headers };
    this.#maxBytes = this.#maxBytesOf(statusCode);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.bytes += chunk.length;
    // Closes the connection, which ends an endless body.
    if (this.bytes > this.#maxBytes) this.abort(new BodyTooLargeError());
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const [chunk = NO_BODY] = this.#chunks;
    this.#controller = null;
    this.#settle.resolve(this.#chunks.length > 1 ? Buffer.concat(this.#chunks, this.bytes) : chunk);
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    this.#controller = null;
    this.#settle.reject(error);
  }
}
