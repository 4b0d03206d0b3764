import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { createAgents } from '../stub/company.ts';
import { type BenchProcess, startCommand, startProcess } from './process.ts';

export const GATEWAY = 'Switchboard';
export const UNSAFE_GATEWAY = 'Switchboard, no keys, log or in-flight limit';
const API_KEY = 'bench-key';
/** Of a caller who may not access Vonage. */
const KORE_ONLY_KEY = 'bench-kore-only';
const TTL_SECONDS = 3600;
/** More requests in flight than any benchmark has connections. */
const UNLIMITED = 10_000;
/** An hour of a vendor that does not answer is not what the benchmarks measure. */
const TIMEOUT_MS = 60_000;

export interface GatewayOptions {
  /** Where its configuration is written. */
  readonly folder: string;
  readonly vendorUrl: string;
  readonly agents: number;
  /** Whether callers' keys and the access log are on, as users run it. */
  readonly isSafe?: boolean;
  /** Whether vendor data are cached: TTLs of an hour, or of 0. */
  readonly isCached?: boolean;
  /** Calls in flight to each account; absent: the default. */
  readonly concurrency?: number;
  readonly redisUrl?: string;
  readonly core?: number;
  /** Absent: that of `npm start`. */
  readonly command?: readonly string[];
}

let configurations = 0;

/** The gateway as a user runs it: callers' keys, limits and logs at their defaults. */
export function startGateway(options: GatewayOptions): Promise<BenchProcess> {
  const { folder, isSafe = true, core, command = startCommand() } = options;
  configurations += 1;
  const file = join(folder, `gateway-${configurations}.yaml`);
  const apiKeys = [
    { name: 'bench', sha256: sha256(API_KEY) },
    { name: 'kore-only', sha256: sha256(KORE_ONLY_KEY), accounts: ['kore'] },
  ];
  writeFileSync(
    file,
    stringify({ ...toConfig(options), ...(isSafe ? { auth: { apiKeys } } : { limits: { maxInFlight: UNLIMITED } }) }),
  );
  return startProcess({
    name: isSafe ? GATEWAY : UNSAFE_GATEWAY,
    command,
    env: { SWITCHBOARD_CONFIG: file, ...(!isSafe && { LOG_LEVEL: 'warn' }) },
    path: '/graphql',
    headers: isSafe ? { authorization: `Bearer ${API_KEY}` } : {},
    ...(core !== undefined && { core }),
  });
}

/** The same gateway for a caller who may not access Vonage. */
export function asKoreOnly(gateway: BenchProcess): BenchProcess {
  return { ...gateway, headers: { authorization: `Bearer ${KORE_ONLY_KEY}` } };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function toConfig({ vendorUrl, agents, isCached = true, concurrency, redisUrl }: GatewayOptions) {
  const common = {
    baseUrl: vendorUrl,
    timeoutMs: TIMEOUT_MS,
    ...(concurrency !== undefined && { concurrency, maxQueued: 10 * concurrency }),
  };
  const ttl = isCached ? TTL_SECONDS : 0;
  return {
    cache: {
      ttl: { interactions: ttl, statusPast: ttl, statusLive: ttl },
      ...(redisUrl !== undefined && { url: redisUrl }),
    },
    accounts: [
      {
        ...common,
        name: 'kore',
        vendor: 'kore',
        accountId: 'account',
        streamId: 'st-1',
        clientId: 'cs-1',
        clientSecret: 'bench-secret',
        discover: false,
      },
      { ...common, name: 'vcc', vendor: 'vonage', accountKey: 'key', clientId: 'id', clientSecret: 'bench-secret' },
    ],
    agents: createAgents(agents).map(({ key, name, email }) => ({
      id: key,
      kind: 'human',
      name,
      email,
      accounts: { kore: email, vcc: key },
    })),
  };
}
