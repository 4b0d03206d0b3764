import type { Agent } from '../domain/agent.ts';
import { type Session, firstEventAt } from '../domain/session.ts';
import type { StatusPeriod } from '../domain/status-period.ts';
import { ask, seatsFor } from './ask.ts';
import type { Desk } from './desk.ts';
import { type SourcedPage, pageOf, placesByInstant } from './page.ts';
import { type StatusPeriodsArgs, checkPeriodsArgs } from './status-periods.ts';

const places = placesByInstant<Session>(firstEventAt);

export async function sessions(
  desk: Desk,
  agent: Agent,
  args: StatusPeriodsArgs,
): Promise<SourcedPage<Session> | null> {
  const during = checkPeriodsArgs(args);
  const seats = seatsFor(desk, agent, 'sessions', args.accounts);
  if (seats.length === 0) return null;
  const { told, sources } = await ask(desk, seats, (source, ref) => source.sessions?.(ref, during));
  const all = told.flatMap(({ data }) => data);
  const sorted = told.length > 1 ? all.toSorted((a, b) => firstEventAt(a) - firstEventAt(b)) : all;
  return { ...pageOf(sorted, args, places), sources };
}

/** The session that a period belongs to; null where its vendor tells of none. It came with the period and costs no call. */
export function sessionOf(desk: Desk, period: StatusPeriod): Session | null {
  return desk.sources(period.account)?.sessionOf?.(period) ?? null;
}
