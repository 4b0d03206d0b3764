import type { ZodType } from 'zod';
import type { AccountConfig } from './account.ts';

/** What the configuration needs of a vendor. */
export interface VendorDescriptor {
  /** The value of `vendor` in an account's entry. */
  readonly key: string;
  /** The schema of such an entry. */
  readonly config: ZodType<AccountConfig>;
  /** The rules for references to this vendor's agents. */
  readonly references: {
    readonly problem: (ref: string) => string | null;
    readonly canonical: (ref: string) => string;
    readonly email: (ref: string) => string | null;
  };
}
