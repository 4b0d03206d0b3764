import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  ATTEMPT_MS,
  CANARY_CALLER_KEY,
  collectOutput,
  expectNoLeak,
  vendorSecrets,
  withoutProtection,
} from '../support/canary-harness.ts';
import { steppedClock } from '../support/clock.ts';
import { flushPromises } from '../support/flush-promises.ts';
import { type E2EVendorKey, NOW, type RawConfig, startWorld, type World } from '../support/world.ts';

/** Every secret of a configuration is a canary: it must not occur in any output. */

const PAGE = '<!DOCTYPE html><html><body>CANARY-page</body></html>';

/** What ends the attempts in flight. */
const attempts = new Set<() => void>();

let world: World;
beforeAll(async () => {
  const clock = steppedClock(NOW);
  world = await startWorld({
    ...clock,
    setTimer: (ms, callback) => {
      if (ms !== ATTEMPT_MS) return clock.setTimer(ms, callback);
      attempts.add(callback);
      return () => void attempts.delete(callback);
    },
  });
});
afterAll(() => world.stop());

/** A server of the sandbox may have several accounts; what it quotes is known for one. */
function isFirstOfVendor({ vendor, name }: RawConfig['accounts'][number]): boolean {
  return world.config.accounts.find((account) => account.vendor === vendor)?.name === name;
}

function withOneAccountPerVendor(raw: RawConfig): RawConfig {
  const { accounts, agents, ...rest } = withoutProtection(raw);
  const kept = accounts.filter(isFirstOfVendor);
  const isKept = ([name]: readonly [string, unknown]) => kept.some((account) => account.name === name);
  return {
    ...rest,
    accounts: kept,
    agents: agents
      .map((agent) => ({ ...agent, accounts: Object.fromEntries(Object.entries(agent.accounts).filter(isKept)) }))
      .filter((agent) => Object.keys(agent.accounts).length > 0),
  };
}

/** Ends the attempts in flight, again and again; what is sent within this process arrives in fewer turns of the event loop. */
async function whileAttemptsTimeOut<T>(work: () => Promise<T>): Promise<T> {
  const state = { isDone: false };
  const result = work().finally(() => (state.isDone = true));
  while (!state.isDone) {
    const sent = [...attempts];
    for (let i = 0; i < 5; i += 1) await flushPromises();
    for (const end of sent) if (attempts.delete(end)) end();
  }
  return result;
}

function secretsOf(account: Readonly<Record<string, unknown>>): readonly string[] {
  const names = vendorSecrets.find(({ key }) => key === account.vendor)?.secrets ?? [];
  const texts = names.map((name) => account[name]).filter((text) => typeof text === 'string');
  expect(texts.length).toBe(names.length);
  for (const text of texts) expect(text.length).toBeGreaterThan(5);
  return texts;
}

/** Returns the secrets of all accounts. */
function allSecrets(): readonly string[] {
  const secrets = world.config.accounts.flatMap(secretsOf);
  expect(secrets.length).toBeGreaterThanOrEqual(7);
  return secrets;
}

describe('vendors that quote the account’s secrets', () => {
  const quote = (secrets: readonly string[]) => `QUOTED ${secrets.join(' and ')}`;
  const kinds: readonly (readonly [
    string,
    (secrets: readonly string[]) => Parameters<World['vendors']['kore']['injectFault']>[0],
  ])[] = [
    ...[400, 401, 403, 404, 422, 429, 500, 503].map(
      (status) =>
        [`status ${status}`, (secrets: readonly string[]) => ({ status, body: { message: quote(secrets) } })] as const,
    ),
    ['status 400 in plain text', (secrets) => ({ status: 400, body: quote(secrets) })],
    ['status 400 in a page', (secrets) => ({ status: 400, body: PAGE + quote(secrets) })],
    ['a body without the expected data', (secrets) => ({ status: 200, body: { message: quote(secrets) } })],
    ['a page', () => ({ kind: 'html', status: 200 })],
    [
      'a redirect',
      (secrets) => ({
        status: 302,
        headers: { location: `https://x.example/?${secrets.map(encodeURIComponent).join('&')}` },
      }),
    ],
    [
      'headers',
      (secrets) => ({ status: 400, headers: Object.fromEntries(secrets.map((secret, i) => [`x-${i}`, secret])) }),
    ],
    ['a truncated response', () => ({ kind: 'cut' })],
    ['a malformed response', () => ({ kind: 'malformed' })],
    ['no connection', () => ({ kind: 'down' })],
    ['no response', () => ({ kind: 'hang' })],
  ];

  test.each(kinds)('leaks no secret that vendors quote in: %s', async (name, fault) => {
    world.calls();
    // A vendor has only the secrets of its own account.
    for (const account of world.config.accounts.filter(isFirstOfVendor)) {
      world.vendors[account.vendor as E2EVendorKey].injectFault(fault(secretsOf(account)));
    }
    const gateway = await world.startGateway(withOneAccountPerVendor);
    try {
      const collect = () => collectOutput(gateway);
      const output = await (name === 'no response' ? whileAttemptsTimeOut(collect) : collect());
      expectNoLeak(output, [...allSecrets(), CANARY_CALLER_KEY, 'CANARY-page']);
      // The vendor's message about a rejected request is passed on, without the secrets.
      if (name === 'status 400') expect(output).toContain('QUOTED');
      // Without calls no vendor could have quoted a secret.
      for (const calls of Object.values(world.calls())) expect(calls.length).toBeGreaterThan(0);
    } finally {
      for (const vendor of Object.values(world.vendors)) vendor.clearFaults();
      await gateway.stop();
    }
  });

  test('leaks no secret while all vendors work', async () => {
    const gateway = await world.startGateway(withoutProtection);
    expectNoLeak(await collectOutput(gateway), [...allSecrets(), CANARY_CALLER_KEY]);
    await gateway.stop();
  });
});

test('logs no names or e-mail addresses, from the directory or from the vendors', async () => {
  const gateway = await world.startGateway(withoutProtection);
  const authorization = `Bearer ${CANARY_CALLER_KEY}`;
  const query = '{ agents(first: 200) { nodes { key name email } } }';
  const { data } = await gateway.query<{
    agents: { nodes: readonly { key: string | null; name: string | null; email: string | null }[] };
  }>(query, {}, { authorization });
  await collectOutput(gateway);
  const names = (isDiscovered: boolean) =>
    data.agents.nodes
      .filter(({ key }) => (key === null) === isDiscovered)
      .flatMap(({ name, email }) => [name, email].filter((text) => text !== null));
  expect(names(true).length).toBeGreaterThan(0);
  expect(names(false).length).toBeGreaterThan(0);
  for (const name of [...names(true), ...names(false)]) expect(gateway.logs()).not.toContain(name);
  await gateway.stop();
});
