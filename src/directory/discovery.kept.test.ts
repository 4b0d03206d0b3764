import { describe, expect, test } from '@jest/globals';
import { discoveredAgent } from '../../test/support/directory-fixtures.ts';
import {
  createReader,
  type Discover,
  discovers,
  jane,
  joe,
  namesIn,
  setUp,
} from '../../test/support/directory-harness.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { HOUR, MINUTE, SECOND } from '../domain/time.ts';
import { VendorError, type VendorErrorCode } from '../domain/vendor-error.ts';

function errorOf(code: VendorErrorCode, retryAfterSeconds?: number): VendorError {
  const details = { reason: 'why', ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) };
  return new VendorError({ vendor: 'KORE', account: 'kore', endpoint: 'names' }, code, 'no', details);
}

function rejects(code: VendorErrorCode = 'VENDOR_UNAVAILABLE', retryAfterSeconds?: number): Discover {
  return () => Promise.reject(errorOf(code, retryAfterSeconds));
}

/** A directory of one account whose discovery the test replaces. */
function setUpKore(first: Discover) {
  let discover = first;
  const world = setUp([], { kore: (context) => discover(context) });
  return {
    ...world,
    become: (next: Discover) => {
      discover = next;
    },
    read: async () => {
      const { view, sources } = await world.directory.merged(createReader());
      return { names: namesIn(view), source: sources[0] };
    },
  };
}

describe('a discovery that fails', () => {
  test.each<VendorErrorCode>(['VENDOR_UNAVAILABLE', 'VENDOR_AUTH_FAILED', 'VENDOR_BAD_RESPONSE'])(
    'keeps the agents of the last one, however old, and reports them as STALE: %s',
    async (code) => {
      const { read, become, clock } = setUpKore(discovers(jane, joe));
      const fetchedAt = clock.now();
      expect(await read()).toMatchObject({ names: ['Jane', 'Joe'], source: { outcome: 'OK', fetchedAt } });
      become(rejects(code));
      for (let hours = 0; hours < 100; hours += 10) {
        clock.advance(10 * HOUR);
        expect(await read()).toMatchObject({
          names: ['Jane', 'Joe'],
          source: { outcome: 'STALE', fetchedAt, servedFrom: 'CACHE', error: { code, reason: 'why' } },
        });
      }
      become(discovers(joe));
      clock.advance(30 * SECOND);
      expect(await read()).toMatchObject({ names: ['Joe'], source: { outcome: 'OK', error: null } });
    },
  );

  test('is reported as FAILED where no earlier one is known', async () => {
    const { read } = setUpKore(rejects());
    expect(await read()).toMatchObject({
      names: [],
      source: { account: 'kore', outcome: 'FAILED', fetchedAt: null, error: { code: 'VENDOR_UNAVAILABLE' } },
    });
  });

  test('names the time until the next attempt, and the answer is fresh until then', async () => {
    const { directory, clock, discoveredAccounts } = setUpKore(rejects());
    await directory.merged(createReader());
    clock.advance(12_001);
    const reader = createReader();
    const { sources } = await directory.merged(reader);
    expect(sources[0]?.error?.retryAfterSeconds).toBe(18);
    expect(reader.expiries).toEqual([clock.now() + 17_999]);
    clock.advance(17_999);
    await directory.merged(createReader());
    expect(discoveredAccounts).toHaveLength(2);
  });

  test('keeps the vendor’s own time to retry after where it is later, and names none for an error that stays', async () => {
    const limited = setUpKore(rejects('VENDOR_RATE_LIMITED', 90));
    await limited.read();
    limited.clock.advance(20 * SECOND);
    expect((await limited.read()).source?.error?.retryAfterSeconds).toBe(70);
    const refused = setUpKore(rejects('VENDOR_AUTH_FAILED'));
    expect((await refused.read()).source?.error).toMatchObject({ retryAfterSeconds: null, retryable: false });
  });

  test('calls an account whose cache covers for it once in 30 seconds', async () => {
    const { read, clock, become, discoveredAccounts } = setUpKore(discovers(jane));
    const fetchedAt = clock.now();
    await read();
    clock.advance(6 * MINUTE);
    become(() =>
      Promise.resolve({ agents: [jane], report: { outcome: 'STALE', fetchedAt, error: errorOf('VENDOR_TIMEOUT') } }),
    );
    for (let seconds = 0; seconds < 60; seconds += 1) {
      expect(await read()).toMatchObject({ names: ['Jane'], source: { outcome: 'STALE', fetchedAt } });
      clock.advance(SECOND);
    }
    expect(discoveredAccounts).toHaveLength(1 + 2);
  });
});

describe('a discovery that is late', () => {
  test('is reported as FAILED with VENDOR_TIMEOUT where nothing is known, else as STALE, and continues', async () => {
    const answer = Promise.withResolvers<readonly (typeof jane)[]>();
    const { read, become, clock } = setUpKore(() => answer.promise);
    const pending = read();
    clock.advance(5000);
    const error = { code: 'VENDOR_TIMEOUT', retryable: true };
    expect(await pending).toMatchObject({ names: [], source: { outcome: 'FAILED', error } });
    answer.resolve([jane]);
    await flushPromises();
    become(() => new Promise<never>(() => undefined));
    const fetchedAt = clock.now();
    const later = read();
    clock.advance(5000);
    expect(await later).toMatchObject({ names: ['Jane'], source: { outcome: 'STALE', fetchedAt, error } });
  });
});

describe('a discovery that returns a part', () => {
  const partial: Discover = () =>
    Promise.resolve({
      agents: [joe, discoveredAgent('10', { name: 'Jill', aliases: ['jill@x.de'] })],
      report: { outcome: 'PARTIAL', error: errorOf('VENDOR_UNAVAILABLE') },
    });

  test('loses no agent that was known before, and is reported as PARTIAL', async () => {
    const { read, become, clock } = setUpKore(discovers(jane, joe, discoveredAgent('JILL@x.de', { name: 'Jill' })));
    await read();
    become(partial);
    clock.advance(5 * MINUTE);
    expect(await read()).toMatchObject({ names: ['Jane', 'Jill', 'Joe'], source: { outcome: 'PARTIAL' } });
    expect(await read()).toMatchObject({ names: ['Jane', 'Jill', 'Joe'], source: { outcome: 'PARTIAL' } });
    become(rejects());
    expect(await read()).toMatchObject({ names: ['Jane', 'Jill', 'Joe'], source: { outcome: 'STALE' } });
    clock.advance(30 * SECOND);
    become(discovers(joe));
    expect(await read()).toMatchObject({ names: ['Joe'], source: { outcome: 'OK' } });
  });
});

describe('Directory.askAll', () => {
  test('resolves once every account has been asked, with whatever success', async () => {
    const { directory, discoveredAccounts } = setUp([], { kore: rejects(), lp: discovers(jane), vcc: null });
    await directory.askAll();
    expect(discoveredAccounts).toEqual(['kore', 'lp']);
  });

  test('resolves once the account’s own timeout has passed, while the discovery continues', async () => {
    const { directory, clock, discoveredAccounts } = setUp([], { kore: () => new Promise<never>(() => undefined) });
    let hasAsked = false;
    void directory.askAll().then(() => (hasAsked = true));
    clock.advance(4999);
    await flushPromises();
    expect(hasAsked).toBe(false);
    clock.advance(1);
    await flushPromises();
    expect(hasAsked).toBe(true);
    await directory.merged(createReader());
    expect(discoveredAccounts).toEqual(['kore']);
  });
});
