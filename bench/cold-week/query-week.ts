import { type ChildProcess, fork } from 'node:child_process';
import { hash } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { SESSIONS, WEEKS } from './files.ts';
import type { GatewayOptions, GatewayStarted, ProcessUsage } from './gateway.ts';

const GATEWAY_PATH = fileURLToPath(new URL('gateway.ts', import.meta.url));
const DOWNLOAD_PATH = fileURLToPath(new URL('download.ts', import.meta.url));

/** The cost of one query to the gateway process, and the fingerprint of the response. */
export interface QueryCost {
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly maxRssBytes: number;
  /** The longest computation without yielding to the event loop. */
  readonly maxHoldMs: number;
  readonly response: string;
}

/** A list of agents holds 200 at most, so that 500 take three. */
const PAGES = ['a', 'b', 'c'] as const;

const SESSION_FIELDS = 'nodes { sessions(during: $during) { complete nodes { id loginAt logoutAt state } } }';
const WEEK_QUERY = `query Week($during: TimeRange!, $afterA: String, $afterB: String) {
  a: agents(first: 200) { ${SESSION_FIELDS} }
  b: agents(first: 200, after: $afterA) { ${SESSION_FIELDS} }
  c: agents(first: 200, after: $afterB) { ${SESSION_FIELDS} }
}`;
const CURSOR_QUERY = 'query Cursor($after: String) { agents(first: 200, after: $after) { pageInfo { endCursor } } }';

type WeekData = Readonly<
  Record<
    (typeof PAGES)[number],
    {
      readonly nodes: readonly {
        readonly sessions: { readonly complete: boolean; readonly nodes: readonly unknown[] };
      }[];
    }
  >
>;
interface CursorData {
  readonly agents: { readonly pageInfo: { readonly endCursor: string } };
}

/** Starts a gateway process and queries both weeks, one after the other; its caches hold no file of either before. */
export async function queryWeeks(options: GatewayOptions): Promise<readonly QueryCost[]> {
  const child = fork(GATEWAY_PATH);
  try {
    const { url } = await request<GatewayStarted>(child, options);
    const afterA = await endCursor(url, null);
    const afterB = await endCursor(url, afterA);
    const costs: QueryCost[] = [];
    for (const { from, to } of WEEKS) {
      const during = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
      const before = await request<ProcessUsage>(child, 'usage');
      const began = performance.now();
      const response = await postQuery(url, WEEK_QUERY, { during, afterA, afterB });
      const wallMs = performance.now() - began;
      const after = await request<ProcessUsage>(child, 'usage');
      assertComplete(parseData(response) as WeekData);
      costs.push({
        cpuMs: after.cpuMs - before.cpuMs,
        wallMs,
        maxRssBytes: after.maxRssBytes,
        maxHoldMs: after.maxHoldMs,
        response: hash('sha1', response),
      });
    }
    return costs;
  } finally {
    child.kill();
    await once(child, 'exit');
  }
}

/** Starts a process that downloads and inflates the files of both weeks, one after the other. */
export async function downloadWeeks(vendorUrl: string): Promise<readonly QueryCost[]> {
  const child = fork(DOWNLOAD_PATH);
  const exited = once(child, 'exit');
  const costs = await request<readonly QueryCost[]>(child, vendorUrl);
  await exited;
  return costs;
}

async function request<Reply>(child: ChildProcess, message: object | string): Promise<Reply> {
  const reply = once(child, 'message');
  child.send(message);
  const [value] = (await reply) as unknown[];
  return value as Reply;
}

async function endCursor(url: string, after: string | null): Promise<string> {
  const { agents } = parseData(await postQuery(url, CURSOR_QUERY, { after })) as CursorData;
  return agents.pageInfo.endCursor;
}

async function postQuery(url: string, query: string, variables: Readonly<Record<string, unknown>>): Promise<string> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return response.text();
}

function parseData(response: string): unknown {
  const { data, errors } = JSON.parse(response) as { readonly data: unknown; readonly errors?: readonly unknown[] };
  if (errors) throw new Error(`the gateway returned errors: ${JSON.stringify(errors[0])}`);
  return data;
}

function assertComplete(data: WeekData): void {
  const sessions = PAGES.flatMap((page) => data[page].nodes.map((node) => node.sessions));
  const count = sessions.reduce((sum, { nodes }) => sum + nodes.length, 0);
  if (count !== SESSIONS || sessions.some(({ complete }) => !complete))
    throw new Error(`the gateway returned ${count} of ${SESSIONS} sessions`);
}
