import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Clock } from '../domain/clock.ts';
import type { FakeVendor, SandboxRequest } from '../vendors/sandbox.ts';
import type { AgentControl } from './agent-control.ts';
import { type FakeVendorServer, startFakeVendor } from './fake-vendor-server.ts';

const NOW = Date.UTC(2024, 0, 1);
const RESPONSE_VALUE = { one: 1, two: ['a', 'b'] };

let requests: SandboxRequest[] = [];
const fake: FakeVendor = {
  createAccountConfig: (baseUrl) => ({ name: 'a', baseUrl }),
  handle: (request) => {
    requests.push(request);
    if (request.url.pathname === '/broken') throw new Error('a bug');
    return request.url.pathname === '/none'
      ? { status: 404, body: 'nothing here' }
      : {
          status: 200,
          headers: { 'content-type': 'application/json', 'x-vendor': 'it' },
          body: JSON.stringify(RESPONSE_VALUE),
        };
  },
};

const noAgents: AgentControl = { list: () => [], setStatus: () => null, releaseStatus: () => null };

/** A fixed clock whose timers are fired by the test. */
let timers: { readonly ms: number; readonly fire: () => void; isCancelled: boolean }[] = [];
const clock: Clock = {
  now: () => NOW,
  monotonicMs: () => 0,
  setTimer: (ms, fire) => {
    const timer = { ms, fire, isCancelled: false };
    timers.push(timer);
    return () => {
      timer.isCancelled = true;
    };
  },
};

let server: FakeVendorServer;
beforeEach(async () => {
  requests = [];
  timers = [];
  server = await startFakeVendor(fake, { clock, agents: noAgents });
});
afterEach(() => server.stop());

