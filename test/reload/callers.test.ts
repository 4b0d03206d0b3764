import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { steppedClock } from '../support/clock.ts';
import { openEventStream } from '../support/event-stream.ts';
import { NOW, type RawConfig, startWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld(steppedClock(NOW));
});
afterEach(() => world.stop());

const KEY = 'an-api-key-that-is-long-enough';
const headers = { authorization: `Bearer ${KEY}` };

/** One caller, with access to these accounts. */
function withAccess(accounts: readonly string[]) {
  const sha256 = createHash('sha256').update(KEY).digest('hex');
  return (raw: RawConfig): RawConfig => ({ ...raw, auth: { apiKeys: [{ name: 'caller', sha256, accounts }] } });
}

const AGENTS = '{ agents { nodes { name accounts { account { name } } } } }';
interface Agents {
  readonly agents: {
    readonly nodes: readonly { readonly accounts: readonly { readonly account: { readonly name: string } }[] }[];
  };
}
function accountsIn({ agents }: Agents): readonly string[] {
  return [...new Set(agents.nodes.flatMap(({ accounts }) => accounts.map(({ account }) => account.name)))].toSorted();
}

test('a caller that loses an account sees nothing of it any more, in answers, stored answers and streams', async () => {
  const gateway = await world.startGateway(withAccess(['kore-main', 'lp']));
  const query = async () => (await gateway.query<Agents>(AGENTS, {}, headers)).data;
  // The second answer comes from the stored one.
  for (let i = 0; i < 2; i += 1) expect(accountsIn(await query())).toEqual(['kore-main', 'lp']);
  const stream = await openEventStream(gateway.url, { query: `subscription ${AGENTS}` }, headers);
  await stream.nextResult();

  await gateway.reconfigure(withAccess(['lp']));
  expect(accountsIn(await query())).toEqual(['lp']);
  expect(await stream.next()).toEqual({ event: 'complete', data: '' });
  const again = await openEventStream(gateway.url, { query: `subscription ${AGENTS}` }, headers);
  expect(accountsIn((await again.nextResult()).data as Agents)).toEqual(['lp']);
  again.close();

  await gateway.reconfigure(withAccess(['kore-main', 'lp']));
  expect(accountsIn(await query())).toEqual(['kore-main', 'lp']);
});
