import { expect, test } from '@jest/globals';
import { createSpanRecorder } from '../../test/support/span-recorder.ts';
import { runInSpan } from './trace-span.ts';
import { VendorError } from './vendor-error.ts';

const target = { vendor: 'KORE', account: 'kore-main', endpoint: 'agentstatusdetails' } as const;

test('returns what the step returns, and ends its span', async () => {
  const { parent, span } = createSpanRecorder();
  expect(await runInSpan(span.startChild('step', 'internal', {}), () => Promise.resolve(7))).toBe(7);
  expect(parent.children).toMatchObject([{ name: 'step', ends: 1, failure: null }]);
});

test.each<[unknown, string]>([
  [new VendorError(target, 'VENDOR_TIMEOUT', 'secret'), 'VENDOR_TIMEOUT'],
  [new TypeError('secret'), 'TypeError'],
  ['secret', 'other'],
  [null, 'other'],
])('rejects as the step does, and marks its span with the kind of error alone: %p', async (error, type) => {
  const { parent, span } = createSpanRecorder();
  const step = runInSpan(span.startChild('step', 'internal', {}), () => Promise.reject(error as Error));
  await expect(step).rejects.toBe(error);
  expect(parent.children).toMatchObject([{ ends: 1, failure: type }]);
});
