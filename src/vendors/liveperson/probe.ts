import type { Instant } from '../../domain/clock.ts';
import { HOUR } from '../../domain/time.ts';
import type { CallContext } from '../../http/types.ts';
import type { Client } from './client.ts';

/** Asks for the list of the files generated in the last hour, and downloads none. */
export async function probe(client: Client, now: Instant, context: CallContext): Promise<boolean> {
  const lastHour = { from: now - HOUR, to: now };
  await client.list(lastHour, lastHour, context);
  return true;
}
