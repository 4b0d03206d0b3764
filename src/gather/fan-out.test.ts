import { describe, expect, test } from '@jest/globals';
import { rejectionOf, thrownBy } from '../../test/support/capture-error.ts';
import { directoryEntry } from '../../test/support/directory-fixtures.ts';
import {
  createFakeServices,
  findListedAgent,
  freshResult,
  interaction,
  vendorError,
} from '../../test/support/gather-harness.ts';
import { InvalidInputError } from '../domain/invalid-input-error.ts';
import { unsupportedReport } from '../domain/source.ts';
import type { AccountDataSource } from '../vendors/vendor.ts';
import { accountsSupporting, fanOut, isComplete } from './fan-out.ts';

const jane = directoryEntry('jane', { accounts: { v1: 'jane', v2: 'jane', k: 'jane' } });
const query = { size: 1, type: null, activeLiveFirst: null };

/** Services with two accounts that support interactions, and one that does not. */
function setUp(v1: AccountDataSource['latestInteractions'], v2: AccountDataSource['latestInteractions']) {
  const services = createFakeServices(
    [jane],
    [
      { name: 'v1', vendor: 'VONAGE', sources: { ...(v1 && { latestInteractions: v1 }) } },
      { name: 'v2', vendor: 'VONAGE', sources: { ...(v2 && { latestInteractions: v2 }) } },
      { name: 'k', vendor: 'KORE', sources: {} },
    ],
  );
  const context = services.createContext();
  const agentAccounts = accountsSupporting(context, findListedAgent(context, 'jane'), 'latestInteractions');
  return {
    house: services,
    fannedOut: fanOut(context, agentAccounts, (sources, ref) => sources.latestInteractions?.(ref, query)),
  };
}

function gives(account: string) {
  return () => Promise.resolve(freshResult(account, [interaction(account, 'g')]));
}
function fails(account: string, code: Parameters<typeof vendorError>[1]) {
  return () => Promise.reject(vendorError(account, code));
}

