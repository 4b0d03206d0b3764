import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { KORE_ENTRY } from '../../../test/support/kore/account.ts';
import { connectVendor, jsonReply } from '../../../test/support/vendor-harness.ts';
import type { DiscoveredAgent } from '../../domain/agent.ts';
import type { MaybePromise } from '../../domain/maybe-promise.ts';
import type { SourcedResult } from '../../domain/source.ts';
import type { StatusPeriod } from '../../domain/status-period.ts';
import { VendorError } from '../../domain/vendor-error.ts';
import { kore } from './index.ts';

// The vendor's own sample with any part of it removed, renamed or of another type: every returned value is in the sample,
// and every missing value is reported.

interface Sample {
  readonly data: readonly { readonly userId: string; readonly email: string; readonly status?: readonly unknown[] }[];
}
const file = readFileSync(new URL('./fixtures/agentstatusdetails.json', import.meta.url), 'utf8');
const allAgents = JSON.parse(file) as Sample;
const requestedAgent = { ...allAgents, data: allAgents.data.slice(2) };
const [{ userId, email } = { userId: '', email: '' }] = requestedAgent.data;

type Path = readonly (string | number)[];
type Change = 'delete' | 'rename' | { readonly to: unknown };

function pathsOf(node: unknown): Path[] {
  if (typeof node !== 'object' || node === null) return [[]];
  const keys = Array.isArray(node) ? [...node.keys()] : Object.keys(node);
  return [[], ...keys.flatMap((key) => pathsOf((node as Record<string, unknown>)[key]).map((path) => [key, ...path]))];
}

function changed(node: unknown, [key, ...rest]: Path, change: Change): unknown {
  if (key === undefined) return typeof change === 'object' ? change.to : null;
  const copy = structuredClone(node) as Record<string, unknown>;
  if (rest.length > 0 || typeof change === 'object') {
    copy[key] = changed(copy[key], rest, change);
  } else if (Array.isArray(copy)) {
    copy.splice(Number(key), 1);
  } else {
    if (change === 'rename') copy[`${key}_`] = copy[key];
    Reflect.deleteProperty(copy, key);
  }
  return copy;
}

const OTHERS = [null, true, 7, 1e21, 'text', [], [null], {}, { int: 3 }];
function kindOf(value: unknown) {
  return Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
}

/** A change of the sample: where, how, and the resulting body. */
function anyChangeOf(sample: Sample) {
  return fc.constantFrom(...pathsOf(sample)).chain((path) => {
    const old = path.reduce((node: unknown, key) => (node as Record<string, unknown>)[key], sample);
    const replacements = OTHERS.filter((candidate) => kindOf(candidate) !== kindOf(old) || kindOf(old) === 'array');
    const retyped = fc.constantFrom(...replacements).map((to) => ({ to }));
    return fc
      .oneof(fc.constantFrom('delete' as const, 'rename' as const), retyped)
      .map((change) => ({ path, change, body: changed(sample, path, change) }));
  });
}

/** Whether the vendor may send this: a record less, no list of periods, another userId. */
function isSound(path: Path, change: Change): boolean {
  const key = path.at(-1);
  const empty = typeof change !== 'object' || change.to === null || (Array.isArray(change.to) && !change.to.length);
  if (typeof key === 'number') return change === 'delete' || change === 'rename';
  if (key === 'data') return typeof change === 'object' && empty && change.to !== null;
  return (key === 'status' && empty) || (key === 'userId' && typeof change === 'object' && change.to === 7);
}

function sourcesOf(body: unknown) {
  return connectVendor(kore, KORE_ENTRY, () => jsonReply(body), {
    now: Date.parse('2023-03-10T22:00:00Z'),
  }).createDataSource();
}

/** The result; null for a response that was rejected as expected. */
async function answerTo<T>(asked: MaybePromise<SourcedResult<T>> | undefined): Promise<SourcedResult<T> | null> {
  try {
    return (await asked) ?? null;
  } catch (error) {
    expect(error).toBeInstanceOf(VendorError);
    return null;
  }
}

const during = { from: Date.parse('2023-03-09T00:00:00Z'), to: Date.parse('2023-03-11T00:00:00Z') };
const runs = { numRuns: 500 };

test.each([
  ['e-mail', email, requestedAgent],
  ['userId', userId, allAgents],
])('neither invents nor silently loses a period of an agent requested by %s', async (_how, ref, sample) => {
  const truth = (await sourcesOf(sample).statusPeriods?.(ref, during))?.data ?? [];
  expect(truth).toHaveLength(8);
  // An unreadable name is null.
  const isTrue = ({ start, vendorStatus, label }: StatusPeriod) =>
    truth.some(
      (period) =>
        period.start === start && period.vendorStatus === vendorStatus && [period.label, null].includes(label),
    );
  const endsOf = (period: StatusPeriod) => truth.filter(({ start }) => start === period.start).map(({ end }) => end);

  await fc.assert(
    fc.asyncProperty(anyChangeOf(sample), async ({ path, change, body }) => {
      const result = await answerTo(sourcesOf(body).statusPeriods?.(ref, during));
      if (!result) return;
      expect(result.data.filter((period) => !isTrue(period))).toEqual([]);
      // An end that is no longer sent is unknown, and then isOngoing is unknown, too.
      for (const period of result.data)
        expect([...endsOf(period), period.isOngoing === null && null]).toContain(period.end);
      if (result.sources[0]?.outcome === 'OK' && !isSound(path, change)) expect(result.data).toHaveLength(8);
    }),
    runs,
  );
});

test('neither invents nor silently loses a discovered agent', async () => {
  const refs = new Set([...allAgents.data.flatMap((agent) => [agent.userId, agent.email]), '7']);
  const inventedAgents = (agents: readonly DiscoveredAgent[]) =>
    agents.flatMap(({ ref, aliases }) => [ref, ...aliases]).filter((ref) => !refs.has(ref));

  await fc.assert(
    fc.asyncProperty(anyChangeOf(allAgents), async ({ path, change, body }) => {
      const result = await answerTo(sourcesOf(body).discover?.());
      if (!result) return;
      expect(inventedAgents(result.data)).toEqual([]);
      if (result.sources[0]?.outcome === 'OK' && !isSound(path, change)) expect(result.data).toHaveLength(3);
    }),
    runs,
  );
});
