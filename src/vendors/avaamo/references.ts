import type { ReferenceRules } from '../vendor.ts';

/** A bot's reference is the number in its URL: "Agent identifier … integer" (usage.md, path parameters). */
export const references: ReferenceRules = {
  problem: (ref) => (/^[1-9]\d{0,18}$/.test(ref) ? null : 'must be the number of a bot, as in its URL'),
  canonical: (ref) => ref,
  email: () => null,
};
