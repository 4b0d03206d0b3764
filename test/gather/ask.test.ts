import { describe, expect, test } from '@jest/globals';
import { InvalidInput } from '../../src/domain/invalid-input.ts';
import { unsupportedReport } from '../../src/domain/source.ts';
import { ask, isComplete, seatsFor } from '../../src/gather/ask.ts';
import type { Sources } from '../../src/vendors/vendor.ts';
import { entry } from '../directory/support.ts';
import { caught, rejection } from '../support/caught.ts';
import { agentNamed, fakeHouse, fresh, interaction, vendorError } from './support.ts';

const jane = entry('jane', { accounts: { v1: 'jane', v2: 'jane', k: 'jane' } });
const query = { size: 1, type: null, activeLiveFirst: null };

/** A gateway with two accounts that know interactions, and one that does not. */
function setUp(v1: Sources['latestInteractions'], v2: Sources['latestInteractions']) {
  const house = fakeHouse(
    [jane],
    [
      { name: 'v1', vendor: 'VONAGE', sources: { ...(v1 && { latestInteractions: v1 }) } },
      { name: 'v2', vendor: 'VONAGE', sources: { ...(v2 && { latestInteractions: v2 }) } },
      { name: 'k', vendor: 'KORE', sources: {} },
    ],
  );
  const desk = house.desk();
  const seats = seatsFor(desk, agentNamed(desk, 'jane'), 'latestInteractions');
  return { house, asked: ask(desk, seats, (sources, ref) => sources.latestInteractions?.(ref, query)) };
}

const gives = (account: string) => () => Promise.resolve(fresh(account, [interaction(account, 'g')]));
const fails = (account: string, code: Parameters<typeof vendorError>[1]) => () =>
  Promise.reject(vendorError(account, code));

describe('asking the accounts of an agent', () => {
  test('all answer: all data, in the order of the accounts, whole', async () => {
    const { told, sources } = await setUp(gives('v1'), gives('v2')).asked;
    expect(told.map(({ seat, data }) => [seat.account, data[0]?.account])).toEqual([
      ['v1', 'v1'],
      ['v2', 'v2'],
    ]);
    expect(sources.map(({ account, outcome }) => [account, outcome])).toEqual([
      ['v1', 'OK'],
      ['v2', 'OK'],
    ]);
    expect(isComplete(sources)).toBe(true);
  });

  test('a slow first one does not change the order', async () => {
    const slow = async () => {
      for (let i = 0; i < 5; i += 1) await new Promise((resolve) => setImmediate(resolve));
      return fresh('v1', [interaction('v1', 'g')]);
    };
    const { told } = await setUp(slow, gives('v2')).asked;
    expect(told.map(({ seat }) => seat.account)).toEqual(['v1', 'v2']);
  });

  test('one fails: the other’s data, not whole, no error', async () => {
    const { told, sources } = await setUp(fails('v1', 'VENDOR_TIMEOUT'), gives('v2')).asked;
    expect(told.map(({ seat }) => seat.account)).toEqual(['v2']);
    expect(sources).toMatchObject([
      { account: 'v1', outcome: 'FAILED', error: { code: 'VENDOR_TIMEOUT' }, fetchedAt: null, servedFrom: null },
      { account: 'v2', outcome: 'OK', error: null },
    ]);
    expect(isComplete(sources)).toBe(false);
  });

  test('all fail: the first one’s error', async () => {
    const { asked } = setUp(fails('v1', 'VENDOR_TIMEOUT'), fails('v2', 'VENDOR_AUTH_FAILED'));
    expect(await rejection(asked)).toMatchObject({ account: 'v1', code: 'VENDOR_TIMEOUT' });
  });

  test('no such agent anywhere: an answer, empty and not whole', async () => {
    const { told, sources } = await setUp(fails('v1', 'NOT_FOUND'), fails('v2', 'NOT_FOUND')).asked;
    expect(told).toEqual([]);
    expect(sources).toMatchObject([
      { outcome: 'FAILED', error: { code: 'NOT_FOUND' } },
      { outcome: 'FAILED', error: { code: 'NOT_FOUND' } },
    ]);
    expect(isComplete(sources)).toBe(false);
  });

  test.each<[string, Sources['latestInteractions']]>([
    ['no such agent', fails('v2', 'NOT_FOUND')],
    [
      'not supported',
      () => Promise.resolve({ data: [], sources: [unsupportedReport({ account: 'v2', endpoint: 'e' })] }),
    ],
  ])('one fails, the other says: %s: an answer, not an error', async (_name, v2) => {
    const { told, sources } = await setUp(fails('v1', 'VENDOR_UNAVAILABLE'), v2).asked;
    expect(told.flatMap(({ data }) => data)).toEqual([]);
    expect(isComplete(sources)).toBe(false);
  });

  test.each(['STALE', 'PARTIAL', 'FAILED', 'UNSUPPORTED'] as const)('%s is not whole', async (outcome) => {
    const v2 = () => Promise.resolve(fresh('v2', [], { outcome }));
    expect(isComplete((await setUp(gives('v1'), v2).asked).sources)).toBe(false);
  });

  test('a mistake in our own code is no vendor’s failure', async () => {
    const mistake = new TypeError('not a function');
    expect(await rejection(setUp(gives('v1'), () => Promise.reject(mistake)).asked)).toBe(mistake);
  });

  test('every report goes into the book of health', async () => {
    const { asked, house } = setUp(fails('v1', 'VENDOR_TIMEOUT'), gives('v2'));
    await asked;
    expect(house.health.of('v1')).toMatchObject({ state: 'DOWN', lastError: 'v1 says VENDOR_TIMEOUT' });
    expect(house.health.of('v2')).toMatchObject({ state: 'OK' });
    expect(house.health.of('k')).toMatchObject({ state: 'UNKNOWN' });
  });
});

