import { HeaderMap } from '@apollo/server';
import type { StatusChange } from '../../src/domain/status-change.ts';
import type { ServerOptions } from '../../src/server/server.ts';
import { type ManualClock, timedClock } from './clock.ts';
import { startTestServer } from './server-harness.ts';
const NOW = Date.parse('2026-11-20T09:30:00Z');

type ServerSetup = NonNullable<Parameters<typeof startTestServer>[0]>;

interface LiveServerSetup extends Omit<ServerSetup, 'clock' | 'graphql'> {
  /** The field that subscriptions select. */
  readonly field?: string;
  /** How long an answer is valid, in milliseconds. */
  readonly validMs?: number;
}

/** The answer of each execution, which the test changes. */
export interface LiveServerState {
  /** Or a promise of it. */
  answer: unknown;
  runs: number;
  readonly changes: (StatusChange | null)[];
}

export const SUBSCRIPTION = { query: 'subscription { agents { totalCount } }' };

/** A server whose GraphQL layer answers every operation with what the test says: a subscription where it is part of a stream. */
export async function startLiveServer({ field = 'agents', validMs = 10_000, ...setup }: LiveServerSetup = {}) {
  const clock: ManualClock = timedClock(NOW);
  const state: LiveServerState = { answer: { data: 1 }, runs: 0, changes: [] };
  const graphql: ServerOptions['graphql'] = async (request, context) => {
    state.runs += 1;
    const { query } = request.body as { query: string };
    if (query.startsWith('subscription'))
      context.stream?.onSubscription({ name: field, args: { minIntervalSeconds: 5 } });
    state.changes.push(context.stream?.change ?? null);
    context.restrictCache(clock.now() + validMs);
    const isRejected = query.includes('invalid');
    const answer = context.stream?.change ? { data: context.stream.change.current?.label ?? null } : await state.answer;
    return {
      status: isRejected ? 400 : 200,
      headers: new HeaderMap(),
      body: { kind: 'complete', string: `${JSON.stringify(isRejected ? { errors: [{ message: 'no' }] } : answer)}\n` },
    };
  };
  const testServer = await startTestServer({ ...setup, clock, graphql });
  /** Resolves once all that is due has reached the client: a request has gone to the server and back. */
  const settle = async () => {
    await testServer.get('/healthz');
    await testServer.get('/healthz');
  };
  return {
    ...testServer,
    clock,
    state,
    settle,
    /** Lets time pass in steps, so that heartbeats are answered and executions end in between. */
    pass: async (ms: number) => {
      for (let passed = 0; passed < ms; passed += 5000) {
        clock.advance(Math.min(5000, ms - passed));
        await settle();
      }
    },
  };
}
