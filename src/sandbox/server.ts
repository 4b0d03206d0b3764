import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock, Instant } from '../domain/clock.ts';
import type { FakeVendor, SandboxReply, SandboxRequest } from '../vendors/sandbox.ts';
import { type Call, createCallLog } from './calls.ts';
import { control, CONTROL } from './control.ts';
import { createFaults, type Fault } from './faults.ts';
import { spoil } from './spoil.ts';

/** A fake vendor that listens. */
export interface SandboxServer {
  readonly url: string;
  calls(): readonly Call[];
  clearCalls(): void;
  /** Makes calls go wrong from now on; throws where that is nothing that a fault can be. */
  fault(fault: Fault): void;
  clearFaults(): void;
  /** Ends at once, with all connections. */
  stop(): Promise<void>;
}

/** Nobody but this machine may call, faults included. */
const HOST = '127.0.0.1';
const MOST_BODY_BYTES = 1_048_576;

class BodyTooLarge extends Error {}

const readBody = async (incoming: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BODY_BYTES) throw new BodyTooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

/** Null where the request names no address that can be understood. */
const urlOf = ({ headers, url = '/' }: IncomingMessage): URL | null =>
  URL.parse(`http://${headers.host ?? HOST}${url}`);

const headersOf = ({ headers }: IncomingMessage): SandboxRequest['headers'] =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );

const send = (response: ServerResponse, { status, headers, body = '' }: SandboxReply): void => {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
};

/** Promises the whole answer and drops the connection half way through. */
const sendHalf = (response: ServerResponse, { status, headers, body = '' }: SandboxReply): void => {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  response.writeHead(status, { ...headers, 'content-length': bytes.length });
  response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy());
};

/** A vendor tells its own time with every answer, and signatures are judged by it. */
const dated = (reply: SandboxReply, now: Instant): SandboxReply => ({
  ...reply,
  headers: { date: new Date(now).toUTCString(), ...reply.headers },
});

const failed = (error: unknown): SandboxReply => {
  if (error instanceof BodyTooLarge) return { status: 413, headers: { connection: 'close' } };
  return { status: 500, body: `the sandbox itself failed: ${error instanceof Error ? error.message : 'unknown'}` };
};

/** Serves one fake vendor on 127.0.0.1; port 0 is any that is free. */
export const serve = async (fake: FakeVendor, clock: Clock, port = 0): Promise<SandboxServer> => {
  const faults = createFaults();
  const calls = createCallLog();

  const wait = (ms: number, response: ServerResponse): Promise<void> =>
    new Promise((resolve) => {
      const cancel = clock.after(ms, resolve);
      response.once('close', cancel);
    });

  const answer = async (url: URL, incoming: IncomingMessage): Promise<SandboxReply> => {
    try {
      const body = await readBody(incoming);
      const request = { method: incoming.method ?? 'GET', url, headers: headersOf(incoming), body };
      return await (url.pathname.startsWith(CONTROL) ? control(request, faults, calls) : fake.answer(request));
    } catch (error) {
      return failed(error);
    }
  };

  const answerCall = async (url: URL, incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [method, path] = [incoming.method ?? 'GET', url.pathname + url.search];
    const answered = calls.begin(method, path, clock.now());
    const fault = faults.take(method, path);
    if (fault?.kind === 'down') response.destroy();
    if (fault?.kind === 'down' || fault?.kind === 'hang') return;
    const reply = await answer(url, incoming);
    if (fault?.delayMs !== undefined) await wait(fault.delayMs, response);
    const final = dated(fault ? spoil(fault, reply) : reply, clock.now());
    answered(final.status);
    (fault?.kind === 'cut' ? sendHalf : send)(response, final);
  };

  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = urlOf(incoming);
    if (!url) send(response, { status: 400 });
    else if (url.pathname.startsWith(CONTROL)) send(response, await answer(url, incoming));
    else await answerCall(url, incoming, response);
  };

  const server = createServer((incoming, response) => void handle(incoming, response));
  server.listen(port, HOST);
  await once(server, 'listening');

  return {
    url: `http://${HOST}:${(server.address() as AddressInfo).port}`,
    calls: () => calls.list(),
    clearCalls: () => {
      calls.clear();
    },
    fault: (fault) => {
      faults.add(fault);
    },
    clearFaults: () => {
      faults.clear();
    },
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};
