import { expect, test } from '@jest/globals';
import { createAgentControl } from './agent-control.ts';
import { createCallLog } from './call-log.ts';
import { createCompany } from './company.ts';
import { handleControlRequest } from './control-api.ts';
import { createFaultRegistry } from './faults.ts';
import { createManualStatuses } from './manual-statuses.ts';

const clock = { now: () => Date.UTC(2026, 10, 20, 9) };

function createHarness() {
  const [faults, calls] = [createFaultRegistry(), createCallLog()];
  const statuses = createManualStatuses(createCompany(clock), clock);
  const agents = createAgentControl({ vendor: 'kore', fake: {}, statuses, clock });
  return {
    faults,
    calls,
    send: (method: string, path: string, body = '') =>
      handleControlRequest(
        { method, url: new URL(`http://127.0.0.1/__sandbox/${path}`), headers: {}, body: Buffer.from(body) },
        { faults, calls, agents },
      ),
  };
}

test('adds a fault and returns all faults', () => {
  const { faults, send } = createHarness();
  expect(send('POST', 'faults', '{"status":500}')).toMatchObject({ status: 201, body: '{"faults":[{"status":500}]}' });
  expect(faults.list()).toEqual([{ status: 500 }]);
});

test('names every problem of an invalid fault', () => {
  const { body } = createHarness().send('POST', 'faults', '{"status":1,"times":0}');
  const { errors } = JSON.parse(String(body)) as { errors: { path: string }[] };
  expect(errors.map(({ path }) => path)).toEqual(['times', 'status']);
});

test('clears faults and calls with 204', () => {
  const { faults, calls, send } = createHarness();
  faults.add({ status: 500 });
  calls.record('GET', '/', 0);
  expect([send('DELETE', 'faults').status, send('DELETE', 'calls').status]).toEqual([204, 204]);
  expect([faults.list(), calls.list()]).toEqual([[], []]);
});

test('lists the agents and their statuses', () => {
  const { status, body } = createHarness().send('GET', 'agents');
  const { agents } = JSON.parse(String(body)) as { agents: readonly object[] };
  expect(status).toBe(200);
  expect(agents[0]).toMatchObject({ ref: 'jane.doe@harbourline.example', name: 'Jane Doe' });
});

test('sets an agent’s status until it is released', () => {
  const { send } = createHarness();
  const path = 'agents/jane.doe%40harbourline.example/status';
  const { status, body } = send('POST', path, '{"status":"away","reason":"Demo","minutes":5}');
  expect([status, JSON.parse(String(body))]).toMatchObject([
    201,
    { status: 'away', reason: 'Demo', since: '2026-11-20T09:00:00.000Z', until: '2026-11-20T09:05:00.000Z' },
  ]);
  expect(JSON.parse(String(send('DELETE', path).body))).not.toMatchObject({ reason: 'Demo' });
});

test.each([
  ['POST', 'agents/no.one/status', '{"status":"away"}', 404, /no agent .+no\.one.+ at this vendor/],
  ['DELETE', 'agents/no.one/status', '', 404, /no agent .+no\.one/],
  ['POST', 'agents/%zz/status', '{"status":"away"}', 404, /no agent .+%zz/],
  ['POST', 'agents/jane.doe@harbourline.example/status', '{"status":"asleep"}', 400, /"path":"status"/],
  ['POST', 'agents/jane.doe@harbourline.example/status', '{"status":"away","minutes":0}', 400, /"path":"minutes"/],
  ['POST', 'agents/jane.doe@harbourline.example/status', 'away', 400, /is not valid JSON/],
])('refuses %s %s with %s', (method, path, text, expected, message) => {
  const { status, body } = createHarness().send(method, path, text);
  expect(status).toBe(expected);
  expect(body).toMatch(message);
});

test.each([
  ['PUT', 'faults'],
  ['POST', 'calls'],
  ['GET', ''],
  ['GET', 'calls/1'],
  ['GET', 'agents/jane.doe@harbourline.example/status'],
])('returns 404 for %s /__sandbox/%s', (method, path) => {
  expect(createHarness().send(method, path).status).toBe(404);
});
