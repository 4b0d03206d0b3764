import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type World, queryOf, startWorld, tally } from '../../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

test('`Switchboard-Explain: trace` lists every call made, and the second time every cached answer used instead', async () => {
  const gateway = await world.gateway();
  const ask = () => gateway.query(queryOf(import.meta.dirname), {}, { 'switchboard-explain': 'trace' });
  const summary = ({ extensions }: Awaited<ReturnType<typeof ask>>) =>
    tally(
      (extensions?.switchboard?.vendorCalls ?? []).map(
        (one) => `${one.account} ${one.endpoint} ${one.servedFrom} ${one.outcome}`,
      ),
    );

  const answer = await ask();
  const first = summary(answer);
  const { kore, liveperson } = world.calls();

  expect(first).toMatchObject({ 'vcc latestInteractions VENDOR OK': 3, 'vcc connect/token VENDOR OK': 1 });
  // Whatever came of them: on a busy machine a call may be made twice.
  const made = (what: string) =>
    Object.entries(first).reduce((sum, [line, times]) => (line.startsWith(what) ? sum + times : sum), 0);
  expect(made('kore-main agentstatusdetails')).toBe(kore.length);
  expect(made('lp agentActivity')).toBe(liveperson.length);

  const second = summary(await ask());

  expect(Object.keys(second).every((line) => line.includes('CACHE OK'))).toBe(true);
  expect(second['vcc latestInteractions CACHE OK']).toBe(3);
  // It ran, and so holds as long as without the header.
  expect(answer.headers.get('cache-control')).toMatch(/^private, max-age=[1-9]\d*$/);
});

test('without the header nothing is told', async () => {
  const gateway = await world.gateway();
  expect((await gateway.query(queryOf(import.meta.dirname))).extensions).toBeUndefined();
});
