import type { DirectoryMetrics, DiscoveryEnd } from '../directory/ports.ts';
import type { Clock } from '../domain/clock.ts';
import { MINUTE } from '../domain/time.ts';
import type { LevelledLogger } from './logger.ts';

/** While a discovery keeps failing, it is logged at most once in this time. */
const FAILURE_LOG_INTERVAL_MS = MINUTE;

interface AccountLog {
  /** The number of agents last logged; null before. */
  agents: number | null;
  /** Failures since the last line about any. */
  pendingFailures: number;
  isFailing: boolean;
  /** On the monotonic clock. */
  lastFailureLineMs: number;
}

/** Logs when a discovery fails, when it succeeds again, and when it finds another number of agents. */
export function createDiscoveryLog(
  logger: Pick<LevelledLogger, 'info' | 'warn'>,
  clock: Clock,
): DirectoryMetrics['discoveryEnded'] {
  const logs = new Map<string, AccountLog>();

  function logFailure(log: AccountLog, { account, outcome, agents, error }: DiscoveryEnd): void {
    log.isFailing = true;
    log.pendingFailures += 1;
    if (clock.monotonicMs() - log.lastFailureLineMs < FAILURE_LOG_INTERVAL_MS) return;
    const count = log.pendingFailures;
    logger.warn(
      { account, outcome, code: error?.code, reason: error?.reason, status: error?.status, agents, count },
      'discovery of agents failed',
    );
    log.pendingFailures = 0;
    log.lastFailureLineMs = clock.monotonicMs();
  }

  return (end) => {
    const { account, outcome, agents } = end;
    const log = logs.get(account) ?? {
      agents: null,
      pendingFailures: 0,
      isFailing: false,
      lastFailureLineMs: -Infinity,
    };
    logs.set(account, log);
    if (outcome === 'FAILED' || outcome === 'STALE') {
      logFailure(log, end);
      return;
    }
    const fields = { account, outcome, agents, previousAgents: log.agents };
    if (log.isFailing) logger.info(fields, 'discovery of agents works again');
    else if (agents !== log.agents) logger.info(fields, 'number of discovered agents changed');
    log.isFailing = false;
    log.pendingFailures = 0;
    log.lastFailureLineMs = -Infinity;
    log.agents = agents;
  };
}
