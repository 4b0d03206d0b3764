import type { Instant } from '../../domain/clock.ts';
import { utcDay } from '../../domain/time.ts';
import type { CallContext } from '../../http/types.ts';
import type { KoreClient } from './client.ts';
import { isEmail } from './references.ts';

/** The id of no agent: the filter keeps the response to one small page. */
const UNKNOWN_EMAIL = 'switchboard@example.invalid';

/** Asks for today's statuses of one agent, whether or not the vendor knows the agent. */
export async function probe(
  client: KoreClient,
  ref: string | null,
  now: Instant,
  context: CallContext,
): Promise<boolean> {
  const [firstDay, lastDay] = [utcDay(now), utcDay(now)];
  const agents = [ref !== null && isEmail(ref) ? ref : UNKNOWN_EMAIL];
  const { error } = await client.statusDetails({ agents, firstDay, lastDay }, context);
  if (error) throw error;
  return true;
}
