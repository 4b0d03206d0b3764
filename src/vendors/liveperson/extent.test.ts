import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { HOUR } from '../../domain/time.ts';
import { directoryNamespace } from './data-source.ts';
import { createExtentOf } from './extent.ts';
import { listNamespace } from './loaders.ts';
import { computeCoverage } from './window.ts';

const rules = { longestSessionHours: 12, settleHours: 6, lookBackHours: 24, listWindowHours: 168, retentionDays: 30 };
const extentOf = createExtentOf(rules);
const NOW = Date.parse('2026-11-20T09:30:00Z');
function hour(hoursAgo: number) {
  return NOW - (NOW % HOUR) - hoursAgo * HOUR;
}

function fileIn({ from, to }: { readonly from: number; readonly to: number }) {
  return extentOf('file', [`/data_access_le/account/1/le/agentActivity/Agent.${from}.${to}.part-00000-0.gz`]);
}

test('a list and a file of its hours have the same times, of all agents', () => {
  const window = { from: hour(5), to: hour(4) };
  const expected = { agent: null, during: { from: hour(5 + 18), to: hour(4 - 24) } };
  expect(extentOf(listNamespace.endpoint, listNamespace.keyParts(window))).toEqual(expected);
  expect(fileIn(window)).toEqual(expected);
});

test('a file of another name may have any time, and the list of agents has none', () => {
  expect(extentOf('file', ['/data_access_le/account/1/le/agentActivity/other.gz'])).toEqual({
    agent: null,
    during: null,
  });
  expect(extentOf(directoryNamespace.endpoint, directoryNamespace.keyParts(null))).toBeNull();
});

test('every list that a range is read from holds times of that range', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 600 }), fc.integer({ min: 1, max: 100 }), (hoursAgo, length) => {
      const during = { from: hour(hoursAgo) + 1, to: hour(hoursAgo - length) + 1 };
      for (const { from, to } of computeCoverage(during, NOW, rules).windows) {
        const extent = extentOf(listNamespace.endpoint, ['list', from, to])?.during ?? { from: NaN, to: NaN };
        expect(extent.from < during.to && extent.to > during.from).toBe(true);
      }
    }),
  );
});
