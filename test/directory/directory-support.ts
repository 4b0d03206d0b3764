import type { DirectoryEntry } from '../../src/config/settings.ts';
import { type Asker, type DirectoryAccount, createDirectory } from '../../src/directory/directory.ts';
import type { DiscoveredAgent } from '../../src/domain/agent.ts';
import type { Instant } from '../../src/domain/clock.ts';
import { type Answer, type SourceReport, reportOf } from '../../src/domain/source.ts';
import type { CallRecord } from '../../src/http/call.ts';
import type { QueryScope } from '../../src/vendors/vendor.ts';
import { manualClock } from '../support/clock.ts';
import { account, found } from './support.ts';

export type Discover = (scope: QueryScope) => Promise<readonly DiscoveredAgent[]>;

/** What an account's cache knows already; null: the vendor would have to be asked. */
export type Kept = Readonly<Record<string, readonly DiscoveredAgent[] | null>>;

/** A directory over accounts that answer as the test says, and what it was asked and told. */
export function setUp(
  entries: readonly DirectoryEntry[],
  vendors: Readonly<Record<string, Discover | null>>,
  kept: Kept = {},
) {
  const clock = manualClock();
  const asked: string[] = [];
  const recalled: string[] = [];
  const scopes: QueryScope[] = [];
  const reports: SourceReport[] = [];
  const unexpected: unknown[] = [];
  const accounts = Object.entries(vendors).map(([name, discover]): DirectoryAccount => {
    const known = account(name);
    const answer = async (scope: QueryScope): Promise<Answer<readonly DiscoveredAgent[]>> => {
      asked.push(name);
      scopes.push(scope);
      const data = await discover?.(scope);
      const provenance = { fetchedAt: clock.now(), servedFrom: 'VENDOR' as const };
      return { data: data ?? [], sources: [reportOf({ account: name, endpoint: 'names' }, [provenance])] };
    };
    const connection = {
      account: known,
      open: (scope: QueryScope) => ({ discover: () => answer(scope) }),
      recall: () => {
        recalled.push(name);
        return Promise.resolve(kept[name] ?? null);
      },
    } as unknown as DirectoryAccount['connection'];
    return { ...known, connection, discover: discover !== null };
  });
  const directory = createDirectory({
    entries,
    accounts,
    clock,
    patienceMs: 5000,
    maxFiles: 100,
    onReport: (report) => reports.push(report),
    onUnexpected: (error) => unexpected.push(error),
  });
  return { directory, clock, asked, recalled, scopes, reports, unexpected, accounts };
}

export function asker(mayUse: (name: string) => boolean = () => true) {
  const records: CallRecord[] = [];
  const expiries: Instant[] = [];
  const going = new AbortController();
  const one: Asker = {
    mayUse,
    signal: going.signal,
    record: (call) => records.push(call),
    expires: (at) => expiries.push(at),
  };
  const go = () => {
    going.abort(new DOMException('The request took too long', 'TimeoutError'));
  };
  return { ...one, records, expiries, go };
}

export const jane = found('9', { name: 'Jane', email: 'jane@x.de' });
export const joe = found('7', { name: 'Joe', email: 'joe@x.de' });
export const gives =
  (...agents: readonly DiscoveredAgent[]): Discover =>
  () =>
    Promise.resolve(agents);

export const namesIn = ({ agents }: { readonly agents: readonly { readonly name: string | null }[] }) =>
  agents.map(({ name }) => name);
