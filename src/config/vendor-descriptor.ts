import type { ZodType } from 'zod';
import type { AccountConfig } from './account.ts';

/** What the configuration must know of a vendor. */
export interface VendorDescriptor {
  /** The value of `vendor` in an account's entry. */
  readonly key: string;
  /** What such an entry must look like. */
  readonly config: ZodType<AccountConfig>;
  /** How references to this vendor's agents are read. */
  readonly references: {
    readonly problem: (ref: string) => string | null;
    readonly canonical: (ref: string) => string;
    readonly email: (ref: string) => string | null;
  };
}
