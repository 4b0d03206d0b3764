import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from './cache-harness.ts';
import { findFreePort } from './free-port.ts';
import { REDIS_SERVER, requireProgram } from './programs.ts';
import { type RedisServer, sendRedisCommand, startRedisServer } from './redis-server.ts';
import { selfSignedCertificate } from './self-signed-certificate.ts';

const SLOTS = 16_384;

/** The others take a node without an answer for as long as failed, and refuse commands: far longer than a busy machine delays one. */
const NODE_TIMEOUT_MS = '30000';

/** Servers that belong together. */
export interface RedisTopology {
  readonly urls: readonly string[];
  readonly servers: readonly RedisServer[];
  readonly stop: () => Promise<void>;
}

/** Starts a Redis Cluster of three masters without replicas. */
export async function startRedisCluster(): Promise<RedisTopology> {
  const folder = await mkdtemp(join(tmpdir(), 'redis-cluster-'));
  const servers: RedisServer[] = [];
  for (let index = 0; index < 3; index += 1) {
    const busPort = String(await findFreePort());
    servers.push(
      await startRedisServer(
        ...['--dir', folder, '--cluster-enabled', 'yes', '--cluster-config-file', `nodes-${index}.conf`],
        ...['--cluster-port', busPort, '--cluster-node-timeout', NODE_TIMEOUT_MS],
      ),
    );
    const port = String(servers[index]?.port);
    if (index > 0) await servers[0]?.command('CLUSTER', 'MEET', '127.0.0.1', port, busPort);
  }
  for (const [index, server] of servers.entries()) {
    const bounds = [index, index + 1].map((nth) => Math.floor((SLOTS * nth) / servers.length));
    await server.command('CLUSTER', 'ADDSLOTSRANGE', String(bounds[0]), String((bounds[1] ?? 0) - 1));
  }
  await waitUntil(async () => {
    const states = await Promise.all(servers.map((server) => server.command('CLUSTER', 'INFO')));
    return states.every((state) => state.includes('cluster_state:ok') && state.includes('cluster_known_nodes:3'));
  });
  return toTopology(
    servers.map(({ url }) => url),
    servers,
    () => rm(folder, { recursive: true }),
  );
}

/** Starts a master with a replica, and a sentinel that fails over as soon as the master has been silent for half a second. */
export async function startRedisSentinel(masterName: string): Promise<RedisTopology> {
  const master = await startRedisServer();
  const replica = await startRedisServer('--replicaof', '127.0.0.1', String(master.port));
  await waitUntil(async () => (await replica.command('INFO', 'replication')).includes('master_link_status:up'));
  const folder = await mkdtemp(join(tmpdir(), 'redis-sentinel-'));
  const port = await findFreePort();
  const configFile = join(folder, 'sentinel.conf');
  await writeFile(
    configFile,
    [
      `port ${port}`,
      'bind 127.0.0.1',
      `sentinel monitor ${masterName} 127.0.0.1 ${master.port} 1`,
      `sentinel down-after-milliseconds ${masterName} 500`,
      `sentinel failover-timeout ${masterName} 5000`,
    ].join('\n'),
  );
  const sentinel = spawn(requireProgram(REDIS_SERVER), [configFile, '--sentinel'], { stdio: 'ignore' });
  const servers = [master, replica];
  const listReplicas = () =>
    sendRedisCommand(port, ['SENTINEL', 'REPLICAS', masterName]).catch(() => 'not listening yet');
  await waitUntil(async () => (await listReplicas()).startsWith('*1'));
  return toTopology([`redis+sentinel://127.0.0.1:${port}/${masterName}`], servers, async () => {
    await kill(sentinel);
    await rm(folder, { recursive: true });
  });
}

/** Starts a server that accepts TLS only, with the self-signed certificate, and the password. */
export async function startRedisWithTls(password: string): Promise<RedisTopology & { readonly caFile: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'redis-tls-'));
  const [keyFile, caFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  await writeFile(keyFile, selfSignedCertificate.key);
  await writeFile(caFile, selfSignedCertificate.cert);
  const tlsPort = String(await findFreePort());
  const server = await startRedisServer(
    ...['--tls-port', tlsPort, '--tls-cert-file', caFile, '--tls-key-file', keyFile, '--tls-ca-cert-file', caFile],
    ...['--tls-auth-clients', 'no', '--requirepass', password],
  );
  const urls = [`rediss://:${encodeURIComponent(password)}@127.0.0.1:${tlsPort}`];
  return { ...toTopology(urls, [server], () => rm(folder, { recursive: true })), caFile };
}

function toTopology(
  urls: readonly string[],
  servers: readonly RedisServer[],
  cleanUp: () => Promise<void>,
): RedisTopology {
  return {
    urls,
    servers,
    async stop() {
      await Promise.all(servers.map((server) => server.kill()));
      await cleanUp();
    },
  };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}
