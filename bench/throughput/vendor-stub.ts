import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/*
 * A stub of Kore and Vonage in a process of its own: every answer is made before the first request, so that it is faster than any
 * gateway. `GET /calls` returns the number of calls so far.
 */

const AGENT_COUNT = 50;
const PERIODS_PER_AGENT = 8;
const HOUR_MS = 3_600_000;
const DELAY_MS = Number(process.env.DELAY_MS ?? 0);
const DAY = process.env.DAY ?? '2026-11-20';
const STATUSES = ['AVAILABLE', 'BUSY', 'AWAY'];

function formatTime(at: number): string {
  return new Date(at).toISOString().slice(0, 19);
}

function agentRecord(index: number) {
  const firstAt = Date.parse(`${DAY}T06:00:00Z`) + index * 60_000;
  const status = Array.from({ length: PERIODS_PER_AGENT }, (_, nth) => ({
    primaryStatus: STATUSES[nth % STATUSES.length],
    secondaryStatus: 'Lunch',
    startTime: formatTime(firstAt + nth * HOUR_MS),
    endTime: formatTime(firstAt + (nth + 1) * HOUR_MS),
    duration: '01:00:00',
  }));
  const email = `agent-${index}@bench.example`;
  return { userId: `u-${index}`, firstName: 'Agent', lastName: String(index), email, status };
}

const agents = Array.from({ length: AGENT_COUNT }, (_, index) => agentRecord(index));
const recordTexts = new Map(agents.map((agent) => [agent.email, JSON.stringify(agent)]));
const interactions = new Map(
  agents.map((_agent, index) => [
    String(1000 + index),
    JSON.stringify({
      interactions: [
        { guid: `guid-${index}`, start: `${DAY}T09:${String(index % 60).padStart(2, '0')}:00Z`, hasEnded: true },
      ],
    }),
  ]),
);
const token = JSON.stringify({ access_token: 'token', expires_in: 7200, token_type: 'Bearer' });

let calls = 0;

function answer(url: string, body: string): string {
  const [, agent] = /agents\/(\d+)\/latestInteractions/.exec(url) ?? [];
  if (agent !== undefined) return interactions.get(agent) ?? '{"interactions":[]}';
  if (!url.includes('agentstatusdetails')) return token;
  const { filter } = JSON.parse(body) as { readonly filter: { readonly agents: readonly string[] } };
  const records = filter.agents.map((email) => recordTexts.get(email)).filter(Boolean);
  return `{"hasMore":false,"limit":50,"offset":0,"data":[${records.join(',')}]}`;
}

const server = createServer((request, response) => {
  const url = request.url ?? '';
  if (url === '/calls') {
    response.end(String(calls));
    return;
  }
  calls += 1;
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.once('end', () => {
    const text = answer(url, body);
    const send = () => {
      response
        .writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
        .end(text);
    };
    if (DELAY_MS > 0) setTimeout(send, DELAY_MS);
    else send();
  });
});
server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }));
});
