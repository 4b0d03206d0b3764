import type { ReferenceRules } from '../vendor.ts';

/** An agent's reference is the e-mail address, in any case, or the `userId` as Kore spells it. */
export const references: ReferenceRules = {
  problem: (ref) => {
    if (!/^[^\s\p{Cc}]{1,320}$/u.test(ref)) return 'must be an e-mail address or a userId, without spaces';
    if (ref.includes('@') && !/^[^@]+@[^@]+$/.test(ref)) return 'is not an e-mail address';
    return null;
  },
  canonical: canonicalizeReference,
  email: (ref) => (isEmail(ref) ? ref : null),
};

export function isEmail(ref: string): boolean {
  return ref.includes('@');
}

/** Equal for references to the same agent. */
export function canonicalizeReference(ref: string): string {
  return isEmail(ref) ? ref.trim().toLowerCase() : ref.trim();
}
