import { pathSegmentProblem } from '../endpoint-url.ts';
import type { ReferenceRules } from '../vendor.ts';

/** An agent's reference is the id shown in Vonage: a text with significant leading zeros ("01"). */
export const references: ReferenceRules = {
  problem: pathSegmentProblem,
  canonical: (ref) => ref,
  email: () => null,
};
