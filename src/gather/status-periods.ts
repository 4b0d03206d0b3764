import type { Agent } from '../domain/agent.ts';
import { type StatusPeriod, byStart } from '../domain/status-period.ts';
import { type TimeRange } from '../domain/time.ts';
import { type StatusTotal, timeInStatus as addUp } from '../domain/time-in-status.ts';
import { ask, isComplete, lacksSomething, seatsFor } from './ask.ts';
import type { Desk } from './desk.ts';
import { checkCount, checkRange } from './input.ts';
import { type SourcedPage, pageOf, placesByInstant } from './page.ts';
import { sourceIncomplete } from './incomplete.ts';

const places = placesByInstant<StatusPeriod>((period) => period.start);
const MOST = 10_000;

export interface StatusPeriodsArgs {
  readonly during: TimeRange;
  readonly accounts?: readonly string[] | null;
  readonly first: number;
  readonly after?: string | null;
}

/** The time to ask for; throws InvalidInput. */
export function checkPeriodsArgs({ during, first }: Pick<StatusPeriodsArgs, 'during' | 'first'>): TimeRange {
  checkCount('first', first, 0, MOST);
  return checkRange(during);
}

export async function statusPeriods(
  desk: Desk,
  agent: Agent,
  args: StatusPeriodsArgs,
): Promise<SourcedPage<StatusPeriod> | null> {
  const during = checkPeriodsArgs(args);
  const seats = seatsFor(desk, agent, 'statusPeriods', args.accounts);
  if (seats.length === 0) return null;
  const { told, sources } = await ask(desk, seats, (source, ref) => source.statusPeriods?.(ref, during));
  const periods = told.flatMap(({ data }) => data);
  return { ...pageOf(told.length > 1 ? periods.toSorted(byStart) : periods, args, places), sources };
}

export async function timeInStatus(
  desk: Desk,
  agent: Agent,
  args: Pick<StatusPeriodsArgs, 'during' | 'accounts'>,
): Promise<readonly StatusTotal[] | null> {
  const during = checkRange(args.during);
  const seats = seatsFor(desk, agent, 'statusPeriods', args.accounts);
  if (seats.length === 0) return null;
  const { told, sources } = await ask(desk, seats, (source, ref) => source.statusPeriods?.(ref, during));
  if (!isComplete(sources)) throw sourceIncomplete(desk, sources);
  return told.flatMap(({ seat, data }) => addUp(seat.account, data, during, desk.request.now));
}

/** The ongoing period that began last; rejects where there seems to be none, but an account could not be read whole. */
export async function currentStatus(desk: Desk, agent: Agent): Promise<StatusPeriod | null> {
  const seats = seatsFor(desk, agent, 'currentStatus');
  if (seats.length === 0) return null;
  const { told, sources } = await ask(desk, seats, (source, ref) => source.currentStatus?.(ref));
  const ongoing = told.flatMap(({ data }) => data ?? []);
  const unread = ongoing.length === 0 ? sources.filter(lacksSomething) : [];
  if (unread.length > 0) throw sourceIncomplete(desk, unread);
  return ongoing.reduce<StatusPeriod | null>((last, one) => (last && last.start >= one.start ? last : one), null);
}
