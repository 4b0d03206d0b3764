import type { Account } from '../domain/account.ts';
import type { QueryContext } from './query-context.ts';

/**
 * The accounts that the caller may use. They are returned after the query's own reads, so that their health is that of the data
 * next to it, and includes what other processes know.
 */
export async function accounts(context: QueryContext): Promise<readonly Account[]> {
  context.reuse.restrict('none');
  await context.settled();
  await context.services.health.refresh(context.accounts.map(({ name }) => name));
  return context.accounts;
}
