import { expect, test } from '@jest/globals';
import { checkAge } from './staleness.ts';
import { contextWith, NOW, toAnswer } from './truthful-answers.ts';

const TTL_MS = 15_000;

function ageFinding(outcome: string, ageMs: number, shiftMs: number | null = 0): string | null {
  const fetchedAt = new Date(NOW - ageMs + (shiftMs ?? 0)).toISOString();
  const source = { account: { name: 'kore-main' }, outcome, fetchedAt, error: null };
  return checkAge('x', source, TTL_MS, toAnswer({}, { shiftMs }), contextWith()).finding?.check ?? null;
}

test('accepts TTL and grace, and while the vendor fails staleIfErrorSeconds instead of the grace', () => {
  expect(ageFinding('OK', 16_000)).toBeNull();
  expect(ageFinding('STALE', 44_000)).toBeNull();
});

test('finds a value that is served for too long', () => {
  expect(ageFinding('OK', 19_000)).toBe('too old');
  expect(ageFinding('STALE', 48_000)).toBe('too old');
});

test('finds a value of the future', () => {
  expect(ageFinding('OK', -5000)).toBe('observed in the future');
});

test('judges by the clock of the gateway, and not at all while that clock is set', () => {
  const hourMs = 3_600_000;
  expect(ageFinding('OK', 16_000, hourMs)).toBeNull();
  expect(ageFinding('OK', 19_000, -hourMs)).toBe('too old');
  expect(ageFinding('OK', 19_000, null)).toBeNull();
});
