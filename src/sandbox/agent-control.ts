import { z } from 'zod';
import type { Clock, Instant } from '../domain/clock.ts';
import { MINUTE } from '../domain/time.ts';
import type { CompanyPerson, FakeVendor } from '../vendors/sandbox.ts';
import type { ManualStatuses } from './manual-statuses.ts';

const DEFAULT_MINUTES = 10;

/** A status to set for an agent of a fake vendor. */
export const statusRequestSchema = z.strictObject({
  status: z
    .string()
    .toLowerCase()
    .pipe(z.enum(['available', 'busy', 'away', 'offline'])),
  /** The company's own name for it, such as "Lunch". */
  reason: z.string().min(1).max(50).optional(),
  /** How long it lasts before the agent's plan goes on. */
  minutes: z
    .number()
    .positive()
    .max(24 * 60)
    .default(DEFAULT_MINUTES),
});

export type StatusRequest = z.infer<typeof statusRequestSchema>;

/** An agent as the control API shows them. */
export interface ControlledAgent {
  readonly ref: string;
  readonly name: string;
  readonly email: string;
  readonly status: StatusRequest['status'];
  readonly reason: string | null;
  /** When the status began; null while the agent is offline. */
  readonly since: string | null;
}

/** The agents of a fake vendor, whose status can be set. `ref` is the vendor's reference or the e-mail address. */
export interface AgentControl {
  list(): readonly ControlledAgent[];
  /** Returns null if there is no such agent. */
  setStatus(ref: string, request: StatusRequest): (ControlledAgent & { readonly until: string }) | null;
  /** Lets the agent's plan go on; returns null if there is no such agent. */
  releaseStatus(ref: string): ControlledAgent | null;
}

export interface AgentControlOptions {
  /** The vendor's key in the configuration. */
  readonly vendor: string;
  readonly fake: Pick<FakeVendor, 'findReference'>;
  readonly statuses: ManualStatuses;
  readonly clock: Pick<Clock, 'now'>;
}

export function createAgentControl({ vendor, fake, statuses, clock }: AgentControlOptions): AgentControl {
  const { company } = statuses;
  const agents = company.people.flatMap((person) => {
    const ref = person.refsByVendor[vendor] ?? fake.findReference?.(person);
    return ref == null ? [] : [{ ref, person }];
  });
  const describe = ({ ref, person }: (typeof agents)[number]): ControlledAgent => ({
    ref,
    name: `${person.firstName} ${person.lastName}`,
    email: person.email,
    ...findStatus(statuses, person, clock.now()),
  });
  const find = (ref: string): (typeof agents)[number] | undefined =>
    agents.find((agent) => [agent.ref, agent.person.email].some((name) => name.toLowerCase() === ref.toLowerCase()));
  return {
    list: () => agents.map(describe),
    setStatus: (ref, { status, reason = null, minutes }) => {
      const agent = find(ref);
      if (!agent) return null;
      const { until } = statuses.set(agent.person, { status, reason }, Math.ceil(minutes * MINUTE));
      return { ...describe(agent), until: formatInstant(until) };
    },
    releaseStatus: (ref) => {
      const agent = find(ref);
      if (!agent) return null;
      statuses.release(agent.person);
      return describe(agent);
    },
  };
}

function findStatus(
  { company }: ManualStatuses,
  person: CompanyPerson,
  now: Instant,
): Pick<ControlledAgent, 'status' | 'reason' | 'since'> {
  const shift = company.shifts(person, now - 1, now + 1).findLast(({ end }) => end === null);
  const change = shift?.statusChanges.at(-1);
  return change
    ? { status: change.status, reason: change.reason, since: formatInstant(change.at) }
    : { status: 'offline', reason: null, since: null };
}

function formatInstant(instant: Instant): string {
  return new Date(instant).toISOString();
}
