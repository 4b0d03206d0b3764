import type { ReferenceRules } from '../vendor.ts';

/** An agent's reference is the agentID or the login name; a login name's case does not count. */
export const references: ReferenceRules = {
  problem: (ref) =>
    /^[^\p{Cc}]{1,320}$/u.test(ref) && ref.trim() !== ''
      ? null
      : 'must be an agentID or a login name of 1 to 320 characters',
  canonical: normalizeLogin,
  email: (ref) => (isEmail(ref) ? ref.trim() : null),
};

/** Equal for login names that are the same. */
export function normalizeLogin(login: string): string {
  return login.trim().toLowerCase();
}

export function isEmail(login: string): boolean {
  return /^[^\s@]+@[^\s@]+$/.test(login.trim());
}
