import { createDirectory } from '../../src/directory/directory.ts';
import { createAgentDiscovery } from '../../src/directory/discovery.ts';
import { type Clock, systemClock } from '../../src/domain/clock.ts';
import { createEventLoopYielder } from '../../src/domain/event-loop-yielder.ts';
import type { Interaction } from '../../src/domain/interaction.ts';
import { sourceReport } from '../../src/domain/source.ts';
import type { StatusPeriod } from '../../src/domain/status-period.ts';
import { HOUR } from '../../src/domain/time.ts';
import { createAccountHealthTracker } from '../../src/gather/account-health.ts';
import type { Services } from '../../src/gather/query-context.ts';
import { vendors } from '../../src/vendors/index.ts';
import type { AccountAdapter, AccountDataSource } from '../../src/vendors/vendor.ts';

const ACCOUNT = 'main';
const AGENT_COUNT = 50;
const PERIODS_PER_AGENT = 8;
const LABELS = ['Lunch', null, 'Training', null] as const;

/**
 * Services whose accounts answer from memory with the same immutable objects each time, so that only the work of the GraphQL layer
 * is measured. `day` is the start of the day of the periods.
 */
export function createMemoryServices(day: number, clock: Clock = systemClock): Services {
  const dataSource = createDataSource(day, clock);
  const adapter: AccountAdapter = {
    account: { name: ACCOUNT, vendor: 'KORE' },
    createDataSource: () => dataSource,
    maxCalls: (reads) => [{ endpoint: 'reports', calls: reads.length }],
    uncachedCalls: () => Promise.resolve([]),
  };
  const references = vendors.find(({ key }) => key === 'kore')?.references;
  if (!references) throw new Error('the registry has no such vendor');
  const discovery = createAgentDiscovery({
    clock,
    maxRequestWaitMs: () => 1000,
    maxFiles: () => 1,
    shutdownSignal: new AbortController().signal,
    metrics: { discoveryEnded: () => undefined },
    onReport: () => undefined,
    onUnexpectedError: (error) => {
      throw error;
    },
  });
  const directory = createDirectory({
    entries: Array.from({ length: AGENT_COUNT }, (_, index) => ({
      id: `agent-${index}`,
      kind: 'human',
      name: `Agent ${index}`,
      accounts: { [ACCOUNT]: toRef(index) },
    })),
    teams: [],
    accounts: [{ ...adapter.account, references, adapter, discover: false, discoverTimeoutMs: 1000, discovery }],
    clock,
  });
  return {
    adapters: [adapter],
    directory,
    health: createAccountHealthTracker({ clock }),
    sourceObserver: { sourceReported: () => undefined, liveDataServed: () => undefined },
    yielder: createEventLoopYielder(clock),
  };
}

function toRef(index: number): string {
  return `agent-${index}@example.com`;
}

function createDataSource(day: number, clock: Clock): AccountDataSource {
  const refs = Array.from({ length: AGENT_COUNT }, (_, index) => toRef(index));
  const fetchedAt = clock.now();
  const results = <T>(create: (ref: string, index: number) => T) =>
    new Map(
      refs.map((ref, index) => {
        const sources = [sourceReport({ account: ACCOUNT, endpoint: 'reports' }, [{ fetchedAt, servedFrom: 'CACHE' }])];
        return [ref, { data: create(ref, index), sources }] as const;
      }),
    );
  const periods = results((ref) =>
    Array.from({ length: PERIODS_PER_AGENT }, (_, index) => createPeriod(ref, day + index * HOUR, index, fetchedAt)),
  );
  const interactions = results((ref, index) => [createInteraction(ref, index, day)]);
  const find = <T>(known: ReadonlyMap<string, T>, ref: string): T => {
    const result = known.get(ref);
    if (result === undefined) throw new Error(`no agent ${ref}`);
    return result;
  };
  return {
    statusPeriods: (ref) => find(periods, ref),
    latestInteractions: (ref) => find(interactions, ref),
  };
}

function createPeriod(ref: string, start: number, index: number, observedAt: number): StatusPeriod {
  return {
    account: ACCOUNT,
    ref,
    sessionId: null,
    status: 'AVAILABLE',
    label: LABELS[index % LABELS.length] ?? null,
    vendorStatus: 'AVAILABLE',
    start,
    end: start + HOUR,
    isOngoing: false,
    observedAt,
  };
}

function createInteraction(ref: string, index: number, start: number): Interaction {
  return {
    account: ACCOUNT,
    ref,
    guid: `00000000-0000-4000-8000-${index.toString().padStart(12, '0')}`,
    type: 'PHONE',
    vendorType: 'PhoneCall',
    direction: 'INBOUND',
    start,
    end: null,
    durationSeconds: null,
    isActive: true,
    channelGuid: null,
  };
}
