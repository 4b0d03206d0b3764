import { systemClock } from '../../src/domain/clock.ts';
import { listFiles, renderFile } from '../../src/vendors/liveperson/sandbox/files.ts';
import type { SandboxWorld } from '../../src/vendors/sandbox.ts';
import { createBigCompany } from '../vendor-calls/company.ts';

export const ACCOUNT_ID = '75555851';
export const AGENTS = 500;
export const DAYS = 7;
/** Every agent of the company works one shift a day, within the day. */
export const SESSIONS = AGENTS * DAYS;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Files of a range are generated up to here after its end: the defaults of `longestSessionHours` and `settleHours`. */
const MAX_DELAY_MS = 30 * HOUR_MS;

/** The wall clock of the gateway and of the vendor; it stands still. */
export const NOW = Date.UTC(2026, 10, 29);

/** Two weeks without a common file, both within the vendor's 30 days. */
export const WEEKS = [-28, -16].map((day) => ({ from: NOW + day * DAY_MS, to: NOW + (day + DAYS) * DAY_MS }));

/** The generation times of the files that a query for a week needs. */
export function weekOf({ from, to }: { readonly from: number; readonly to: number }) {
  return { from, to: to + MAX_DELAY_MS };
}

export interface WeekFile {
  readonly link: string;
  readonly generatedAt: number;
  readonly gzip: Buffer;
}

/** The agents of the company, by agentID. */
export function agentIds(): readonly string[] {
  return createWorld().company.people.flatMap(({ refsByVendor }) => refsByVendor.liveperson ?? []);
}

/** All files that a query for one of the weeks downloads; the same bytes in every run. */
export function generateFiles(): readonly WeekFile[] {
  const world = createWorld();
  return WEEKS.map(weekOf)
    .flatMap(({ from, to }) => listFiles(world, from, to))
    .map((file) => ({
      link: file.link,
      generatedAt: file.start,
      gzip: renderFile(ACCOUNT_ID, file),
    }));
}

function createWorld(): SandboxWorld {
  const clock = { ...systemClock, now: () => NOW };
  return { company: createBigCompany(clock, AGENTS), now: clock.now };
}
