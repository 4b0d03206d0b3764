import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { afterEach, expect, test } from '@jest/globals';
import { sendQuery, setUpGatewayProcesses, terminate } from '../support/gateway-process.ts';

const gateways = setUpGatewayProcesses();
const TEAM_SIZE = 50;
const TEAMS = 8;
const PERIODS = 800;
const DAY = '2026-11-02';
const MINUTE = 60_000;

function emailOf(agent: number): string {
  return `agent-${agent}@example.com`;
}

/** The periods of a person whose status changes every minute. */
function toRecord(email: string) {
  const timeAt = (index: number) =>
    new Date(Date.parse(`${DAY}T06:00:00Z`) + index * MINUTE).toISOString().slice(0, 19);
  return {
    userId: `u-${email}`,
    email,
    status: Array.from({ length: PERIODS }, (_, index) => ({
      primaryStatus: ['AVAILABLE', 'BUSY'][index % 2],
      secondaryStatus: `Task ${index}`,
      startTime: timeAt(index),
      endTime: timeAt(index + 1),
      duration: '00:01:00',
    })),
  };
}

const kore = createServer((request, response) => {
  void json(request).then((body) => {
    const { filter } = body as { readonly filter: { readonly agents: readonly string[] } };
    const page = { hasMore: false, limit: 50, offset: 0, data: filter.agents.map(toRecord) };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(page));
  });
});
afterEach(() => {
  kore.close();
});

/** Written as JSON, which is YAML. */
async function writeConfig(): Promise<string> {
  kore.listen(0, '127.0.0.1');
  await once(kore, 'listening');
  const { port } = kore.address() as AddressInfo;
  const path = join(gateways.folder(), 'switchboard.yaml');
  const config = {
    limits: { maxEstimatedItems: 1_000_000, maxResponseObjects: 1_000_000, requestTimeoutMs: 60_000 },
    accounts: [
      {
        ...{
          name: 'kore',
          vendor: 'kore',
          baseUrl: `http://127.0.0.1:${port}`,
          accountId: 'account',
          streamId: 'st-1',
        },
        ...{ clientId: 'cs-1', clientSecret: 'secret', discover: false },
      },
    ],
    agents: Array.from({ length: TEAMS * TEAM_SIZE }, (_, agent) => ({
      ...{ id: `agent-${agent}`, kind: 'human', name: `Agent ${agent}`, accounts: { kore: emailOf(agent) } },
      email: emailOf(agent),
    })),
  };
  await writeFile(path, JSON.stringify(config));
  return path;
}

// 320,000 periods take some 100 MB, with what they are mapped to.
test('a process with a small heap forgets what does not fit', async () => {
  const gateway = await gateways.start({
    nodeOptions: ['--max-old-space-size=128', '--max-semi-space-size=64'],
    env: { SWITCHBOARD_CONFIG: await writeConfig() },
  });
  for (let team = 0; team < TEAMS; team += 1) {
    const emails = Array.from({ length: TEAM_SIZE }, (_, index) => emailOf(team * TEAM_SIZE + index));
    const query = `{ agents(first: 50, filter: { emails: ${JSON.stringify(emails)} }) { nodes {
      statusPeriods(during: { from: "${DAY}T00:00:00Z", to: "${DAY}T23:59:59Z" }, first: 1000) { nodes { id } }
    } } }`;
    const { status, data } = await sendQuery(gateway.url, query);
    const { agents } = data as {
      readonly agents: { readonly nodes: readonly { readonly statusPeriods: { readonly nodes: readonly object[] } }[] };
    };
    expect(status).toBe(200);
    expect(agents.nodes.flatMap(({ statusPeriods }) => statusPeriods.nodes)).toHaveLength(TEAM_SIZE * PERIODS);
  }
  expect(await terminate(gateway.process)).toBe(0);
});
