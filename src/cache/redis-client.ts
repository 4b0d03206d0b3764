import {
  createClient,
  createCluster,
  type RedisClientOptions,
  type RedisClientType,
  type RedisClusterType,
} from '@redis/client';
import type { RedisAddress, RedisNode } from '../config/redis-address.ts';
import { RedisTopologyError } from './redis-errors.ts';

/** In real time: it also runs while the process is busy, so that it is longer than a process is when it starts. */
const CONNECT_TIMEOUT_MS = 5000;

/** The commands that the cache uses. Those with several keys name keys of one account, which share a slot of a Redis Cluster. */
export type RedisClient = Pick<RedisClientType, 'get' | 'set' | 'mGet' | 'eval' | 'zRem' | 'pTTL'>;

/** An open connection to one server, or one to every master of a cluster. It never reconnects by itself. */
export interface OpenRedis {
  readonly client: RedisClient;
  readonly isReady: () => boolean;
  readonly destroy: () => void;
}

/** Receives what belongs to no command, and every client as soon as it exists, so that opening can be given up. */
export interface OpenObserver {
  readonly onError: (error: unknown) => void;
  /** Throws where opening was given up: the client is then not connected. */
  readonly onCreated: (connection: Pick<OpenRedis, 'destroy'>) => void;
}

/**
 * Connects to the first server of the address that answers, and finds out what it is: a server, a node of a Redis Cluster,
 * whose other nodes are then found, or a sentinel, which names the master.
 */
export async function openRedis(address: RedisAddress, observer: OpenObserver): Promise<OpenRedis> {
  if (address.masterName !== undefined) {
    const master = await firstThatAnswers(address.nodes, (sentinel) => askForMaster(sentinel, address, observer));
    return openServer(master, address, observer);
  }
  return firstThatAnswers(address.nodes, async (node) => {
    const server = await openServer(node, address, observer);
    const isClusterNode = /^cluster_enabled:1\r?$/m.test(await server.info('cluster').catch(() => ''));
    if (!isClusterNode && address.nodes.length === 1) return server;
    server.destroy();
    if (isClusterNode) return openCluster(address, observer);
    throw new RedisTopologyError(`${formatNode(node)} is no node of a Redis Cluster, and not the only one configured`);
  });
}

interface OpenServer extends OpenRedis {
  readonly info: RedisClientType['info'];
}

async function openServer(node: RedisNode, address: RedisAddress, observer: OpenObserver): Promise<OpenServer> {
  const { database } = address;
  const client = createClient({ ...toClientOptions(node, address), ...toCredentials(address), database });
  await connect(client, observer);
  return {
    client,
    isReady: () => client.isReady,
    destroy: () => {
      destroyOpen(client);
    },
    info: (section) => client.info(section),
  };
}

async function openCluster(address: RedisAddress, { onError, onCreated }: OpenObserver): Promise<OpenRedis> {
  const { nodes } = address;
  const { socket, ...defaults } = toClientOptions({}, address);
  const cluster: RedisClusterType = createCluster({
    rootNodes: nodes.map((node) => ({ socket: { ...socket, ...node } })),
    defaults: { ...defaults, socket, ...toCredentials(address) },
  });
  const destroy = (): void => {
    // The cluster's own `destroy` throws where one of its connections is closed already.
    for (const { client } of cluster.nodeByAddress.values()) if (client instanceof Object) destroyOpen(client);
  };
  const givenUp = { aborted: false };
  onCreated({
    destroy: () => {
      givenUp.aborted = true;
      destroy();
    },
  });
  cluster.on('error', onError).on('node-error', onError);
  await cluster.connect();
  // Nodes that were being connected meanwhile are open now.
  if (givenUp.aborted) destroy();
  const isReady = (): boolean => cluster.masters.every(({ client }) => client instanceof Object && client.isReady);
  return { client: cluster, isReady, destroy };
}

/** Asks a sentinel for the master, as https://redis.io/docs/latest/develop/reference/sentinel-clients/ describes. */
async function askForMaster(sentinel: RedisNode, address: RedisAddress, observer: OpenObserver): Promise<RedisNode> {
  const client = createClient(toClientOptions(sentinel, address));
  await connect(client, observer);
  try {
    const name = address.masterName ?? '';
    const reply: unknown = await client.sendCommand(['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name]);
    if (!Array.isArray(reply)) throw new RedisTopologyError(`${formatNode(sentinel)} knows no master named ${name}`);
    return { host: String(reply[0]), port: Number(reply[1]) };
  } finally {
    destroyOpen(client);
  }
}

/** Tries one node after another; rejects with the error of the last. */
async function firstThatAnswers<T>(nodes: readonly RedisNode[], open: (node: RedisNode) => Promise<T>): Promise<T> {
  let failure: unknown;
  for (const node of nodes) {
    try {
      return await open(node);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

function toClientOptions(node: Partial<RedisNode>, { isTls }: RedisAddress) {
  const socket = { ...node, connectTimeout: CONNECT_TIMEOUT_MS, reconnectStrategy: false as const };
  return {
    disableOfflineQueue: true,
    socket: isTls ? { ...socket, tls: true as const } : socket,
  } satisfies RedisClientOptions;
}

function toCredentials({ username, password }: RedisAddress) {
  return { ...(username !== undefined && { username }), ...(password && { password: password.reveal() }) };
}

async function connect(client: RedisClientType, { onError, onCreated }: OpenObserver): Promise<void> {
  let reported: unknown;
  client.on('error', (error: unknown) => {
    // The client emits the loss of its connection twice.
    if (error === reported) return;
    reported = error;
    onError(error);
  });
  let isConnected = false;
  let isGivenUp = false;
  client.on('connect', () => {
    isConnected = true;
    // By then the commands of the set-up are queued: they reject, and so does `connect`.
    if (isGivenUp) setImmediate(destroyOpen, client);
  });
  onCreated({
    destroy: () => {
      isGivenUp = true;
      // The client's `destroy` does not stop a connection that is being established, and works only once.
      if (isConnected) destroyOpen(client);
    },
  });
  await client.connect();
}

function destroyOpen(client: Pick<RedisClientType, 'isOpen' | 'destroy'>): void {
  if (client.isOpen) client.destroy();
}

function formatNode({ host, port }: RedisNode): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