describe('fanOut', () => {
  test('returns the data of all accounts in their order, complete, when all succeed', async () => {
    const { results, sources } = await setUp(gives('v1'), gives('v2')).fannedOut;
    expect(results.map(({ agentAccount, data }) => [agentAccount.account, data[0]?.account])).toEqual([
      ['v1', 'v1'],
      ['v2', 'v2'],
    ]);
    expect(sources.map(({ account, outcome }) => [account, outcome])).toEqual([
      ['v1', 'OK'],
      ['v2', 'OK'],
    ]);
    expect(isComplete(sources)).toBe(true);
  });

  test('needs no promise where every account has its data in memory', async () => {
    const inMemory = (account: string) => () => freshResult(account, [interaction(account, 'g')]);
    const { results } = await setUp(gives('v1'), gives('v2')).fannedOut;
    expect(setUp(inMemory('v1'), inMemory('v2')).fannedOut).toMatchObject({ results });
    expect(setUp(inMemory('v1'), gives('v2')).fannedOut).toBeInstanceOf(Promise);
  });

  test('keeps the order of the accounts when the first one is slow', async () => {
    const slow = async () => {
      for (let i = 0; i < 5; i += 1) await new Promise((resolve) => setImmediate(resolve));
      return freshResult('v1', [interaction('v1', 'g')]);
    };
    const { results } = await setUp(slow, gives('v2')).fannedOut;
    expect(results.map(({ agentAccount }) => agentAccount.account)).toEqual(['v1', 'v2']);
  });

  test('returns the other account’s data, incomplete and without an error, when one fails', async () => {
    const { results, sources } = await setUp(fails('v1', 'VENDOR_TIMEOUT'), gives('v2')).fannedOut;
    expect(results.map(({ agentAccount }) => agentAccount.account)).toEqual(['v2']);
    expect(sources).toMatchObject([
      { account: 'v1', outcome: 'FAILED', error: { code: 'VENDOR_TIMEOUT' }, fetchedAt: null, servedFrom: null },
      { account: 'v2', outcome: 'OK', error: null },
    ]);
    expect(isComplete(sources)).toBe(false);
  });

  test('rejects with the first account’s error when all fail', async () => {
    const { fannedOut } = setUp(fails('v1', 'VENDOR_TIMEOUT'), fails('v2', 'VENDOR_AUTH_FAILED'));
    expect(await rejectionOf(fannedOut)).toMatchObject({ account: 'v1', code: 'VENDOR_TIMEOUT' });
  });

  test('returns an empty, incomplete result when no account knows the agent', async () => {
    const { results, sources } = await setUp(fails('v1', 'NOT_FOUND'), fails('v2', 'NOT_FOUND')).fannedOut;
    expect(results).toEqual([]);
    expect(sources).toMatchObject([
      { outcome: 'FAILED', error: { code: 'NOT_FOUND' } },
      { outcome: 'FAILED', error: { code: 'NOT_FOUND' } },
    ]);
    expect(isComplete(sources)).toBe(false);
  });

  test.each<[string, AccountDataSource['latestInteractions']]>([
    ['NOT_FOUND', fails('v2', 'NOT_FOUND')],
    [
      'UNSUPPORTED',
      () => Promise.resolve({ data: [], sources: [unsupportedReport({ account: 'v2', endpoint: 'e' })] }),
    ],
  ])('returns a result, not an error, when one account fails and the other reports %s', async (_name, v2) => {
    const { results, sources } = await setUp(fails('v1', 'VENDOR_UNAVAILABLE'), v2).fannedOut;
    expect(results.flatMap(({ data }) => data)).toEqual([]);
    expect(isComplete(sources)).toBe(false);
  });

  test.each(['STALE', 'PARTIAL', 'FAILED', 'UNSUPPORTED'] as const)(
    'isComplete is false for the outcome %s',
    async (outcome) => {
      const v2 = () => Promise.resolve(freshResult('v2', [], { outcome }));
      expect(isComplete((await setUp(gives('v1'), v2).fannedOut).sources)).toBe(false);
    },
  );

  test('rejects with an internal error as it is, not as a vendor’s failure', async () => {
    const mistake = new TypeError('not a function');
    expect(await rejectionOf(setUp(gives('v1'), () => Promise.reject(mistake)).fannedOut)).toBe(mistake);
  });

  test('records every report for the accounts’ health', async () => {
    const { fannedOut, house: services } = setUp(fails('v1', 'VENDOR_TIMEOUT'), gives('v2'));
    await fannedOut;
    expect(services.health.get('v1')).toMatchObject({ state: 'DOWN', lastError: 'v1 says VENDOR_TIMEOUT' });
    expect(services.health.get('v2')).toMatchObject({ state: 'OK' });
    expect(services.health.get('k')).toMatchObject({ state: 'UNKNOWN' });
  });
});

describe('accountsSupporting', () => {
  const services = createFakeServices(
    [jane],
    [
      { name: 'v1', vendor: 'VONAGE', sources: { latestInteractions: gives('v1') } },
      { name: 'v2', vendor: 'VONAGE', sources: { latestInteractions: gives('v2') } },
      { name: 'k', vendor: 'KORE', sources: {} },
      { name: 'other', vendor: 'VONAGE', sources: { latestInteractions: gives('other') } },
    ],
  );
  const namesFor = (accounts?: readonly string[] | null, canAccess?: (name: string) => boolean) => {
    const context = services.createContext(canAccess);
    return accountsSupporting(context, findListedAgent(context, 'jane'), 'latestInteractions', accounts).map(
      ({ account }) => account,
    );
  };

  test('returns the agent’s accounts that support the capability', () => {
    expect(namesFor()).toEqual(['v1', 'v2']);
    expect(namesFor(null)).toEqual(['v1', 'v2']);
  });

  test('returns only the listed accounts, in the configuration’s order', () => {
    expect(namesFor(['v2'])).toEqual(['v2']);
    expect(namesFor(['v2', 'v1', 'v2'])).toEqual(['v1', 'v2']);
    expect(namesFor(['k', 'other'])).toEqual([]);
    expect(namesFor([])).toEqual([]);
  });

  test('rejects an unknown account and a hidden one with the same error', () => {
    const unknown = thrownBy(() => namesFor(['v3']));
    expect(unknown).toBeInstanceOf(InvalidInputError);
    expect(unknown).toMatchObject({ argument: 'accounts', message: 'accounts: there is no account "v3"' });
    expect(thrownBy(() => namesFor(['v1', 'v2'], (name) => name !== 'v2'))).toMatchObject({
      message: 'accounts: there is no account "v2"',
    });
  });

  test('leaves out hidden accounts', () => {
    expect(namesFor(null, (name) => name !== 'v1')).toEqual(['v2']);
  });
});
