import { createHash } from 'node:crypto';
import type { CompanyPerson, SandboxWorld } from '../../sandbox.ts';
import { type RequestedSpan, toStatuses } from './statuses.ts';

export interface ListedAgent {
  readonly person: CompanyPerson;
  readonly email: string;
  readonly nth: number;
}

export const listAgents = ({ company }: SandboxWorld): readonly ListedAgent[] =>
  company.people.flatMap((person, nth) =>
    person.refsByVendor.kore === undefined ? [] : [{ person, email: person.refsByVendor.kore, nth }],
  );

const toUserId = (email: string): string => {
  const hex = createHash('sha1').update(email.toLowerCase()).digest('hex');
  return `u-${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-9${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

/** Kore spells statuses "AVAILABLE" in one API and "Available" in another; a few people show that either may come. */
const createStatusFormatter = (nth: number) =>
  nth % 25 === 3
    ? (type: string): string => type.slice(0, 1).toUpperCase() + type.slice(1)
    : (type: string): string => type.toUpperCase();

/** One entry of `data`; without `status` where there is no period, and at times without `customId`. */
export const toAgentRecord = ({ company }: SandboxWorld, { person, email, nth }: ListedAgent, span: RequestedSpan) => {
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
};
