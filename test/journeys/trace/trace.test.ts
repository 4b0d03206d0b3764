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
  expect(first['kore-main agentstatusdetails VENDOR OK']).toBe(kore.length);
  const [list, files] = [first['lp agentActivity VENDOR OK'] ?? 0, first['lp agentActivity/file VENDOR OK'] ?? 0];
  expect(list + files).toBe(liveperson.length);

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
