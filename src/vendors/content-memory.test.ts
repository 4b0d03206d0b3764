import { describe, expect, test } from '@jest/globals';
import { manualClock } from '../../test/support/clock.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import {
  type ContentLease,
  contentMemoryLimits,
  createContentMemory,
  type LeaseContext,
  type MemoryAdmission,
} from './content-memory.ts';

const LIMITS = { maxQueryBytes: 100, sharedBytes: 50, derivedBytes: 10 };

function createFixture() {
  const clock = manualClock();
  const memory = createContentMemory(LIMITS, clock);
  const context = (settings: Partial<LeaseContext> = {}) => ({ signal: new AbortController().signal, ...settings });
  return { clock, memory, context };
}

/** The outcome of a wait as far as it is known. */
function observe(admission: Promise<MemoryAdmission>) {
  const seen: { outcome: MemoryAdmission | 'waiting' } = { outcome: 'waiting' };
  void admission.then((outcome) => (seen.outcome = outcome));
  return seen;
}

/** Reads that many bytes; waits for its turn. */
async function read(lease: ContentLease, bytes: number): Promise<MemoryAdmission> {
  const admission = await lease.admit();
  lease.add({}, bytes);
  lease.settle();
  return admission;
}

test('admits the first query up to its maximum, and others while there is space', async () => {
  const { memory, context } = createFixture();
  const [first, second] = [memory.createLease(context()), memory.createLease(context())];
  expect(await read(first, 49)).toBe('admitted');
  expect(await read(second, 1)).toBe('admitted');
  const waiting = observe(second.admit());
  expect(await read(first, 51)).toBe('admitted');
  expect(await first.admit()).toBe('query full');
  expect(waiting.outcome).toBe('waiting');
});

test('lets a query that began after its deadline hold nothing', async () => {
  const { memory, context } = createFixture();
  const late = memory.leaseOf(context({ signal: AbortSignal.abort() }));
  await read(late, 60);
  expect(await memory.createLease(context()).admit()).toBe('admitted');
  const second = memory.createLease(context({ waitUntilMs: () => 0 }));
  expect(await second.admit()).toBe('admitted');
});

test('admits the next query once the first has ended', async () => {
  const { memory, context, clock } = createFixture();
  const leases = [0, 1, 2].map(() => memory.createLease(context({ waitUntilMs: () => 1000 })));
  for (const lease of leases) expect(await lease.admit()).toBe('admitted');
  for (const lease of leases) lease.add({}, 60);
  for (const lease of leases) lease.settle();
  const [first, ...others] = leases.map((lease) => observe(lease.admit()));
  await flushPromises();
  expect([first, ...others].map((seen) => seen?.outcome)).toEqual(['admitted', 'waiting', 'waiting']);
  leases[0]?.end();
  await flushPromises();
  expect(others.map(({ outcome }) => outcome)).toEqual(['admitted', 'waiting']);
  leases[1]?.end();
  await flushPromises();
  expect(others.map(({ outcome }) => outcome)).toEqual(['admitted', 'admitted']);
  leases[2]?.end();
  expect(await memory.createLease(context()).admit()).toBe('admitted');
  expect(clock.pendingTimers()).toBe(0);
});

test('admits waiting queries in order, as far as the memory allows', async () => {
  const { memory, context } = createFixture();
  const first = memory.createLease(context());
  await read(first, 20);
  const others = [0, 1, 2, 3].map(() => memory.createLease(context()));
  await read(first, 40);
  const seen = others.map((lease) => observe(lease.admit()));
  await flushPromises();
  expect(seen.map(({ outcome }) => outcome)).toEqual(['waiting', 'waiting', 'waiting', 'waiting']);
  // A read was 21 bytes in the mean of three, the first of which is an estimate. Three reads make 50 bytes full.
  first.end();
  await flushPromises();
  expect(seen.map(({ outcome }) => outcome)).toEqual(['admitted', 'admitted', 'admitted', 'waiting']);
  others[0]?.add({}, 1);
  others[0]?.settle();
  await flushPromises();
  expect(seen[3]?.outcome).toBe('admitted');
  others[1]?.add({}, 60);
  others[1]?.settle();
  const seenLast = observe(memory.createLease(context()).admit());
  await flushPromises();
  expect(seenLast.outcome).toBe('waiting');
});

