import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type World, readQuery, startWorld, countOccurrences } from '../../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

test('`Switchboard-Explain: trace` lists every call made, and the second time every cached answer used instead', async () => {
  const gateway = await world.startGateway();
  const runTraced = () => gateway.query(readQuery(import.meta.dirname), {}, { 'switchboard-explain': 'trace' });
  const summary = ({ extensions }: Awaited<ReturnType<typeof runTraced>>) =>
    countOccurrences(
      (extensions?.switchboard?.vendorCalls ?? []).map(
        (call) => `${call.account} ${call.endpoint} ${call.servedFrom} ${call.outcome}`,
      ),
    );

  const firstResponse = await runTraced();
  const first = summary(firstResponse);
  const { kore, liveperson } = world.calls();

  expect(first).toMatchObject({ 'vcc latestInteractions VENDOR OK': 3, 'vcc connect/token VENDOR OK': 1 });
  // Whatever came of them: on a busy machine a call may be made twice.
  const made = (what: string) =>
    Object.entries(first).reduce((sum, [line, times]) => (line.startsWith(what) ? sum + times : sum), 0);
  expect(made('kore-main agentstatusdetails')).toBe(kore.length);
  expect(made('lp agentActivity')).toBe(liveperson.length);

  const second = summary(await runTraced());

  expect(Object.keys(second).every((line) => line.includes('CACHE OK'))).toBe(true);
  expect(second['vcc latestInteractions CACHE OK']).toBe(3);
  // It ran, and so holds as long as without the header.
  expect(firstResponse.headers.get('cache-control')).toMatch(/^private, max-age=[1-9]\d*$/);
});

test('without the header nothing is told', async () => {
  const gateway = await world.startGateway();
  expect((await gateway.query(readQuery(import.meta.dirname))).extensions).toBeUndefined();
});
