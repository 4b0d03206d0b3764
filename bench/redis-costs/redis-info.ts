import type { RedisServer } from '../../test/support/redis-server.ts';

/** Of a Redis server since its start, and what it stores now. */
export interface RedisInfo {
  readonly commands: number;
  readonly bytesReceived: number;
  readonly bytesSent: number;
  /** Memory of keys and values, with Redis's own overhead for each. */
  readonly datasetBytes: number;
}

/** @see https://redis.io/docs/latest/commands/info/ */
const FIELDS = {
  commands: 'total_commands_processed',
  bytesReceived: 'total_net_input_bytes',
  bytesSent: 'total_net_output_bytes',
  datasetBytes: 'used_memory_dataset',
} as const satisfies Record<keyof RedisInfo, string>;

export async function readRedisInfo(redis: Pick<RedisServer, 'command'>): Promise<RedisInfo> {
  return parseRedisInfo(await redis.command('INFO', 'everything'));
}

/** Throws if a field is missing: a figure of 0 would look like a good one. */
export function parseRedisInfo(text: string): RedisInfo {
  const values = new Map([...text.matchAll(/^(\w+):(\d+)\r?$/gm)].map(([, name = '', value]) => [name, Number(value)]));
  const read = (field: string): number => {
    const value = values.get(field);
    if (value === undefined) throw new Error(`Redis's INFO lacks ${field}`);
    return value;
  };
  return {
    commands: read(FIELDS.commands),
    bytesReceived: read(FIELDS.bytesReceived),
    bytesSent: read(FIELDS.bytesSent),
    datasetBytes: read(FIELDS.datasetBytes),
  };
}
