import { createAgents, TEAM_SIZE } from './company.ts';
import { listen, type StubRequest, toResponse } from './http-responder.ts';
import { createTexts } from './records.ts';

/*
 * A stub of Kore and Vonage in a process of its own: every answer is made before the first request, so that it is faster than any
 * gateway. `GET /stats` returns the number of calls so far and how long the slowest ones took.
 */

const { AGENTS = '50', PERIODS = '8', DAY = '2026-11-20', MIN_DELAY_MS = '0', MAX_DELAY_MS = '0' } = process.env;
const [minDelay, maxDelay] = [Number(MIN_DELAY_MS), Number(MAX_DELAY_MS)];
/** Of the last calls with the longest delay. */
const MAX_SAMPLES = 2000;

const agents = createAgents(Number(AGENTS));
const texts = agents.map((agent, index) => createTexts(agent, index, DAY, Number(PERIODS)));
const indexes = new Map(agents.flatMap(({ key, email }, index) => [[key, index] as const, [email, index] as const]));
const interactions = texts.map((text) => toResponse(text.interactions));
const interactionNodes = texts.map((text) => toResponse(text.interactionNodes));
const token = toResponse('{"access_token":"token","expires_in":7200,"token_type":"Bearer"}');
/** Responses about several agents, by what was asked for. */
const composed = new Map<string, Buffer>();

let calls = 0;
let slowest: number[] = [];

interface Answer {
  readonly response: Buffer;
  readonly delayMs: number;
}

/** Every team has one agent with the shortest delay and one with the longest. */
function delayOf(index: number): number {
  return minDelay + ((index % TEAM_SIZE) / (TEAM_SIZE - 1)) * (maxDelay - minDelay);
}

function composeOnce(question: string, compose: () => string): Answer {
  let response = composed.get(question);
  if (response === undefined) composed.set(question, (response = toResponse(compose())));
  return { response, delayMs: maxDelay };
}

function answer({ path, body }: StubRequest): Answer {
  const [, agent] = /^\/v0\/key\/agents\/([^/]+)\/latestInteractions/.exec(path) ?? [];
  if (agent !== undefined) return about(interactions, agent);
  if (path.startsWith('/kind/interactions?agent=')) return about(interactionNodes, path.slice(path.indexOf('=') + 1));
  if (path.startsWith('/kind/periods?')) return composeOnce(path, () => composePeriods(path));
  if (path.includes('agentstatusdetails')) return composeOnce(body, () => composeRecords(body));
  return { response: token, delayMs: 0 };
}

function about(responses: readonly Buffer[], key: string): Answer {
  const index = indexes.get(key) ?? 0;
  return { response: responses[index] ?? token, delayMs: delayOf(index) };
}

function composeRecords(body: string): string {
  const { filter } = JSON.parse(body) as { readonly filter: { readonly agents: readonly string[] } };
  const records = filter.agents.flatMap((email) => texts[indexes.get(email) ?? -1]?.koreRecord ?? []);
  return `{"hasMore":false,"limit":50,"offset":0,"data":[${records.join(',')}]}`;
}

function composePeriods(path: string): string {
  const keys = new URLSearchParams(path.slice(path.indexOf('?'))).getAll('agent');
  return `[${keys.flatMap((key) => texts[indexes.get(key) ?? -1]?.periodNodes ?? []).join(',')}]`;
}

/** Returns the median of the calls with the longest delay since the last report. */
function reportStats(): string {
  const sorted = slowest.toSorted((a, b) => a - b);
  slowest = [];
  return JSON.stringify({ calls, slowestMs: sorted[Math.floor(sorted.length / 2)] ?? null });
}

const url = await listen((request, send) => {
  if (request.path === '/stats') {
    send(toResponse(reportStats()));
    return;
  }
  calls += 1;
  const { response, delayMs } = answer(request);
  if (delayMs === 0) {
    send(response);
    return;
  }
  const receivedAt = performance.now();
  setTimeout(() => {
    send(response);
    if (delayMs === maxDelay && slowest.length < MAX_SAMPLES) slowest.push(performance.now() - receivedAt);
  }, delayMs);
});
console.log(JSON.stringify({ url }));
