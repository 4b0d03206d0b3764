import type { Agent } from '../../src/domain/agent.ts';
import type { LiveAnswer, TakeTurn } from '../../src/live/ports.ts';
import type { LiveEvent, StreamEnd, Subscriber } from '../../src/live/subscriber.ts';
import { anonymousCaller, type Caller } from '../../src/request/caller.ts';

export function liveAgent(id: string): Agent {
  return {
    id,
    key: id,
    kind: 'HUMAN',
    name: id,
    email: null,
    team: null,
    accounts: [{ account: 'k', ref: id }],
  } as unknown as Agent;
}

export function callerNamed(name: string): Caller {
  return { ...anonymousCaller, name };
}

/** A turn for the first caller, at once. */
export const freeTurn: TakeTurn = ([caller = anonymousCaller]) => Promise.resolve({ caller, release: () => undefined });

export function liveAnswer(json: string, validUntilMs: number, more: Partial<LiveAnswer> = {}): LiveAnswer {
  const field = { name: 'agents', args: { minIntervalSeconds: 5 } };
  return { json, validUntilMs, isShareable: true, isRejected: false, field, ...more };
}

/** A subscriber that keeps what it receives. */
export function recordingSubscriber(caller: Caller = anonymousCaller) {
  const events: LiveEvent[] = [];
  const ends: StreamEnd[] = [];
  const subscriber: Subscriber = {
    caller,
    limitKey: caller.name,
    transport: 'sse',
    onAccepted: () => undefined,
    onEvent: (event) => events.push(event),
    onEnd: (end) => ends.push(end),
  };
  return { subscriber, events, ends, texts: () => events.map(({ json }) => json) };
}