describe('which accounts are asked', () => {
  const house = fakeHouse(
    [jane],
    [
      { name: 'v1', vendor: 'VONAGE', sources: { latestInteractions: gives('v1') } },
      { name: 'v2', vendor: 'VONAGE', sources: { latestInteractions: gives('v2') } },
      { name: 'k', vendor: 'KORE', sources: {} },
      { name: 'other', vendor: 'VONAGE', sources: { latestInteractions: gives('other') } },
    ],
  );
  const namesFor = (accounts?: readonly string[] | null, mayUse?: (name: string) => boolean) => {
    const desk = house.desk(mayUse);
    return seatsFor(desk, agentNamed(desk, 'jane'), 'latestInteractions', accounts).map(({ account }) => account);
  };

  test('those that know the agent and the answer', () => {
    expect(namesFor()).toEqual(['v1', 'v2']);
    expect(namesFor(null)).toEqual(['v1', 'v2']);
  });

  test('only those named, in the order of the configuration', () => {
    expect(namesFor(['v2'])).toEqual(['v2']);
    expect(namesFor(['v2', 'v1', 'v2'])).toEqual(['v1', 'v2']);
    expect(namesFor(['k', 'other'])).toEqual([]);
    expect(namesFor([])).toEqual([]);
  });

  test('a name that is none is a mistake of the caller’s; so is that of a hidden account, in the same words', () => {
    const unknown = caught(() => namesFor(['v3']));
    expect(unknown).toBeInstanceOf(InvalidInput);
    expect(unknown).toMatchObject({ argument: 'accounts', message: 'accounts: there is no account "v3"' });
    expect(caught(() => namesFor(['v1', 'v2'], (name) => name !== 'v2'))).toMatchObject({
      message: 'accounts: there is no account "v2"',
    });
  });

  test('hidden accounts are not asked', () => {
    expect(namesFor(null, (name) => name !== 'v1')).toEqual(['v2']);
  });
});
