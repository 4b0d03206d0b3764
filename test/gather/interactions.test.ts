import { describe, expect, test } from '@jest/globals';
import { latestInteractions } from '../../src/gather/interactions.ts';
import type { Sources } from '../../src/vendors/vendor.ts';
import { rejection } from '../support/caught.ts';
import { NOW, fresh, interaction, unknownAgent, withJane } from './support.ts';

describe('latest interactions', () => {
  const gives = (account: string, ...guids: readonly string[]) => ({
    latestInteractions: () =>
      Promise.resolve(
        fresh(
          account,
          guids.map((guid, index) => interaction(account, guid, NOW + index)),
        ),
      ),
  });

  test('keep the vendor’s order, one account after another', async () => {
    const { desk, jane } = withJane(gives('first', 'b', 'a'), gives('second', 'c'));
    const page = await latestInteractions(desk, jane, { size: 5 });
    expect(page?.nodes.map(({ guid }) => guid)).toEqual(['b', 'a', 'c']);
    expect(new Set(page?.cursors).size).toBe(3);
    expect(page).toMatchObject({ hasNextPage: false, hasPreviousPage: false, totalCount: 3 });
  });

  test('are asked for as the caller says, and nulls where nothing is said', async () => {
    const asked: unknown[] = [];
    const sources: Sources = {
      latestInteractions: (ref, query) => {
        asked.push([ref, query]);
        return Promise.resolve(fresh('first', []));
      },
    };
    const { desk, jane } = withJane(sources);
    await latestInteractions(desk, jane, { size: 1 });
    await latestInteractions(desk, jane, { size: 100, type: 'PHONE', activeLiveFirst: true, accounts: ['first'] });
    expect(asked).toEqual([
      ['jane', { size: 1, type: null, activeLiveFirst: null }],
      ['jane', { size: 100, type: 'PHONE', activeLiveFirst: true }],
    ]);
  });

  test.each([0, -1, 101])('%i at once is refused', async (size) => {
    const { desk, jane } = withJane(gives('first', 'a'));
    expect(await rejection(latestInteractions(desk, jane, { size }))).toMatchObject({ argument: 'size' });
  });

  test('are empty and not whole where the vendor knows no such agent', async () => {
    const { desk, jane } = withJane({ latestInteractions: unknownAgent('first') });
    expect(await latestInteractions(desk, jane, { size: 1 })).toMatchObject({
      nodes: [],
      sources: [{ outcome: 'FAILED', error: { code: 'NOT_FOUND' } }],
    });
  });
});
