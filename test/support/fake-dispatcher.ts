import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';

export interface FakeResponse {
  /** Defaults to 200. */
  readonly statusCode?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Destroyed when the client aborts; an empty body where it is absent. */
  readonly body?: Readable;
}

/** undici's connections to a vendor that responds as the test says, without sockets. Rejecting means a failed connection. */
export function createFakeDispatcher(
  respond: (options: Dispatcher.DispatchOptions) => FakeResponse | Promise<FakeResponse>,
): Dispatcher {
  async function run(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): Promise<void> {
    let body = Readable.from([]);
    let isAborted = false;
    const canGoOn = (): boolean => !isAborted;
    const controller = {
      abort(reason: Error) {
        if (isAborted) return;
        isAborted = true;
        body.on('error', () => undefined).destroy();
        handler.onResponseError?.(controller, reason);
      },
    } as Dispatcher.DispatchController;
    handler.onRequestStart?.(controller, null);
    try {
      const response = await respond(options);
      if (!canGoOn()) return;
      body = response.body ?? body;
      handler.onResponseStart?.(controller, response.statusCode ?? 200, { ...response.headers });
      for await (const chunk of body) if (canGoOn()) handler.onResponseData?.(controller, chunk as Buffer);
      if (canGoOn()) handler.onResponseEnd?.(controller, {});
    } catch (error) {
      if (canGoOn()) handler.onResponseError?.(controller, error as Error);
    }
  }

  const dispatcher: Partial<Dispatcher> = {
    dispatch(options, handler) {
      void run(options, handler);
      return true;
    },
    destroy: () => Promise.resolve(),
  };
  return dispatcher as Dispatcher;
}
