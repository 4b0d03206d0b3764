import type { Instant } from '../../domain/clock.ts';
import { utcDay } from '../../domain/time.ts';
import type { CallContext } from '../../http/types.ts';
import type { AvaamoClient } from './client.ts';

/** Asks for one bot's usage of today. The vendor has no endpoint that needs no bot. */
export async function probe(
  client: AvaamoClient,
  bot: string | null,
  now: Instant,
  context: CallContext,
): Promise<boolean> {
  if (bot === null) return false;
  const today = utcDay(now);
  await client.usage({ bot, from: today, to: today, offsetSeconds: 0 }, context);
  return true;
}
