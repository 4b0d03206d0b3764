import { describe, expect, test } from '@jest/globals';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { freshResult, interaction, NOW, rejectNotFound, withJane } from '../../test/support/gather-harness.ts';
import type { AccountDataSource } from '../vendors/vendor.ts';
import { latestInteractions } from './interactions.ts';

describe('latestInteractions', () => {
  const gives = (account: string, ...guids: readonly string[]) => ({
    latestInteractions: () =>
      Promise.resolve(
        freshResult(
          account,
          guids.map((guid, index) => interaction(account, guid, NOW + index)),
        ),
      ),
  });

  test('returns the vendor’s order, one account after another', async () => {
    const { context, jane } = withJane(gives('first', 'b', 'a'), gives('second', 'c'));
    const page = await latestInteractions(context, jane, { size: 5 });
    expect(page?.nodes.map(({ guid }) => guid)).toEqual(['b', 'a', 'c']);
    expect(new Set(page?.cursors()).size).toBe(3);
    expect(page).toMatchObject({ hasNextPage: false, hasPreviousPage: false, totalCount: 3 });
  });

  test('returns a page of what is in memory without a promise; a rejected argument is a rejection all the same', async () => {
    const { context, jane } = withJane({
      latestInteractions: () => freshResult('first', [interaction('first', 'a')]),
    });
    expect(latestInteractions(context, jane, { size: 1 })).toMatchObject({ totalCount: 1 });
    const rejected = latestInteractions(context, jane, { size: 0 });
    expect(rejected).toBeInstanceOf(Promise);
    expect(await rejectionOf(rejected)).toMatchObject({ argument: 'size' });
  });

  test('passes the caller’s arguments to the vendor, and null for omitted ones', async () => {
    const asked: unknown[] = [];
    const sources: AccountDataSource = {
      latestInteractions: (ref, query) => {
        asked.push([ref, query]);
        return Promise.resolve(freshResult('first', []));
      },
    };
    const { context, jane } = withJane(sources);
    await latestInteractions(context, jane, { size: 1 });
    await latestInteractions(context, jane, { size: 100, type: 'PHONE', activeLiveFirst: true, accounts: ['first'] });
    expect(asked).toEqual([
      ['jane', { size: 1, type: null, activeLiveFirst: null }],
      ['jane', { size: 100, type: 'PHONE', activeLiveFirst: true }],
    ]);
  });

  test.each([0, -1, 101])('rejects a size of %i', async (size) => {
    const { context, jane } = withJane(gives('first', 'a'));
    expect(await rejectionOf(latestInteractions(context, jane, { size }))).toMatchObject({ argument: 'size' });
  });

  test('returns an empty, incomplete page where the vendor does not know the agent', async () => {
    const { context, jane } = withJane({ latestInteractions: rejectNotFound('first') });
    expect(await latestInteractions(context, jane, { size: 1 })).toMatchObject({
      nodes: [],
      sources: [{ outcome: 'FAILED', error: { code: 'NOT_FOUND' } }],
    });
  });
});
