import { describe, expect, test } from '@jest/globals';
import type { SourceReport } from '../../src/domain/source.ts';
import { failureReport } from '../../src/domain/source.ts';
import { createHealthBook } from '../../src/gather/health.ts';
import { manualClock } from '../support/clock.ts';
import { NOW, fresh, vendorError } from './support.ts';

function setUp() {
  const clock = manualClock(NOW);
  const book = createHealthBook(clock);
  return {
    clock,
    state: () => book.of('kore').state,
    health: () => book.of('kore'),
    succeed: (report: Partial<SourceReport> = {}) => {
      fresh('kore', null, report).sources.forEach(book.note);
    },
    fail: (error = vendorError('kore', 'VENDOR_TIMEOUT')) => {
      book.note(failureReport(error));
    },
  };
}

test('of an account that was never asked nothing is known', () => {
  expect(setUp().health()).toEqual({ state: 'UNKNOWN', lastError: null, lastSuccessAt: null });
});

test('one that answers is OK, and when it last did is remembered', () => {
  const { succeed, health, clock } = setUp();
  succeed();
  clock.advance(5000);
  succeed();
  expect(health()).toEqual({ state: 'OK', lastError: null, lastSuccessAt: NOW + 5000 });
});

test('one that has never answered and fails is DOWN', () => {
  const { fail, health } = setUp();
  fail();
  expect(health()).toEqual({ state: 'DOWN', lastError: 'kore says VENDOR_TIMEOUT', lastSuccessAt: null });
});

test('one that has answered is DEGRADED at the first failures, and DOWN at the third in a row', () => {
  const { succeed, fail, state, health } = setUp();
  succeed();
  const states = [1, 2, 3].map(() => {
    fail();
    return state();
  });
  expect(states).toEqual(['DEGRADED', 'DEGRADED', 'DOWN']);
  expect(health().lastSuccessAt).toBe(NOW);
  succeed();
  expect(health()).toMatchObject({ state: 'OK', lastError: null });
  fail();
  expect(state()).toBe('DEGRADED');
});

test('one call that fails for many agents at once is one failure', () => {
  const { succeed, fail, state } = setUp();
  succeed();
  const error = vendorError('kore', 'VENDOR_UNAVAILABLE');
  for (let i = 0; i < 50; i += 1) fail(error);
  expect(state()).toBe('DEGRADED');
});

describe('what counts', () => {
  test('an answer from the cache says nothing about the vendor', () => {
    const { succeed, fail, state } = setUp();
    succeed({ servedFrom: 'CACHE' });
    expect(state()).toBe('UNKNOWN');
    fail();
    succeed({ servedFrom: 'CACHE' });
    expect(state()).toBe('DOWN');
  });

  test('that the vendor knows no such agent shows that it is there', () => {
    const { fail, health } = setUp();
    fail(vendorError('kore', 'NOT_FOUND'));
    expect(health()).toEqual({ state: 'OK', lastError: null, lastSuccessAt: NOW });
  });

  test.each(['cancelled', 'quota_local'])('what we cut short ourselves does not: %s', (reason) => {
    const { fail, state } = setUp();
    fail(vendorError('kore', 'VENDOR_TIMEOUT', { reason }));
    expect(state()).toBe('UNKNOWN');
  });

  test('an older answer served, or a part missing, is a failure', () => {
    const { succeed, health } = setUp();
    const error = vendorError('kore', 'VENDOR_BAD_RESPONSE');
    succeed({ outcome: 'PARTIAL', error });
    expect(health()).toMatchObject({ state: 'DOWN', lastError: 'kore says VENDOR_BAD_RESPONSE' });
  });
});