function get(path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(server.url + path, init);
}
function post(path: string, body: unknown): Promise<Response> {
  return get(path, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) });
}
function postFault(body: unknown): Promise<Response> {
  return post('/__sandbox/faults', body);
}
/** Waits for a condition that the server reaches within a few turns of the event loop. */
async function waitUntil(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`timed out waiting for ${String(condition)}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('passes a request unchanged to the fake and returns its response', async () => {
  const response = await get('/a/%2e%2e?q=%2F', { method: 'PUT', body: 'text', headers: { 'X-Name': 'value' } });
  expect(response.headers.get('x-vendor')).toBe('it');
  expect(await response.json()).toEqual(RESPONSE_VALUE);
  expect(requests).toHaveLength(1);
  expect(requests[0]).toMatchObject({ method: 'PUT', headers: { 'x-name': 'value' } });
  expect(requests[0]?.url.origin).toBe(server.url);
  expect(requests[0]?.url.search).toBe('?q=%2F');
  expect(String(requests[0]?.body)).toBe('text');
});

test('sends the vendor’s clock as the Date header', async () => {
  expect((await get('/a')).headers.get('date')).toBe('Mon, 01 Jan 2024 00:00:00 GMT');
});

test('names no time after which it closes an idle connection', async () => {
  expect((await get('/a')).headers.get('keep-alive')).toBeNull();
});

test('treats a path that starts with // as a path, not as a host', async () => {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  socket.write('GET //elsewhere/x HTTP/1.1\r\nHost: h:1\r\nConnection: close\r\n\r\n');
  await text(socket);
  expect(requests[0]?.url.href).toBe('http://h:1//elsewhere/x');
});

test('rejects a body that is too large, and returns 500 when the fake throws', async () => {
  expect((await post('/a', 'x'.repeat(1_048_577))).status).toBe(413);
  const response = await get('/broken');
  expect([response.status, await response.text()]).toEqual([500, 'internal error of the sandbox: a bug']);
});

describe('the call log', () => {
  test('lists every call with its status, except calls to the control API', async () => {
    await get('/a?b=1');
    await post('/none', {});
    const listed = await (await get('/__sandbox/calls')).json();
    expect(listed).toEqual({
      calls: [
        { method: 'GET', path: '/a?b=1', status: 200, at: NOW },
        { method: 'POST', path: '/none', status: 404, at: NOW },
      ],
    });
    expect(listed).toEqual({ calls: server.calls() });
    expect((await get('/__sandbox/calls', { method: 'DELETE' })).status).toBe(204);
    expect(server.calls()).toEqual([]);
  });
});

describe('the control API', () => {
  test.each([
    ['no json', ''],
    [[], ''],
    [{}, ''],
    [{ times: 1 }, ''],
    [{ kind: 'slow' }, 'kind'],
    [{ status: 99 }, 'status'],
    [{ status: 503, times: 0 }, 'times'],
    [{ delayMs: '1' }, 'delayMs'],
    [{ headers: { 'x-y': 'a\r\nb: c' } }, 'headers.x-y'],
    [{ status: 500, pth: '/a' }, ''],
  ])('rejects the fault %j with an error at %j', async (body, path) => {
    const response = await postFault(body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ path, message: expect.anything() as unknown }] });
    expect(await (await get('/__sandbox/faults')).json()).toEqual({ faults: [] });
  });

  test('lists the remaining faults and deletes them', async () => {
    expect((await postFault({ status: 500, times: 2 })).status).toBe(201);
    await get('/a');
    expect(await (await get('/__sandbox/faults')).json()).toEqual({ faults: [{ status: 500, times: 1 }] });
    expect((await get('/__sandbox/faults', { method: 'DELETE' })).status).toBe(204);
    expect((await get('/a')).status).toBe(200);
  });

  test('returns 404 for other control paths and never calls the fake', async () => {
    expect((await get('/__sandbox/other')).status).toBe(404);
    expect((await get('/__sandbox/calls', { method: 'PUT' })).status).toBe(404);
    expect(requests).toEqual([]);
  });
});

describe('fault injection', () => {
  test('applies a fault only to matching calls, and only `times` times', async () => {
    server.injectFault({ path: 'b', method: 'POST', times: 1, status: 500 });
    expect((await get('/b')).status).toBe(200);
    expect((await post('/a', {})).status).toBe(200);
    expect((await post('/a/b', {})).status).toBe(500);
    expect((await post('/a/b', {})).status).toBe(200);
  });

  test('applies a fault without `times` until it is cleared', async () => {
    server.injectFault({ status: 503 });
    expect([(await get('/a')).status, (await get('/a')).status]).toEqual([503, 503]);
    server.clearFaults();
    expect((await get('/a')).status).toBe(200);
  });

  test('applies the next fault once the first one is used up', async () => {
    server.injectFault({ times: 1, status: 500 });
    server.injectFault({ times: 1, status: 429, retryAfter: 7 });
    const [first, second, third] = [await get('/a'), await get('/a'), await get('/a')];
    expect([first.status, second.status, third.status]).toEqual([500, 429, 200]);
    expect(second.headers.get('retry-after')).toBe('7');
  });

  test('throws for an invalid fault', () => {
    expect(() => {
      server.injectFault({ times: 0, status: 500 });
    }).toThrow();
  });

  test('replaces body or headers and keeps the rest of the response', async () => {
    server.injectFault({ times: 1, body: { error: 'x' }, headers: { 'x-fault': 'y' } });
    const replaced = await get('/a');
    expect([replaced.status, replaced.headers.get('x-fault')]).toEqual([200, 'y']);
    expect(await replaced.json()).toEqual({ error: 'x' });
    server.injectFault({ times: 1, headers: { 'x-fault': 'z' } });
    const headed = await get('/a');
    expect(headed.headers.get('x-fault')).toBe('z');
    expect(await headed.json()).toEqual(RESPONSE_VALUE);
    server.injectFault({ times: 1, status: 502, body: 'Bad luck' });
    expect(await (await get('/a')).text()).toBe('Bad luck');
  });

  test('delays the response by `delayMs`', async () => {
    server.injectFault({ delayMs: 5000 });
    const pending = get('/a');
    await waitUntil(() => timers.length > 0);
    expect(timers[0]?.ms).toBe(5000);
    expect(server.calls()[0]?.status).toBeNull();
    timers[0]?.fire();
    expect((await pending).status).toBe(200);
  });

  test('cancels the delay when the client disconnects', async () => {
    server.injectFault({ delayMs: 5000 });
    const abort = new AbortController();
    const pending = get('/a', { signal: abort.signal });
    await waitUntil(() => timers.length > 0);
    abort.abort();
    await expect(pending).rejects.toThrow();
    await waitUntil(() => timers[0]?.isCancelled === true);
  });

  test('sends no response for a `hang` fault', async () => {
    server.injectFault({ kind: 'hang' });
    const abort = new AbortController();
    const pending = get('/a', { signal: abort.signal });
    await waitUntil(() => server.calls().length > 0);
    expect(server.calls()[0]?.status).toBeNull();
    expect(requests).toEqual([]);
    abort.abort();
    await expect(pending).rejects.toThrow();
  });

  test('drops the connection without a byte for a `down` fault', async () => {
    server.injectFault({ kind: 'down' });
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.write('GET /a HTTP/1.1\r\nHost: h\r\n\r\n');
    expect(await text(socket)).toBe('');
    expect(server.calls()).toMatchObject([{ path: '/a', status: null }]);
  });

  test('announces the full length and sends half of the body for a `cut` fault', async () => {
    server.injectFault({ kind: 'cut' });
    const response = await get('/a');
    expect(response.headers.get('content-length')).toBe(String(JSON.stringify(RESPONSE_VALUE).length));
    await expect(response.text()).rejects.toThrow();
  });

  test('sends an unparseable body for a `malformed` fault', async () => {
    server.injectFault({ kind: 'malformed' });
    const response = await get('/a');
    expect(response.status).toBe(200);
    const body = await response.text();
    expect(() => JSON.parse(body) as unknown).toThrow();
    expect(body.replace('1 "two"', '1,"two"')).toBe(JSON.stringify(RESPONSE_VALUE));
    server.clearFaults();
    server.injectFault({ kind: 'malformed', body: { text: 'a, "b' } });
    const other = await (await get('/a')).text();
    expect(() => JSON.parse(other) as unknown).toThrow();
  });

  test('sends an HTML page for an `html` fault', async () => {
    server.injectFault({ kind: 'html', times: 1 });
    const response = await get('/a');
    expect([response.status, response.headers.get('content-type')]).toEqual([502, 'text/html; charset=utf-8']);
    expect(await response.text()).toContain('<html>');
    server.injectFault({ kind: 'html', status: 200 });
    expect((await get('/a')).status).toBe(200);
  });
});

test('stops immediately while a call hangs', async () => {
  const own = await startFakeVendor(fake, { clock, agents: noAgents });
  own.injectFault({ kind: 'hang' });
  const socket = connect(Number(new URL(own.url).port), '127.0.0.1');
  socket.write('GET /a HTTP/1.1\r\nHost: h\r\n\r\n');
  await waitUntil(() => own.calls().length > 0);
  const closed = once(socket, 'close');
  socket.resume();
  await own.stop();
  await closed;
});
