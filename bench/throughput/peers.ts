import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findFreePort } from '../../test/support/free-port.ts';
import { type BenchProcess, nodeCommand, ROOT, startProcess } from './process.ts';
import { type TailcallCache, toTailcallConfig } from './tailcall-config.ts';

export const APOLLO = 'Apollo Server + DataLoader + Keyv';
export const MERCURIUS = 'Mercurius, JIT, with the same loaders';
export const HIVE = 'Hive Gateway + Mesh Compose';
export const TAILCALL = 'Tailcall';
export const BARE_SERVER = 'bare node:http, the same bytes';

const PEERS = 'bench/peers';
const TAILCALL_BINARY = `${ROOT}${PEERS}/tailcall/node_modules/@tailcallhq/core-linux-x64-gnu/bin/tailcall`;
const LOADER_FOLDER = `${ROOT}${PEERS}/tailcall/glibc/root/usr/lib/x86_64-linux-gnu`;
/** The first one that has Tailcall's symbols. */
const TAILCALL_GLIBC = 2.39;

export interface PeerOptions {
  readonly folder: string;
  readonly vendorUrl: string;
  readonly agents: number;
  readonly isCached: boolean;
}

interface Peer {
  readonly name: string;
  /** What is missing on this machine; null if nothing is. */
  readonly missing: () => string | null;
  readonly start: (options: PeerOptions) => Promise<BenchProcess>;
}

export function findPeers({ isCached }: Pick<PeerOptions, 'isCached'>): readonly Peer[] {
  const caches = isCached ? (['fields', 'http'] as const) : (['none'] as const);
  return [
    nodePeer(APOLLO, 'apollo', '@apollo/server'),
    nodePeer(MERCURIUS, 'mercurius', 'mercurius'),
    {
      name: HIVE,
      missing: () =>
        isInstalled('hive', '@graphql-hive/gateway') ? null : `is not installed: npm ci --prefix ${PEERS}/hive`,
      start: startHive,
    },
    ...caches.map((cache) => tailcall(cache)),
  ];
}

/** Whether the name is that of a Tailcall, with any cache. */
export function isTailcall(name: string): boolean {
  return name.startsWith(TAILCALL);
}

function isInstalled(folder: string, name: string): boolean {
  return existsSync(join(ROOT, PEERS, folder, 'node_modules', name, 'package.json'));
}

function toEnv({ vendorUrl, agents, isCached }: PeerOptions): Readonly<Record<string, string>> {
  return { VENDOR_URL: vendorUrl, AGENTS: String(agents), ...(!isCached && { TTL_MS: '0' }) };
}

function nodePeer(name: string, script: string, packageName: string): Peer {
  return {
    name,
    missing: () => (isInstalled('.', packageName) ? null : `is not installed: npm ci --prefix ${PEERS}`),
    start: (options) => startProcess({ name, command: nodeCommand(`${PEERS}/${script}.mjs`), env: toEnv(options) }),
  };
}

async function startHive(options: PeerOptions): Promise<BenchProcess> {
  const port = await findFreePort();
  const cwd = join(ROOT, PEERS, 'hive');
  const script = `${PEERS}/hive/node_modules/@graphql-hive/gateway/dist/bin.js`;
  const args = ['supergraph', 'supergraph.graphql', '-c', 'gateway.config.mjs', '-h', '127.0.0.1', '-p', String(port)];
  return startProcess({
    name: HIVE,
    command: [...nodeCommand(script), ...args],
    cwd,
    env: toEnv(options),
    url: `http://127.0.0.1:${port}/graphql`,
  });
}

function tailcall(cache: TailcallCache): Peer {
  const name = cache === 'none' ? TAILCALL : `${TAILCALL}, cache of ${cache === 'http' ? 'HTTP' : 'fields'}`;
  return {
    name,
    missing: () => {
      if (!existsSync(TAILCALL_BINARY)) return `is not installed: npm ci --prefix ${PEERS}/tailcall`;
      return loaderCommand() === null
        ? `needs glibc ${TAILCALL_GLIBC}, this machine has ${hostGlibc()}: ${PEERS}/tailcall/install-loader.sh unpacks a newer one beside it`
        : null;
    },
    async start({ folder, vendorUrl, isCached }) {
      const port = await findFreePort();
      const file = join(folder, `tailcall-${port}.graphql`);
      writeFileSync(file, toTailcallConfig({ vendorUrl, port, cache, hasTeams: !isCached }));
      return startProcess({
        name,
        command: [...(loaderCommand() ?? []), TAILCALL_BINARY, 'start', file],
        env: { TAILCALL_TRACKER: 'false' },
        url: `http://127.0.0.1:${port}/graphql`,
      });
    },
  };
}

/** What starts a binary that needs a newer glibc than the machine's; null if there is none. */
function loaderCommand(): readonly string[] | null {
  if (Number(hostGlibc()) >= TAILCALL_GLIBC) return [];
  const loader = join(LOADER_FOLDER, 'ld-linux-x86-64.so.2');
  return existsSync(loader) ? [loader, '--library-path', `${LOADER_FOLDER}:/lib/x86_64-linux-gnu`] : null;
}

function hostGlibc(): string {
  const { header } = process.report.getReport() as { readonly header: { readonly glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime ?? 'none';
}
