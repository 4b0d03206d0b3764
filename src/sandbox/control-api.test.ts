import { expect, test } from '@jest/globals';
import { createCallLog } from './call-log.ts';
import { handleControlRequest } from './control-api.ts';
import { createFaultRegistry } from './faults.ts';

function createHarness() {
  const [faults, calls] = [createFaultRegistry(), createCallLog()];
  return {
    faults,
    calls,
    send: (method: string, path: string, body = '') =>
      handleControlRequest(
        { method, url: new URL(`http://127.0.0.1/__sandbox/${path}`), headers: {}, body: Buffer.from(body) },
        faults,
        calls,
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

test.each([
  ['PUT', 'faults'],
  ['POST', 'calls'],
  ['GET', ''],
  ['GET', 'calls/1'],
])('returns 404 for %s /__sandbox/%s', (method, path) => {
  expect(createHarness().send(method, path).status).toBe(404);
});
