import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP proxy to a local port that can drop all traffic. */
export interface FlakyProxy {
  readonly port: number;
  /** Drops all traffic in both directions from now on; connections stay open. */
  readonly partition: () => void;
  /** Forwards new connections from now on; closes the old ones. */
  readonly heal: () => void;
  readonly close: () => Promise<void>;
}

export async function createFlakyProxy(targetPort: number): Promise<FlakyProxy> {
  let isPartitioned = false;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(targetPort, '127.0.0.1');
    for (const [source, destination] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(source);
      source.on('data', (chunk) => {
        if (!isPartitioned) destination.write(chunk);
      });
      source.on('error', () => undefined);
      source.on('close', () => {
        sockets.delete(source);
        destination.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const destroySockets = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    partition() {
      isPartitioned = true;
    },
    heal() {
      isPartitioned = false;
      destroySockets();
    },
    async close() {
      destroySockets();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