test('admits a few reads before the size of any is known, and those of a query that ended count no more', async () => {
  const { memory, context } = createFixture();
  const first = memory.createLease(context());
  const second = memory.createLease(context());
  for (let reads = 0; reads < 8; reads++)
    for (const lease of [first, second]) expect(await lease.admit()).toBe('admitted');
  const third = observe(memory.createLease(context()).admit());
  await flushPromises();
  expect(third.outcome).toBe('waiting');
  second.end();
  await flushPromises();
  expect(third.outcome).toBe('admitted');
});

test('counts the same content once, and nothing for a read that is settled twice', async () => {
  const { memory, context } = createFixture();
  const [first, second] = [memory.createLease(context()), memory.createLease(context())];
  const content = {};
  await first.admit();
  first.add(content, 30);
  first.add(content, 30);
  first.settle();
  first.settle();
  expect(await second.admit()).toBe('admitted');
});

describe('a query that waits', () => {
  async function wait(settings: Partial<LeaseContext>) {
    const fixture = createFixture();
    const first = fixture.memory.createLease(fixture.context());
    await read(first, LIMITS.sharedBytes);
    const lease = fixture.memory.createLease(fixture.context(settings));
    const seen = observe(lease.admit());
    await flushPromises();
    expect(seen.outcome).toBe('waiting');
    return { ...fixture, lease, seen };
  }

  test('waits until it has to answer, and then goes on without', async () => {
    const { clock, seen } = await wait({ waitUntilMs: () => 500 });
    clock.advance(499);
    await flushPromises();
    expect(seen.outcome).toBe('waiting');
    clock.advance(1);
    await flushPromises();
    expect(seen.outcome).toBe('process full');
  });

  test('stops waiting when it is cancelled or ends', async () => {
    const controller = new AbortController();
    const cancelled = await wait({ signal: controller.signal });
    controller.abort();
    const ended = await wait({});
    ended.lease.end();
    await flushPromises();
    expect([cancelled.seen.outcome, ended.seen.outcome]).toEqual(['process full', 'process full']);
    expect(cancelled.clock.pendingTimers()).toBe(0);
  });
});

test('gives the accounts of a query one lease, which ends with the query', async () => {
  const { memory, context } = createFixture();
  const callbacks: (() => void)[] = [];
  const request = context({ onClose: (callback) => callbacks.push(callback) });
  const lease = memory.leaseOf(request);
  expect(memory.leaseOf(request)).toBe(lease);
  await read(lease, LIMITS.maxQueryBytes);
  const controller = new AbortController();
  const other = memory.leaseOf(context({ signal: controller.signal }));
  const seen = observe(other.admit());
  for (const callback of callbacks) callback();
  await flushPromises();
  expect(seen.outcome).toBe('admitted');
  other.add({}, LIMITS.maxQueryBytes);
  controller.abort();
  expect(await memory.leaseOf(context()).admit()).toBe('admitted');
});

test('counts nothing for a query that was cancelled before its lease began', async () => {
  const { memory, context } = createFixture();
  const lease = memory.leaseOf(context({ signal: AbortSignal.abort() }));
  await read(lease, LIMITS.sharedBytes);
  await memory.createLease(context()).admit();
  expect(await memory.createLease(context()).admit()).toBe('admitted');
});

test('counts nothing that is added after the end', async () => {
  const { memory, context } = createFixture();
  const lease = memory.createLease(context());
  await lease.admit();
  lease.end();
  lease.add({}, LIMITS.sharedBytes);
  lease.end();
  await memory.createLease(context()).admit();
  expect(await memory.createLease(context()).admit()).toBe('admitted');
});

test('divides a part of the heap', () => {
  const mib = 2 ** 20;
  expect(contentMemoryLimits(768 * mib)).toEqual({
    maxQueryBytes: 192 * mib,
    sharedBytes: 96 * mib,
    derivedBytes: 48 * mib,
  });
  expect(contentMemoryLimits(Infinity)).toEqual({
    maxQueryBytes: 256 * mib,
    sharedBytes: 128 * mib,
    derivedBytes: 128 * mib,
  });
});
