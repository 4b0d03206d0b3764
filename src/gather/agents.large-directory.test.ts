import { expect, test } from '@jest/globals';
import { directoryEntry } from '../../test/support/directory-fixtures.ts';
import { createFakeServices } from '../../test/support/gather-harness.ts';
import type { DirectoryView } from '../directory/merge-agents.ts';
import { agents, type AgentsArgs } from './agents.ts';
import type { QueryContext } from './query-context.ts';

const ENTRIES = Array.from({ length: 5000 }, (_, index) =>
  directoryEntry(`agent-${index}`, { name: `Agent ${index}`, email: `${index}@x.de`, accounts: { vcc: `${index}` } }),
);

/** A query context, and a function that counts how many agents of the whole directory are read meanwhile. */
function setUp() {
  const context = createFakeServices(ENTRIES, [{ name: 'vcc', vendor: 'VONAGE', sources: {} }]).createContext();
  const view = context.configuredDirectory().configured;
  let reads = 0;
  const counted = new Proxy(view.agents, {
    get(target, key, receiver) {
      if (typeof key === 'string' && /^\d+$/.test(key)) reads += 1;
      return Reflect.get(target, key, receiver) as unknown;
    },
  });
  const countedView: DirectoryView = { ...view, agents: counted };
  const countedContext: QueryContext = {
    ...context,
    configuredDirectory: () => ({ ...context.configuredDirectory(), configured: countedView }),
  };
  const readsOf = async (args: Partial<AgentsArgs>): Promise<number> => {
    reads = 0;
    await agents(countedContext, { first: 10, ...args });
    return reads;
  };
  return { context: countedContext, readsOf };
}

test('a page reads its own agents only, however long the directory is', async () => {
  expect(await setUp().readsOf({})).toBe(10);
});

test('a page after a cursor finds its first agent by bisection', async () => {
  const { context, readsOf } = setUp();
  const { cursors } = await agents(context, { first: 1000 });
  const after = cursors().at(-1) ?? '';
  expect(await readsOf({ after })).toBeLessThan(10 + 20);
  const [first] = (await agents(context, { first: 1, after })).nodes;
  expect(first?.key).toBe('agent-1000');
});

test('a filter that was asked before reads no agent of the whole directory', async () => {
  const { readsOf } = setUp();
  const filter = { nameContains: 'agent 49' };
  expect(await readsOf({ filter })).toBeGreaterThanOrEqual(ENTRIES.length);
  expect(await readsOf({ filter })).toBe(0);
});

test('a filter by address reads the agents with these addresses only, also where it was never asked before', async () => {
  const { context, readsOf } = setUp();
  await readsOf({ filter: { emails: ['1@x.de'] } });
  const filter = { emails: ['4000@X.DE', '7@x.de', 'unknown@x.de'] };
  expect(await readsOf({ filter })).toBeLessThanOrEqual(2);
  const { nodes } = await agents(context, { first: 10, filter });
  expect(nodes.map(({ key }) => key)).toEqual(['agent-7', 'agent-4000']);
});

test('a filter by address reads no agent again in the same query, such as after its plan', async () => {
  const { readsOf } = setUp();
  const filter = { emails: ['7@x.de', '4000@x.de'] };
  expect(await readsOf({ filter })).toBeGreaterThan(0);
  expect(await readsOf({ filter })).toBe(0);
});
