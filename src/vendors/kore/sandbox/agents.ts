import { createHash } from 'node:crypto';
import type { Person, SandboxWorld } from '../../sandbox.ts';
import { type Span, statusesOf } from './statuses.ts';

export interface Seat {
  readonly person: Person;
  readonly email: string;
  readonly nth: number;
}

export const seatsOf = ({ company }: SandboxWorld): readonly Seat[] =>
  company.people.flatMap((person, nth) =>
    person.seats.kore === undefined ? [] : [{ person, email: person.seats.kore, nth }],
  );

const userId = (email: string): string => {
  const hex = createHash('sha1').update(email.toLowerCase()).digest('hex');
  return `u-${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-9${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

/** Kore spells statuses "AVAILABLE" in one API and "Available" in another; a few people show that either may come. */
const styleFor = (nth: number) =>
  nth % 25 === 3
    ? (type: string): string => type.slice(0, 1).toUpperCase() + type.slice(1)
    : (type: string): string => type.toUpperCase();

/** One entry of `data`; without `status` where there is no period, and at times without `customId`. */
export const agentOf = ({ company }: SandboxWorld, { person, email, nth }: Seat, span: Span) => {
  const style = styleFor(nth);
  const status = company.shifts(person, span.from, span.to).flatMap((shift) => statusesOf(shift, span, style));
  return {
    userId: userId(email),
    firstName: person.firstName,
    lastName: person.lastName,
    email,
    ...(nth % 3 !== 0 && { customId: nth % 11 === 5 ? '' : person.employeeId }),
    ...(status.length > 0 && { status }),
  };
};
