import { setTimeout } from 'node:timers/promises';
import { createApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Config } from '../../src/config/forms.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { printConfiguration } from '../../src/sandbox/configuration.ts';
import type { SandboxServer } from '../../src/sandbox/server.ts';
import { startSandbox } from '../../src/sandbox/start.ts';
import { vendors } from '../../src/vendors/index.ts';
import type { Company } from '../../src/vendors/sandbox.ts';
import { type BenchClock, benchClock } from './clock.ts';
import { createBigCompany } from './company.ts';

/** A Friday morning; everybody is at work. */
export const NOW = Date.parse('2026-11-20T09:30:00Z');
export const AGENTS = 200;

export type VendorKey = 'kore' | 'liveperson' | 'vonage';

/** Fake vendors of a company of 200, gateways that ask them over real sockets, and a clock that moves when it is told to. */
export interface World {
  readonly clock: BenchClock;
  readonly company: Company;
  readonly config: Config;
  readonly gateways: readonly Ask[];
  /** Lets what goes on behind an answer come to its end, for which real time would leave seconds: calls, waits, writes. */
  readonly settle: () => Promise<void>;
  /** Calls that the vendors have got in all. */
  readonly calls: () => Calls;
  readonly stop: () => Promise<void>;
}

/** Asks a gateway; rejects where anything is wrong with the answer. */
export type Ask = <Data>(document: string, variables?: Readonly<Record<string, unknown>>) => Promise<Data>;

/** Real milliseconds. */
const CONNECTING = 100;

/** So often in a row, so many real milliseconds apart, nothing is going on before a world is taken to have settled. */
const QUIET = { times: 4, apart: 4 };

/** Token requests included. */
export type Calls = Readonly<Partial<Record<VendorKey, number>>>;

export interface WorldOptions {
  readonly vendors: readonly VendorKey[];
  readonly gateways?: number;
  /** Who ask, if they are more than the gateways. */
  readonly voices?: number;
  /** A Redis for all gateways. */
  readonly cacheUrl?: string;
}

export async function startWorld({
  vendors: keys,
  gateways = 1,
  voices = gateways,
  cacheUrl,
}: WorldOptions): Promise<World> {
  const clock = benchClock(NOW);
  const company = createBigCompany(clock, AGENTS);
  const told = vendors.filter(({ key }) => (keys as readonly string[]).includes(key));
  const fakes = Object.fromEntries(told.map(({ key, sandbox }) => [key, sandbox]));
  const sandbox = await startSandbox({ clock, company, fakes });
  const raw = {
    ...sandbox.configuration,
    // A simulated hour takes a minute or so, in which no real vendor would stand as many calls.
    accounts: sandbox.configuration.accounts.map(({ requestsPerMinute: _, ...account }) => account),
    ...(cacheUrl !== undefined && { cache: { url: cacheUrl } }),
  };
  const loaded = loadConfig({ text: printConfiguration(raw), file: 'the bench', env: { PORT: '0' }, vendors });
  if (!loaded.ok) throw new Error(loaded.problems.map(({ path, message }) => `${path}: ${message}`).join('\n'));
  const { config } = loaded;
  const logger = createLogger({ level: 'silent', destination: { write: () => undefined } });
  const apps = await Promise.all(Array.from({ length: gateways }, () => createApp({ config, clock, logger })));
  const urls = await Promise.all(apps.map(({ server }) => server.listen()));
  for (const { server } of apps) server.ready();

  const tallies = new Map(keys.map((key) => [key, 0]));
  /** The vendors' logs hold only so many calls. */
  const countUp = (): number => {
    let fresh = 0;
    for (const [key, server] of Object.entries(sandbox.servers) as [VendorKey, SandboxServer][]) {
      const count = server.calls().length;
      server.clearCalls();
      tallies.set(key, (tallies.get(key) ?? 0) + count);
      fresh += count;
    }
    return fresh;
  };
  // Until a gateway is connected with its Redis it goes on without.
  if (cacheUrl !== undefined) await setTimeout(CONNECTING);

  return {
    clock,
    company,
    config,
    gateways: Array.from({ length: voices }, (_, nth) => askerOf(urls[nth % urls.length] ?? '')),
    settle: async () => {
      for (let quiet = 0; quiet < QUIET.times;) {
        await setTimeout(QUIET.apart);
        quiet = countUp() === 0 && clock.pauses() === 0 ? quiet + 1 : 0;
      }
    },
    calls: () => {
      countUp();
      return Object.fromEntries(tallies);
    },
    stop: async () => {
      await Promise.all(apps.map(({ server }) => server.drain(0)));
      await Promise.all([...apps.map((app) => app.close()), sandbox.stop()]);
    },
  };
}

function askerOf(url: string): Ask {
  return async <Data>(query: string, variables = {}): Promise<Data> => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as { readonly data: Data; readonly errors?: readonly unknown[] };
    if (errors) throw new Error(`the gateway answered with errors: ${JSON.stringify(errors[0])}`);
    return data;
  };
}
