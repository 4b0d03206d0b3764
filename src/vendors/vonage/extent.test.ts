import { expect, test } from '@jest/globals';
import { extentOf } from './extent.ts';
import { interactionNamespace } from './loaders.ts';

test('the latest interactions are of one agent and any time', () => {
  const keyParts = interactionNamespace.keyParts({ ref: '01', apiVersion: 2, parameters: {} });
  expect(extentOf(interactionNamespace.endpoint, keyParts)).toEqual({ agent: '01', during: null });
});
