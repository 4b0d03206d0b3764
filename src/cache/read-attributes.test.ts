import { expect, test } from '@jest/globals';
import { VendorError } from '../domain/vendor-error.ts';
import type { ReadOutcome } from './freshness.ts';
import { countOutcomes } from './read-attributes.ts';

const target = { vendor: 'KORE', account: 'kore-main', endpoint: 'agentstatusdetails' } as const;

function outcome(servedFrom: 'CACHE' | 'VENDOR', rest: Partial<ReadOutcome> = {}): ReadOutcome {
  return { result: { value: 1, fetchedAt: 0, servedFrom }, servedFrom, nextChangeAt: 0, ...rest };
}

test('counts the keys of a read by how they were answered; an agent that does not exist is an answer', () => {
  const failed = { result: new VendorError(target, 'VENDOR_TIMEOUT', 'late') };
  const notFound = { result: new VendorError(target, 'NOT_FOUND', 'none') };
  const outcomes = [
    ...[outcome('CACHE'), outcome('CACHE', notFound), outcome('CACHE', { isExpired: true })],
    ...[outcome('VENDOR'), outcome('VENDOR', notFound), outcome('VENDOR', failed)],
  ];
  expect(countOutcomes(outcomes)).toEqual({
    'switchboard.keys': 6,
    'switchboard.cache.hits': 2,
    'switchboard.cache.stale': 1,
    'switchboard.cache.misses': 2,
    'switchboard.cache.errors': 1,
  });
});
