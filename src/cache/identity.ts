import { accountBase, type AccountConfig } from '../config/account.ts';

const ALWAYS: readonly string[] = ['name', 'vendor', 'baseUrl'];
/** How an account is called, and how often: two gateways may differ in that and still mean the same. */
const TUNING: ReadonlySet<string> = new Set(Object.keys(accountBase.shape).filter((key) => !ALWAYS.includes(key)));

/**
 * Everything in an account's configuration that says whom is asked for what. Gateways that share a Redis share an account's
 * answers, limits and tokens only where this is equal; a name that means another account elsewhere does no harm. Holds
 * no secret: one that is replaced leaves what was kept in place, but where nothing else tells whose the account is (Avaamo).
 */
export function identityOf(account: AccountConfig): string {
  return JSON.stringify(
    Object.entries(account)
      .filter(([key]) => !TUNING.has(key))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
