import { type AddressInfo, createServer, type Socket } from 'node:net';

export interface StubRequest {
  readonly path: string;
  readonly body: string;
}

/** Calls `send` with a complete HTTP response, at once or later. */
type Respond = (request: StubRequest, send: (response: Buffer) => void) => void;

const HEADERS_END = '\r\n\r\n';

/**
 * A minimal HTTP/1.1 server: several times faster than `node:http`, so that it does not limit the gateway that calls it. It reads
 * bodies with a `Content-Length`, answers the requests of a connection one at a time, and checks nothing.
 */
export async function listen(respond: Respond): Promise<string> {
  const server = createServer({ noDelay: true }, (socket) => {
    serve(socket, respond);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 4096, resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function serve(socket: Socket, respond: Respond): void {
  let received = '';
  let isBusy = false;
  const next = (): void => {
    const parsed = isBusy ? null : parseRequest(received);
    if (parsed === null) return;
    isBusy = true;
    received = received.slice(parsed.length);
    respond(parsed.request, (response) => {
      isBusy = false;
      socket.write(response);
      if (received !== '') next();
    });
  };
  // Requests are ASCII; latin1 keeps the length in bytes.
  socket.setEncoding('latin1');
  socket.on('data', (text: string) => {
    received += text;
    next();
  });
  socket.on('error', () => socket.destroy());
}

/** Returns null until the request is complete. */
export function parseRequest(text: string): { readonly request: StubRequest; readonly length: number } | null {
  const headersEnd = text.indexOf(HEADERS_END);
  if (headersEnd < 0) return null;
  const bodyStart = headersEnd + HEADERS_END.length;
  const pathStart = text.indexOf(' ') + 1;
  const path = text.slice(pathStart, text.indexOf(' ', pathStart));
  if (text.startsWith('GET')) return { request: { path, body: '' }, length: bodyStart };
  const [, contentLength = '0'] = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, bodyStart)) ?? [];
  const length = bodyStart + Number(contentLength);
  return text.length < length ? null : { request: { path, body: text.slice(bodyStart, length) }, length };
}

export function toResponse(body: string): Buffer {
  const headers = [
    'HTTP/1.1 200 OK',
    'content-type: application/json',
    // For the peer that caches by HTTP's rules.
    'cache-control: public, max-age=3600',
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${headers.join('\r\n')}${HEADERS_END}${body}`);
}
