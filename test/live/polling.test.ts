import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { timedClock } from '../support/clock.ts';
import { type EventStreamClient, openEventStream } from '../support/event-stream.ts';
import { type Gateway, NOW, startWorld, type World } from '../support/world.ts';

const clock = timedClock(NOW);
let world: World;
let gateway: Gateway;
beforeAll(async () => {
  world = await startWorld(clock);
  // Retries would make the outcome of a fault depend on how long they take.
  gateway = await world.startGateway((raw) => ({
    ...raw,
    accounts: raw.accounts.map((account) => ({ ...account, maxRetries: 0, circuitBreaker: false })),
  }));
});
afterAll(() => world.stop());

const SELECTIONS = [
  'name currentStatus { status label start observedAt }',
  'name presence { complete observedAt status { status } sources { outcome } }',
  'name latestInteractions { nodes { guid isActive } complete }',
  'key statusPeriods(during: { from: "2026-11-20T06:00:00Z", to: "2026-11-21T00:00:00Z" }) { totalCount nodes { start end } }',
];
const FILTERS = ['{ account: "kore-main" }', '{ vendor: VONAGE }', '{ kind: HUMAN }', '{ kind: VIRTUAL }'];

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly { readonly path?: unknown; readonly extensions: { readonly code: string } }[];
}

/** Messages may name how often a call was tried. */
function comparable({ data, errors = [] }: Answer) {
  return JSON.stringify({ data, errors: errors.map(({ path, extensions }) => [path, extensions.code]) });
}

/** The last event that has arrived. */
function followLatest(stream: EventStreamClient) {
  const state = { latest: '', events: 0 };
  const follow = async () => {
    for (;;) {
      const event = await stream.next();
      if (event?.event !== 'next') return;
      const text = comparable(JSON.parse(event.data) as Answer);
      // An event is sent where the answer differs, if only in a message.
      state.events += 1;
      state.latest = text;
    }
  };
  void follow();
  return state;
}

function setFailing(isFailing: boolean) {
  for (const vendor of [world.vendors.kore, world.vendors.vonage]) {
    vendor.clearFaults();
    if (isFailing) vendor.injectFault({ status: 503 });
  }
}

/** What a background read, such as a discovery, has brought since the last event is in the event after the next interval. */
const MAX_INTERVALS = 2;
const POLLS_PER_INTERVAL = 50;

async function expectCaughtUp(field: string, state: { readonly latest: string }) {
  let polled = '';
  for (let interval = 0; interval <= MAX_INTERVALS; interval += 1) {
    if (interval > 0) clock.advance(5000);
    for (let poll = 0; poll < POLLS_PER_INTERVAL; poll += 1) {
      polled = comparable(await gateway.query(`query { ${field} }`));
      if (polled === state.latest) return;
    }
  }
  expect(state.latest).toBe(polled);
}

const steps = fc.array(fc.record({ seconds: fc.constantFrom(5, 5, 10, 15, 60), isFailing: fc.boolean() }), {
  minLength: 1,
  maxLength: 6,
});

test('the last event says what the query would answer, whatever is selected and whichever vendor fails', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...SELECTIONS),
      fc.constantFrom(...FILTERS),
      steps,
      async (selection, filter, series) => {
        const field = `agents(first: 5, filter: ${filter}) { complete nodes { ${selection} } }`;
        const stream = await openEventStream(gateway.url, { query: `subscription { ${field} }` });
        const state = followLatest(stream);
        for (const { seconds, isFailing } of series) {
          setFailing(isFailing);
          for (let passed = 0; passed < seconds; passed += 5) {
            clock.advance(5000);
            await expectCaughtUp(field, state);
          }
        }
        stream.close();
        setFailing(false);
        clock.advance(600_000);
      },
    ),
    { numRuns: Number(process.env.RUNS ?? 6) },
  );
  expect(await (await fetch(`${gateway.url}/metrics`)).text()).toContain(
    'switchboard_live_events_total{outcome="sent"}',
  );
});
