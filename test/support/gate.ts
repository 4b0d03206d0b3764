import { createServer, request as createRequest } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A reverse proxy that holds requests back until it is opened. */
export interface Gate {
  readonly url: string;
  /** Resolves once it holds a request. */
  readonly held: () => Promise<void>;
  readonly open: () => void;
  readonly close: () => Promise<void>;
}

export async function createGate(target: string): Promise<Gate> {
  const held = Promise.withResolvers<undefined>();
  const opened = Promise.withResolvers<undefined>();
  const server = createServer((incoming, response) => {
    held.resolve(undefined);
    void opened.promise.then(() => {
      const { method = 'GET', url = '/', headers } = incoming;
      const outgoing = createRequest(new URL(url, target), { method, headers, agent: false }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      });
      outgoing.on('error', () => response.destroy());
      incoming.pipe(outgoing);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    held: () => held.promise,
    open: () => {
      opened.resolve(undefined);
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}
