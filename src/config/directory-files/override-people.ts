import { z } from 'zod';
import type { Person } from './read-people.ts';

const optionalTextSchema = z.string().optional().catch(undefined);
const agentsSchema = z
  .object({ agents: z.array(z.object({ id: optionalTextSchema, email: optionalTextSchema }).catch({})).catch([]) })
  .catch({ agents: [] });

/**
 * Leaves out the people that an entry of `agents` takes precedence over: the one with its id, or where there is none, the one
 * with its e-mail address.
 */
export function withoutOverriddenPeople(people: readonly Person[], raw: unknown): readonly Person[] {
  if (people.length === 0) return people;
  const { agents } = agentsSchema.parse(raw);
  const personIds = new Set(people.map(({ entry }) => entry.id));
  const ids = new Set(agents.map(({ id }) => id));
  const emails = new Set(
    agents.flatMap(({ id, email }) =>
      email === undefined || (id !== undefined && personIds.has(id)) ? [] : [email.toLowerCase()],
    ),
  );
  return people.filter(
    ({ entry }) => !ids.has(entry.id) && !(entry.email !== undefined && emails.has(entry.email.toLowerCase())),
  );
}
