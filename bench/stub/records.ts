import type { BenchAgent } from './company.ts';

const HOUR_MS = 3_600_000;
/** The first period of an agent begins here, so that ranges that begin earlier hold the same periods. */
export const FIRST_PERIOD_HOUR = 6;
const WORKING_HOURS = 17;
const STATUSES = ['AVAILABLE', 'BUSY', 'AWAY'];
const LABEL = 'Lunch';

export interface StubTexts {
  /** A record of Kore's `agentstatusdetails`. */
  readonly koreRecord: string;
  /** A response of Vonage's `latestInteractions`. */
  readonly interactions: string;
  /** The same in the form of the gateway's schema, for a peer that cannot convert. */
  readonly interactionNodes: string;
  readonly periodNodes: string;
}

/** The responses about an agent, made before the first request. */
export function createTexts(agent: BenchAgent, index: number, day: string, periodCount: number): StubTexts {
  const startedAt = `${day}T09:${String(index % 60).padStart(2, '0')}:00Z`;
  const guid = `guid-${agent.key}`;
  const periods = createPeriods(index, day, periodCount);
  return {
    koreRecord: JSON.stringify({
      userId: `u-${agent.key}`,
      firstName: 'Agent',
      lastName: agent.key,
      email: agent.email,
      status: periods.map(({ status, start, end, seconds }) => ({
        primaryStatus: status,
        secondaryStatus: LABEL,
        startTime: new Date(start).toISOString().slice(0, 19),
        endTime: new Date(end).toISOString().slice(0, 19),
        duration: new Date(seconds * 1000).toISOString().slice(11, 19),
      })),
    }),
    interactions: JSON.stringify({ interactions: [{ guid, start: startedAt, hasEnded: true }] }),
    interactionNodes: JSON.stringify({ nodes: [{ guid, start: new Date(startedAt).toISOString() }] }),
    periodNodes: JSON.stringify({
      key: agent.key,
      nodes: periods.map(({ status, start, end, seconds }, nth) => ({
        id: `${agent.key} ${nth}`,
        status,
        label: LABEL,
        vendorStatus: status,
        start: new Date(start).toISOString(),
        end: new Date(end).toISOString(),
        durationSeconds: seconds,
        isOngoing: false,
      })),
    }),
  };
}

function createPeriods(index: number, day: string, count: number) {
  const firstAt = Date.parse(`${day}T00:00:00Z`) + FIRST_PERIOD_HOUR * HOUR_MS + (index % 50) * 60_000;
  const seconds = Math.floor((WORKING_HOURS * 3600) / Math.max(count, WORKING_HOURS));
  return Array.from({ length: count }, (_, nth) => {
    const start = firstAt + nth * seconds * 1000;
    return { status: STATUSES[nth % STATUSES.length] ?? '', start, end: start + seconds * 1000, seconds };
  });
}
