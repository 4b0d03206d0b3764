import { expect, test } from '@jest/globals';
import { createReader, discovers, jane, setUp } from '../../test/support/directory-harness.ts';
import { createSpanRecorder } from '../../test/support/span-recorder.ts';

test('a discovery is a step of the request that starts it, and its calls are steps of the discovery', async () => {
  const { parent, span, roots, tracer } = createSpanRecorder();
  const { directory, contexts } = setUp([], { lp: discovers(jane) }, {}, { tracer });
  await directory.merged({ ...createReader(), span });
  contexts[0]?.span?.startChild('call', 'client', {});
  expect(parent.children).toMatchObject([
    { name: 'discovery', attributes: { 'switchboard.account': 'lp' }, ends: 1, children: [{ name: 'call' }] },
  ]);
  expect(roots).toEqual([]);
});

test('a discovery that no request waits for is a trace of its own, also where it fails', async () => {
  const { roots, tracer } = createSpanRecorder();
  const { directory } = setUp([], { lp: () => Promise.reject(new Error('CANARY')) }, {}, { tracer });
  await directory.askAll();
  expect(roots).toMatchObject([{ name: 'discovery', kind: 'internal', ends: 1 }]);
});

test('is not traced without a tracer', async () => {
  const { directory, contexts } = setUp([], { lp: discovers(jane) });
  await directory.merged(createReader());
  expect(contexts[0]?.span).toBeUndefined();
});
