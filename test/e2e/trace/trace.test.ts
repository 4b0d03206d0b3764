import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { countOccurrences, readQuery, startWorld, type World } from '../../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

test('lists every vendor call with Switchboard-Explain: trace, and every cached value on the second run', async () => {
  const gateway = await world.startGateway();
  const runTraced = () => gateway.query(readQuery(import.meta.dirname), {}, { 'switchboard-explain': 'trace' });
  const traceOf = ({ extensions }: Awaited<ReturnType<typeof runTraced>>) => extensions?.switchboard?.vendorCalls ?? [];
  const summary = (response: Awaited<ReturnType<typeof runTraced>>) =>
    countOccurrences(
      traceOf(response).map((call) => `${call.account} ${call.endpoint} ${call.servedFrom} ${call.outcome}`),
    );

  const firstResponse = await runTraced();
  const first = summary(firstResponse);
  const { kore, liveperson } = world.calls();

  expect(first).toMatchObject({
    'vcc latestInteractions VENDOR OK': 2,
    'vcc connect/token VENDOR OK': 1,
    'vcc-legacy latestInteractions VENDOR OK': 1,
    'vcc-legacy connect/token VENDOR OK': 1,
  });
  expect(first['kore-main agentstatusdetails VENDOR OK']).toBe(kore.length);
  const filesAndLists = ['lp agentActivity VENDOR OK', 'lp agentActivity/file VENDOR OK'];
  expect(filesAndLists.reduce((sum, line) => sum + (first[line] ?? 0), 0)).toBe(liveperson.length);

  const secondResponse = await runTraced();

  expect(Object.keys(summary(secondResponse)).every((line) => line.includes('CACHE OK'))).toBe(true);
  const interactionReads = traceOf(secondResponse).filter(({ endpoint }) => endpoint === 'latestInteractions');
  expect(interactionReads.map(({ keys }) => keys)).toEqual([1, 1, 1]);
  // The query was executed, so the response is as cacheable as without the header.
  expect(firstResponse.headers.get('cache-control')).toMatch(/^private, max-age=[1-9]\d*$/);
});

test('returns no trace without the header', async () => {
  const gateway = await world.startGateway();
  expect((await gateway.query(readQuery(import.meta.dirname))).extensions).toBeUndefined();
});

test.each(['plan', 'trace'])(
  'is FORBIDDEN, without any extension, for %s without the scope explain',
  async (explain) => {
    const key = 'an-api-key-that-is-long-enough';
    const sha256 = createHash('sha256').update(key).digest('hex');
    const gateway = await world.startGateway((raw) => ({
      ...raw,
      auth: { apiKeys: [{ name: 'reader', sha256, scopes: ['read'] }] },
    }));
    const headers = { authorization: `Bearer ${key}`, 'switchboard-explain': explain };
    const { status, data, errors, extensions } = await gateway.query(readQuery(import.meta.dirname), {}, headers);
    expect([status, data, errors?.map((error) => error.extensions.code)]).toEqual([403, undefined, ['FORBIDDEN']]);
    expect(extensions).toBeUndefined();
  },
);
