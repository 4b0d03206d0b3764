import { expect, test } from '@jest/globals';
import { createSpanRecorder } from '../../test/support/span-recorder.ts';
import { traceBatch } from './trace-batch.ts';

const context = { signal: new AbortController().signal, record: () => undefined, restrictCache: () => undefined };

test('reads in the context of the query itself where it is not traced', async () => {
  expect(await traceBatch(context, 'usage', 2, (request) => Promise.resolve(request === context))).toBe(true);
});

test('gives a batch a span, of which its reads are steps', async () => {
  const { parent, span } = createSpanRecorder();
  await traceBatch({ ...context, span }, 'usage', 2, (request) => {
    request.span.startChild('read', 'internal', {}).end();
    return Promise.resolve();
  });
  expect(parent.children).toMatchObject([
    {
      name: 'load usage',
      kind: 'internal',
      attributes: { 'switchboard.endpoint': 'usage', 'switchboard.keys': 2 },
      ends: 1,
      children: [{ name: 'read' }],
    },
  ]);
});
