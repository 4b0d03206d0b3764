import { createHash } from 'node:crypto';
import type { CompanyPerson, SandboxWorld } from '../../sandbox.ts';
import { type RequestedSpan, toStatuses } from './statuses.ts';

export interface ListedAgent {
  readonly person: CompanyPerson;
  readonly email: string;
  readonly nth: number;
}

export function listAgents({ company }: SandboxWorld): readonly ListedAgent[] {
  return company.people.flatMap((person, nth) =>
    person.refsByVendor.kore === undefined ? [] : [{ person, email: person.refsByVendor.kore, nth }],
  );
}

/** The userId of the person with this e-mail address. */
export function toUserId(email: string): string {
  const hex = createHash('sha1').update(email.toLowerCase()).digest('hex');
  return `u-${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-9${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Kore spells statuses "AVAILABLE" in one API and "Available" in another; here, one agent in 25 has the latter. */
function createStatusFormatter(nth: number): (type: string) => string {
  return nth % 25 === 3 ? (type) => type.slice(0, 1).toUpperCase() + type.slice(1) : (type) => type.toUpperCase();
}

/** One entry of `data`: without `status` if there is no period, and sometimes without `customId`. */
export function toAgentRecord({ company }: SandboxWorld, { person, email, nth }: ListedAgent, span: RequestedSpan) {
  const formatStatus = createStatusFormatter(nth);
  const status = company.shifts(person, span.from, span.to).flatMap((shift) => toStatuses(shift, span, formatStatus));
  return {
    userId: toUserId(email),
    firstName: person.firstName,
    lastName: person.lastName,
    email,
    ...(nth % 3 !== 0 && { customId: nth % 11 === 5 ? '' : person.employeeId }),
    ...(status.length > 0 && { status }),
  };
}
