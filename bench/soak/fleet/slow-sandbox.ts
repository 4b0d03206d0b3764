import { setTimeout as sleep } from 'node:timers/promises';
import type { EpisodeLog } from './episodes.ts';
import type { SandboxYaml } from './processes.ts';

/** The target of an episode that affects all vendors: on a busy machine, the sandboxes get too little processor time. */
export const ALL_VENDORS = 'all vendors';
const PING_INTERVAL_MS = 500;
/** A vendor that answers later than this is slow by itself; calls to it may time out without a fault of the gateway. */
const SLOW_MS = 2000;

/** Records an episode whenever a sandbox answers slowly, until `isRunning` is false. */
export async function watchSandbox(
  { accounts }: SandboxYaml,
  log: EpisodeLog,
  isRunning: () => boolean,
): Promise<void> {
  // All vendors of a sandbox are one process.
  const url = `${accounts[0]?.baseUrl ?? ''}/__sandbox/faults`;
  while (isRunning()) {
    const response = fetch(url).then((reply) => reply.text());
    const isSlow = (await Promise.race([response, sleep(SLOW_MS, 'slow')])) === 'slow';
    if (isSlow) {
      const end = log.begin(ALL_VENDORS, 'sandbox slower than 2 s');
      await response;
      end();
    }
    await sleep(PING_INTERVAL_MS);
  }
}
