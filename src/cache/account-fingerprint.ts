import { accountBaseSchema, type AccountConfig } from '../config/account.ts';

const IDENTITY_KEYS: readonly string[] = ['name', 'vendor', 'baseUrl'];
/** Settings for how, and how often, an account is called: gateways may differ in them and still share the account. */
const TUNING_KEYS: ReadonlySet<string> = new Set(
  Object.keys(accountBaseSchema.shape).filter((key) => !IDENTITY_KEYS.includes(key)),
);

/**
 * Returns everything in an account's configuration that identifies its vendor account. Gateways on one Redis share an
 * account's cached values, limits and tokens only if their fingerprints are equal, so the same name for another account does
 * no harm. Contains no secret: cached values survive the replacement of one, unless only the secret identifies the account
 * (Avaamo).
 */
export function accountFingerprint(account: AccountConfig): string {
  return JSON.stringify(
    Object.entries(account)
      .filter(([key]) => !TUNING_KEYS.has(key))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
