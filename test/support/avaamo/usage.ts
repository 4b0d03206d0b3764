import { readFileSync } from 'node:fs';
import type { DateRange } from '../../../src/domain/time.ts';
import type { UsagePart } from '../../../src/domain/usage-stats.ts';
import type { RequestHandler, VendorHarness } from '../vendor-harness.ts';

/** The account's configuration. */
export const AVAAMO_ENTRY = {
  name: 'bots',
  vendor: 'avaamo',
  baseUrl: 'https://c7.avaamo.com',
  accessToken: 'token-0123',
};
export const BOTH_PARTS: readonly UsagePart[] = ['usage', 'interventions'];
export const BASE_DAYS: DateRange = { from: '2020-04-10', to: '2020-04-13', timeZone: 'America/Los_Angeles' };

/** A sample of the vendor's documents. */
export function readAvaamoFixture(name: string): string {
  return readFileSync(new URL(`../../../src/vendors/avaamo/fixtures/${name}`, import.meta.url), 'utf8');
}

export const healthyAvaamo: RequestHandler = ({ endpoint }) => ({
  status: 200,
  body: readAvaamoFixture(endpoint === 'usage.json' ? 'usage.json' : 'agent-intervention.json'),
});

/** Reads the usage of a bot once, of the base days where nothing else is named. */
export function readUsageOnce(
  harness: VendorHarness,
  during: Partial<DateRange> = {},
  parts = BOTH_PARTS,
  ref = '2041',
) {
  return readUsage(harness.createDataSource(), ref, { ...BASE_DAYS, ...during }, parts);
}

export function readUsage(
  dataSource: ReturnType<VendorHarness['createDataSource']>,
  ref: string,
  during: DateRange,
  parts: readonly UsagePart[],
) {
  if (!dataSource.usageStats) throw new Error('usageStats is missing');
  return dataSource.usageStats(ref, { during, parts: new Set(parts) });
}
