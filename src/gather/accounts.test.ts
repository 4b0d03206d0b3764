import { describe, expect, test } from '@jest/globals';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { freshResult, vendorError, withJane } from '../../test/support/gather-harness.ts';
import type { SourcedResult } from '../domain/source.ts';
import type { StatusPeriod } from '../domain/status-period.ts';
import { accounts } from './accounts.ts';
import { fanOut } from './fan-out.ts';
import { presence } from './presence.ts';
import type { QueryContext } from './query-context.ts';

test('returns the accounts once the reads of the query have ended, with whatever success', async () => {
  const answer = Promise.withResolvers<never>();
  const { context, jane, health } = withJane({ currentStatus: () => answer.promise });
  let names: readonly string[] | undefined;
  const listing = accounts(context).then((list) => (names = list.map(({ name }) => name)));
  const read = presence(context, jane);
  await flushPromises();
  expect(names).toBeUndefined();
  answer.reject(vendorError('first', 'VENDOR_UNAVAILABLE'));
  await rejectionOf(read);
  await listing;
  expect(names).toEqual(['first', 'second', 'mute']);
  expect(health.get('first').state).toBe('DOWN');
});

describe('the accounts wait', () => {
  /** Whether they are listed, before and after the read ends. */
  async function listings(context: QueryContext, end: () => void): Promise<readonly boolean[]> {
    let isListed = false;
    const listing = accounts(context).then(() => (isListed = true));
    await flushPromises();
    const before = isListed;
    end();
    await listing;
    return [before, isListed];
  }

  test.each([
    ['one account', ['first']],
    ['several accounts', ['first', 'second']],
  ])('for a read of %s by itself', async (_which, names) => {
    const answer = Promise.withResolvers<SourcedResult<StatusPeriod | null>>();
    const { context, jane } = withJane(
      { currentStatus: () => answer.promise },
      { currentStatus: () => freshResult('second', null) },
    );
    const agentAccounts = jane.accounts.filter(({ account }) => names.includes(account));
    const read = fanOut(context, agentAccounts, (dataSource, ref) => dataSource.currentStatus?.(ref));
    expect(
      await listings(context, () => {
        answer.resolve(freshResult('first', null));
      }),
    ).toEqual([false, true]);
    await read;
  });

  test.each<[string, (answer: PromiseWithResolvers<number>) => void]>([
    [
      'succeeds',
      ({ resolve }) => {
        resolve(1);
      },
    ],
    [
      'fails',
      ({ reject }) => {
        reject(new Error('no value'));
      },
    ],
  ])('for a memoised value, whose loading %s', async (_how, end) => {
    const answer = Promise.withResolvers<number>();
    const { context } = withJane({});
    const value = Promise.resolve(context.memoize('value', 'jane', () => answer.promise)).catch(() => null);
    expect(
      await listings(context, () => {
        end(answer);
      }),
    ).toEqual([false, true]);
    await value;
  });
});
