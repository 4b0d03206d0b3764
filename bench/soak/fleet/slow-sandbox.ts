import { setTimeout as sleep } from 'node:timers/promises';
import type { EpisodeLog } from './episodes.ts';
import type { SandboxYaml } from './processes.ts';

const PING_INTERVAL_MS = 500;
/** A vendor that answers later than this is slow by itself; calls to it may time out without a fault of the gateway. */
const SLOW_MS = 2000;
/** How long a call that was sent while the vendor was slow, and the answer that it gave, may still be seen: a timeout or a TTL. */
const SLOW_RECOVERY_MS = 15_000;

/** The target of an episode in which a vendor answers slowly, because the machine is busy; its name is that of the sandbox. */
export function slowTarget(vendor: string): string {
  return `slow ${vendor}`;
}

/** A vendor's account in one of the sandboxes. */
export interface WatchedAccount {
  readonly sandbox: string;
  readonly account: SandboxYaml['accounts'][number];
}

/** Resolves once the vendor has answered. */
type Ping = () => Promise<unknown>;

export interface SlownessProbe {
  readonly ping: Ping;
  readonly hasOpenCircuit: () => Promise<boolean>;
  /** Replaces the timer in tests. */
  readonly wait?: (ms: number) => Promise<unknown>;
}

/**
 * Records an episode whenever the vendor answers slowly, until `isRunning` is false. It lasts until the vendor is fast again, and
 * no gateway keeps a circuit of the account open because of it.
 */
export async function watchVendor(
  { sandbox, account }: WatchedAccount,
  { ping, hasOpenCircuit, wait = sleep }: SlownessProbe,
  log: EpisodeLog,
  isRunning: () => boolean,
): Promise<void> {
  while (isRunning()) {
    const response = ping();
    const isSlow = await Promise.race([response.then(() => false), wait(SLOW_MS).then(() => true)]);
    if (isSlow) {
      const end = log.begin(slowTarget(account.vendor), sandbox);
      await response;
      while (isRunning() && (await hasOpenCircuit())) await wait(PING_INTERVAL_MS);
      end();
    }
    await wait(PING_INTERVAL_MS);
  }
}

/** Asks the vendor's server for something that is no vendor call. */
export function createPing({ baseUrl }: WatchedAccount['account']): Ping {
  return () => fetch(`${baseUrl}/__sandbox/faults`).then((reply) => reply.text());
}

/** Whether one of the gateways' metrics shows an open or half-open circuit of the account. */
export function showsOpenCircuit(metrics: readonly string[], account: string): boolean {
  const line = new RegExp(`^switchboard_circuit_state\\{account="${account}",.*\\} [12]$`, 'm');
  return metrics.some((text) => line.test(text));
}

/** Whether a vendor of this sandbox was slow, so that an answer between two moments may show it. */
export function wasSlow(
  log: EpisodeLog,
  { sandbox, vendor }: { readonly sandbox: string; readonly vendor: string },
  from: number,
  to: number,
): boolean {
  return log.affecting(slowTarget(vendor), from, to, SLOW_RECOVERY_MS).some(({ name }) => name === sandbox);
}
