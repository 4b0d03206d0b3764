import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisServer } from '../../../test/support/redis-server.ts';
import { type Episode, type EpisodeLog, EPISODES, SCRIPT_SECONDS } from './episodes.ts';
import type { GatewayProcess, SandboxYaml } from './processes.ts';

const MINUTE_MS = 60_000;

/** What goes wrong during a run. */
export interface Stage {
  /** The fault is injected into the vendor of each of them. */
  readonly sandboxes: readonly SandboxYaml[];
  readonly redis: RedisServer;
  readonly gateways: readonly GatewayProcess[];
  readonly log: EpisodeLog;
  readonly progress: (step: string) => void;
}

/** The wall clocks of the gateways, in minutes ahead: at the start, and once they are set. */
export const CLOCK_SHIFTS = { start: [0, 47, -13], set: [-21, 0, 38] } as const;

export function shiftAt(kind: keyof typeof CLOCK_SHIFTS, index: number): number {
  return (CLOCK_SHIFTS[kind][index] ?? 0) * MINUTE_MS;
}

/** Lets all episodes of a run of this length happen; resolves at its end. */
export async function runEpisodes(stage: Stage, durationMs: number): Promise<void> {
  const startedAt = performance.now();
  const waitUntil = (second: number): Promise<void> =>
    sleep(Math.max(0, (second / SCRIPT_SECONDS) * durationMs - (performance.now() - startedAt)));
  await Promise.all(
    EPISODES.map(async (episode) => {
      await waitUntil(episode.from);
      stage.progress(`${episode.target}: ${episode.name}`);
      const end = stage.log.begin(episode.target, episode.name);
      await begin(stage, episode);
      await waitUntil(episode.to);
      await finish(stage, episode);
      end();
      if (episode.to > episode.from) stage.progress(`${episode.target}: recovered`);
    }),
  );
  await waitUntil(SCRIPT_SECONDS);
}

async function begin({ sandboxes, redis, gateways }: Stage, { target, fault }: Episode): Promise<void> {
  if (fault) await control(sandboxes, target, 'POST', fault);
  else if (target === 'redis') await redis.kill();
  else for (const [index, gateway] of gateways.entries()) await gateway.setShift(shiftAt('set', index));
}

async function finish({ sandboxes, redis }: Stage, { target, fault }: Episode): Promise<void> {
  if (fault) await control(sandboxes, target, 'DELETE');
  else if (target === 'redis') await redis.restart();
}

async function control(
  sandboxes: readonly SandboxYaml[],
  vendor: string,
  method: 'POST' | 'DELETE',
  body?: unknown,
): Promise<void> {
  for (const { accounts } of sandboxes) {
    const account = accounts.find((each) => each.vendor === vendor);
    if (!account) throw new Error(`the sandbox has no vendor ${vendor}`);
    const response = await fetch(`${account.baseUrl}/__sandbox/faults`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`the sandbox answered ${response.status}: ${await response.text()}`);
  }
}
