import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type World, lastHours, queryOf, startWorld } from '../../support/world.ts';

interface Node {
  readonly __typename: string;
  readonly id: string;
}

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const EVERYTHING = `query Everything($during: TimeRange!) {
  agents(first: 200) {
    nodes {
      __typename id name
      statusPeriods(during: $during) { nodes { __typename id start vendorStatus agent { name } session { vendorSessionId } } }
      sessions(during: $during) {
        nodes {
          __typename id vendorSessionId loginAt agent { name }
          statusPeriods { __typename id start vendorStatus agent { name } session { vendorSessionId } }
        }
      }
      latestInteractions { nodes { __typename id guid start agent { name } } }
    }
  }
}`;

/** Every object with an id in an answer, without what it holds of others with ids. */
function nodesIn(value: unknown): readonly Node[] {
  if (Array.isArray(value)) return value.flatMap(nodesIn);
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.values(value).flatMap(nodesIn);
  if (!('id' in value)) return inner;
  const { statusPeriods: _p, sessions: _s, latestInteractions: _i, ...own } = value as Node & Record<string, unknown>;
  return [own, ...inner];
}

test('whatever has an id is found again by another gateway with an empty cache', async () => {
  const gateway = await world.gateway();
  const { data, errors } = await gateway.query(EVERYTHING, { during: lastHours(30) });
  expect(errors).toBeUndefined();
  const nodes = [...new Map(nodesIn(data).map((node) => [node.id, node])).values()];
  const sample = ['Agent', 'StatusPeriod', 'Session', 'Interaction'].flatMap((__typename) => {
    const some = nodes.filter((node) => node.__typename === __typename);
    // From one end to the other, so that all accounts are among them.
    return Array.from(
      { length: 12 },
      (_, index) => some[Math.floor((index * some.length) / 12)] ?? { __typename, id: 'none' },
    );
  });

  const other = await world.gateway();
  const again = await other.query<{ nodes: readonly Node[] }>(queryOf(import.meta.dirname), {
    ids: sample.map(({ id }) => id),
  });

  expect(again.errors).toBeUndefined();
  expect(again.data.nodes).toEqual(sample);
}, 60_000);

test('ids that are none, or lead nowhere, are null and reach no vendor', async () => {
  const gateway = await world.gateway((raw) => ({
    ...raw,
    accounts: raw.accounts.map((one) => (/kore|lp/.test(one.name) ? { ...one, discover: false } : one)),
  }));
  const encode = (...parts: readonly string[]) => Buffer.from(parts.join('\n')).toString('base64url');
  const ids = [
    '',
    'x',
    'jane-doe',
    encode('A', 'nobody'),
    encode('A', 'jane-doe', 'more'),
    encode('P', 'kore-main', 'jane@example.com', 'zz', 'a', 'b'),
    encode('P', 'kore-main', 'nobody@example.com', 'mf0a1b2c', 'x'),
    encode('S', 'elsewhere', '9', '1-2', 'ga7'),
    encode('I', 'vcc', '../../x', 'guid', 'mf0a1b2c'),
    `${encode('A', 'jane-doe')}=`,
  ];
  world.calls();

  const { data, errors } = await gateway.query<{ nodes: readonly unknown[] }>(queryOf(import.meta.dirname), { ids });

  expect(errors).toBeUndefined();
  expect(data.nodes).toEqual(ids.map(() => null));
  expect(world.calls()).toEqual({ kore: [], vonage: [], avaamo: [], liveperson: [] });
});
