import type { Account } from './account.ts';
import type { CallTarget } from './vendor-error.ts';

/** What a call to one endpoint of an account is for, as errors and reports name it. */
export function toCallTarget({ vendor, name }: Account, endpoint: string): CallTarget {
  return { vendor, account: name, endpoint };
}
