import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startWorld, type World } from '../support/world.ts';

interface PlanExample {
  readonly vendorCalls: readonly { readonly atMost: number; readonly cached: number }[];
  readonly total: number;
  readonly expected: number;
}

const guide = readFileSync(new URL('../../docs/planning.md', import.meta.url), 'utf8');

function codeBlocks(language: string): readonly string[] {
  return [...guide.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm'))].map(([, text = '']) => text);
}

const [query = ''] = codeBlocks('graphql');
const [variables, listedPlan, discoveredPlan] = codeBlocks('json').map((text) => JSON.parse(text) as unknown) as [
  Record<string, unknown>,
  PlanExample,
  PlanExample,
];

describe('docs/planning.md', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.stop());

  async function explain(email: unknown) {
    const gateway = await world.startGateway();
    const run = (headers: Record<string, string>) => gateway.query(query, { ...variables, email }, headers);
    const planNow = async () => (await run({ 'switchboard-explain': 'plan' })).extensions?.switchboard;
    world.calls();
    const coldPlan = await planNow();
    const { errors } = await run({});
    const calls = Object.values(world.calls())
      .flat()
      .filter((call) => !call.includes('/agentActivity/'));
    return { coldPlan, errors, calls, warmPlan: await planNow() };
  }

  test('shows the plan of an agent that the configuration resolves, cold and warm', async () => {
    const { coldPlan, errors, calls, warmPlan } = await explain(variables.email);
    expect(coldPlan).toMatchObject({ plan: listedPlan });
    expect(errors).toBeUndefined();
    expect(calls).toHaveLength(listedPlan.total);
    const cachedCalls = listedPlan.vendorCalls.map((entry) => ({ ...entry, cached: entry.atMost }));
    expect(warmPlan).toMatchObject({ plan: { ...listedPlan, vendorCalls: cachedCalls, expected: 0 } });
  });

  test('shows the plan of an agent that discovery may enrich, and the calls of the run', async () => {
    const email = / `(\S+@\S+)` the same query/.exec(guide)?.[1];
    const { coldPlan, errors, calls } = await explain(email);
    expect(coldPlan).toMatchObject({ plan: discoveredPlan });
    expect(errors).toBeUndefined();
    expect(calls).toHaveLength(3);
  });

  test('names source files that exist', () => {
    const paths = [...guide.matchAll(/`((?:src|test)\/[\w/.-]+\.ts)`/g)].map(([, path = '']) => path);
    expect(paths.length).toBeGreaterThan(5);
    for (const path of paths) expect(() => readFileSync(new URL(`../../${path}`, import.meta.url))).not.toThrow();
  });
});
