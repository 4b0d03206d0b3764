import type { ReferenceRules } from '../vendor.ts';

/** A reference is the agentID or the login name of an agent; login names are case-insensitive. */
export const references: ReferenceRules = {
  problem: (ref) =>
    /^[^\p{Cc}]{1,320}$/u.test(ref) && ref.trim() !== ''
      ? null
      : 'must be an agentID or a login name of 1 to 320 characters',
  canonical: normalizeLogin,
  email: (ref) => (isEmail(ref) ? ref.trim() : null),
};

/** Returns the canonical form of a login name. */
export function normalizeLogin(login: string): string {
  return login.trim().toLowerCase();
}

export function isEmail(login: string): boolean {
  return /^[^\s@]+@[^\s@]+$/.test(login.trim());
}
