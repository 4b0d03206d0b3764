import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock, Instant } from '../domain/clock.ts';
import type { FakeVendor, SandboxRequest, SandboxResponse } from '../vendors/sandbox.ts';
import type { AgentControl } from './agent-control.ts';
import { applyFault } from './apply-fault.ts';
import { createCallLog, type ReceivedCall } from './call-log.ts';
import { CONTROL_PATH, handleControlRequest } from './control-api.ts';
import { createFaultRegistry, type InjectedFault } from './faults.ts';

/** A running server of a fake vendor. */
export interface FakeVendorServer {
  readonly url: string;
  calls(): readonly ReceivedCall[];
  clearCalls(): void;
  /** Applies a fault to the calls from now on; throws if the fault is invalid. */
  injectFault(fault: InjectedFault): void;
  clearFaults(): void;
  /** Stops immediately and closes all connections. */
  stop(): Promise<void>;
}

/** Loopback only: neither the vendor nor its control API is reachable from other machines. */
const HOST = '127.0.0.1';
const MAX_BODY_BYTES = 1_048_576;

class BodyTooLargeError extends Error {}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new BodyTooLargeError();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Parses the request's URL; null if it is malformed. */
function parseUrl({ headers, url = '/' }: IncomingMessage): URL | null {
  return URL.parse(`http://${headers.host ?? HOST}${url}`);
}

function toHeaders({ headers }: IncomingMessage): SandboxRequest['headers'] {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
}

function send(response: ServerResponse, { status, headers, body = '' }: SandboxResponse): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
}

/** Announces the full content length, sends half of the body and drops the connection. */
function sendTruncated(response: ServerResponse, { status, headers, body = '' }: SandboxResponse): void {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  response.writeHead(status, { ...headers, 'content-length': bytes.length });
  response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy());
}

/** Adds the vendor's clock as the `Date` header; vendors check signatures by this clock. */
function withDateHeader(reply: SandboxResponse, now: Instant): SandboxResponse {
  return {
    ...reply,
    headers: { date: new Date(now).toUTCString(), ...reply.headers },
  };
}

function toErrorResponse(error: unknown): SandboxResponse {
  if (error instanceof BodyTooLargeError) return { status: 413, headers: { connection: 'close' } };
  return { status: 500, body: `internal error of the sandbox: ${error instanceof Error ? error.message : 'unknown'}` };
}

export interface FakeVendorServerOptions {
  readonly clock: Clock;
  readonly agents: AgentControl;
  /** 0, the default, selects a free port. */
  readonly port?: number | undefined;
}

/** Starts a server for one fake vendor on 127.0.0.1. */
export async function startFakeVendor(
  fake: FakeVendor,
  { clock, agents, port = 0 }: FakeVendorServerOptions,
): Promise<FakeVendorServer> {
  const faults = createFaultRegistry();
  const calls = createCallLog();

  const sleep = (ms: number, response: ServerResponse): Promise<void> =>
    new Promise((resolve) => {
      const cancel = clock.setTimer(ms, resolve);
      response.once('close', cancel);
    });

  const respond = async (url: URL, incoming: IncomingMessage): Promise<SandboxResponse> => {
    try {
      const body = await readBody(incoming);
      const request = { method: incoming.method ?? 'GET', url, headers: toHeaders(incoming), body };
      return await (url.pathname.startsWith(CONTROL_PATH)
        ? handleControlRequest(request, { faults, calls, agents })
        : fake.handle(request));
    } catch (error) {
      return toErrorResponse(error);
    }
  };

  const handleVendorCall = async (url: URL, incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [method, path] = [incoming.method ?? 'GET', url.pathname + url.search];
    const recordStatus = calls.record(method, path, clock.now());
    const fault = faults.take(method, path);
    if (fault?.kind === 'down') response.destroy();
    if (fault?.kind === 'down' || fault?.kind === 'hang') return;
    const reply = await respond(url, incoming);
    if (fault?.delayMs !== undefined) await sleep(fault.delayMs, response);
    const final = withDateHeader(fault ? applyFault(fault, reply) : reply, clock.now());
    recordStatus(final.status);
    (fault?.kind === 'cut' ? sendTruncated : send)(response, final);
  };

  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = parseUrl(incoming);
    if (!url) send(response, { status: 400 });
    else if (url.pathname.startsWith(CONTROL_PATH)) send(response, await respond(url, incoming));
    else await handleVendorCall(url, incoming, response);
  };

  const server = createServer((incoming, response) => void handle(incoming, response));
  // Idle connections stay open: which of two timers ends them first would depend on how busy the machine is.
  server.keepAliveTimeout = 0;
  server.listen(port, HOST);
  await once(server, 'listening');

  return {
    url: `http://${HOST}:${(server.address() as AddressInfo).port}`,
    calls: () => calls.list(),
    clearCalls: () => {
      calls.clear();
    },
    injectFault: (fault) => {
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
}
