import { createFleet } from '../../src/cache/fleet.ts';
import { createAccountPool } from '../../src/composition/account-pool.ts';
import { createLimitedLogs } from '../../src/composition/limited-logs.ts';
import { createRedisObserver } from '../../src/composition/observers.ts';
import { loadConfig } from '../../src/config/load.ts';
import { createTransport } from '../../src/http/transport.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { createMetrics } from '../../src/observability/metrics.ts';
import { vendors } from '../../src/vendors/index.ts';
import { manualClock } from './clock.ts';

/** Settings of an Avaamo account. */
export type AccountSettings = Readonly<Record<string, unknown>> & { readonly name: string };

const MAX_BYTES = 2_000_000;

/** A pool over accounts that are never called. */
export function setUpAccounts() {
  const clock = manualClock();
  const logger = createLogger({ level: 'silent', destination: { write: () => undefined } });
  const metrics = createMetrics();
  const transport = createTransport({ url: null, noProxy: '' });
  const released: string[] = [];
  const fleet = createFleet({
    ...{ address: undefined, maxBytes: MAX_BYTES, clock },
    observer: createRedisObserver(metrics, logger),
  });
  const pool = createAccountPool({
    ...{ vendors, fleet, clock, metrics, logger },
    transport: {
      ...transport,
      release: (settings) => {
        released.push((settings as unknown as AccountSettings).name);
        transport.release(settings);
      },
    },
    logs: createLimitedLogs(clock, logger),
    limits: () => load([], {}).limits,
    onUnexpectedError: (error) => {
      throw error;
    },
  });
  return {
    released,
    clock,
    fleet,
    /** The accounts of a configuration with these accounts, and further settings. */
    connect: (accounts: readonly AccountSettings[], settings: object = {}) => pool.connect(load(accounts, settings)),
    /** The names of all accounts that are connected. */
    connectedNames: () => pool.all().map(({ config }) => config.name),
    /** The exported quotas. */
    quotas: async () =>
      (await metrics.text())
        .split('\n')
        .filter((line) => line.startsWith('switchboard_quota_limit{'))
        .map((line) => line.replace('switchboard_quota_limit', '')),
  };
}

function load(accounts: readonly AccountSettings[], settings: object) {
  const common = { vendor: 'avaamo', baseUrl: 'http://127.0.0.1:9' };
  const text = JSON.stringify({ ...settings, accounts: accounts.map((account) => ({ ...common, ...account })) });
  const loaded = loadConfig({ text, file: 'test', env: {}, vendors });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  return loaded.config;
}
