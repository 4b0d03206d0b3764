import { expect, test } from '@jest/globals';
import { createSpanRecorder } from '../../test/support/span-recorder.ts';
import { describeOperation } from './operation-span.ts';

test.each([
  ['Board', 'query Board', 'Board'],
  [undefined, 'query', undefined],
  ['x'.repeat(500), `query ${'x'.repeat(64)}`, 'x'.repeat(64)],
])('names the span after the type and the name of the operation, of bounded length: %s', (name, spanName, shown) => {
  const { parent, span } = createSpanRecorder();
  describeOperation(span, 'query', name);
  expect(parent.name).toBe(spanName);
  expect(parent.attributes).toEqual({
    'graphql.operation.type': 'query',
    ...(shown !== undefined && { 'graphql.operation.name': shown }),
  });
});
