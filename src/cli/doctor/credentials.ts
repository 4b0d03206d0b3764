import type { AccountConfig } from '../../config/account.ts';
import { Secret } from '../../config/secret.ts';

/** Keys of accounts that identify, and prove nothing alone. */
const ID_KEYS: ReadonlySet<string> = new Set(['accountId', 'clientId', 'consumerKey', 'streamId']);

/** The ids and the masked secrets of an account, as in `clientId cs-1, clientSecret (32 characters)`. */
export function describeCredentials(account: AccountConfig): string {
  return Object.entries(account)
    .flatMap(([key, value]: readonly [string, unknown]) => {
      if (key === 'proxyUrl') return [];
      if (value instanceof Secret) return [`${key} (${describeSecret(value.reveal())})`];
      return ID_KEYS.has(key) ? [`${key} ${String(value)}`] : [];
    })
    .join(', ');
}

/** A length shows a secret that was cut, and blanks around it one that was copied with its line. */
function describeSecret(text: string): string {
  const length = `${text.length} character${text.length === 1 ? '' : 's'}`;
  return text.trim() === text ? length : `${length}, with a blank or line break at an end`;
}
