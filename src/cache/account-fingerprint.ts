import { accountBaseSchema, type AccountConfig } from '../config/account.ts';

const IDENTITY_KEYS: readonly string[] = ['name', 'vendor', 'baseUrl'];
/** How an account is called, and how often: two gateways may differ in that and still mean the same. */
const TUNING_KEYS: ReadonlySet<string> = new Set(
  Object.keys(accountBaseSchema.shape).filter((key) => !IDENTITY_KEYS.includes(key)),
);

/**
 * Everything in an account's configuration that says whom is asked for what. Gateways that share a Redis share an account's
 * answers, limits and tokens only where this is equal; a name that means another account elsewhere does no harm. Holds
 * no secret: one that is replaced leaves what was kept in place, but where nothing else tells whose the account is (Avaamo).
 */
export function accountFingerprint(account: AccountConfig): string {
  return JSON.stringify(
    Object.entries(account)
      .filter(([key]) => !TUNING_KEYS.has(key))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
