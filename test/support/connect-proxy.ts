import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** A tunnel that a client asked for. */
export interface RequestedTunnel {
  /** `host:port`, as in the request. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
}

/** An HTTP proxy for tunnels, on loopback. Every host name leads to this machine. */
export interface ConnectProxy {
  readonly port: number;
  readonly tunnels: readonly RequestedTunnel[];
  /** The request heads that were sent through tunnels without TLS. */
  readonly requestHeads: () => readonly string[];
  /** The requests other than CONNECT, which a client should not send. */
  readonly otherRequests: () => number;
  /** Refuses tunnels with this status from now on; `null` never answers. */
  readonly refuse: (status: number | null) => void;
  readonly close: () => Promise<void>;
}

export async function startConnectProxy(): Promise<ConnectProxy> {
  const tunnels: RequestedTunnel[] = [];
  const received: string[] = [];
  const sockets = new Set<Socket>();
  let otherRequests = 0;
  let refusal: number | null = 200;

  const server = createServer((_, response) => {
    otherRequests += 1;
    response.writeHead(500).end();
  });
  server.on('connection', (socket: Socket) => sockets.add(socket.on('error', () => undefined)));
  server.on('connect', ({ url = '', headers }: IncomingMessage, client: Socket) => {
    tunnels.push({ target: url, headers });
    if (refusal === null) return;
    if (refusal !== 200) {
      client.end(`HTTP/1.1 ${refusal} Refused\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const upstream = connect(Number(/\d+$/.exec(url)?.[0]), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      client.pipe(upstream).pipe(client);
    });
    sockets.add(upstream.on('error', () => client.destroy()));
    client.on('data', (chunk: Buffer) => received.push(chunk.toString('latin1'))).on('error', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    port: (server.address() as AddressInfo).port,
    tunnels,
    requestHeads: () => received.flatMap((chunk) => /^(?:GET|POST) [^]*?(?=\r\n\r\n)/.exec(chunk)?.[0] ?? []),
    otherRequests: () => otherRequests,
    refuse: (status) => {
      refusal = status;
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
