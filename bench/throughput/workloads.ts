import { type BenchAgent, createAgents, TEAM_SIZE } from '../stub/company.ts';
import { createTexts } from '../stub/records.ts';
import { agentIndexOf, teamOf } from './template.ts';

/** A query and its variables, with the placeholders of `template.ts`. */
export interface Workload {
  readonly name: string;
  readonly query: string;
  readonly variables: object;
  /** How many teams requests are about, one after the other. */
  readonly teams: number;
  /** The expected data of the request of this number, without ids and without numbers of aliases. */
  readonly expected: (number: number) => unknown;
}

export interface WorkloadOptions {
  /** A past day. */
  readonly day: string;
  readonly teams?: number;
  readonly periods?: number;
}

const DEFAULT_PERIODS = 8;
const PERIOD_FIELDS = 'id status label vendorStatus start end durationSeconds isOngoing';
const INTERACTIONS = 'latestInteractions { nodes { guid start } }';

/** (a) repeated within the TTL. */
export function repeatedWorkloads(options: WorkloadOptions): readonly Workload[] {
  const { day } = options;
  const during = { from: `${day}T00:00:00Z`, to: `${day}T23:59:59Z` };
  const expect = expectations(options);
  const periods = `statusPeriods(during: $during) { nodes { ${PERIOD_FIELDS} } }`;
  return [
    {
      name: 'W1a',
      query: `{ agents(first: 50) { nodes { id name ${INTERACTIONS} } } }`,
      variables: {},
      teams: 1,
      expected: expect.interactions,
    },
    {
      name: 'W2a',
      query: `query ($during: TimeRange!) { agents(first: 50) { nodes { id ${periods} } } }`,
      variables: { during },
      teams: 1,
      expected: expect.periods,
    },
    {
      name: 'W3a',
      query: `query ($key: String!, $during: TimeRange!) { agentByKey(key: $key) { id name ${INTERACTIONS} ${periods} } }`,
      variables: { key: '@AGENT@', during },
      teams: 1,
      expected: expect.agent,
    },
    { name: 'W4a', query: '{ __typename }', variables: {}, teams: 1, expected: () => ({ __typename: 'Query' }) },
  ];
}

/** (b) on a warm cache, but never asked in this form before: b1 with new variables, b2 with a new text each time. */
export function newWorkloads(options: WorkloadOptions): readonly Workload[] {
  const { day } = options;
  const expect = expectations(options);
  const during = { from: `${day}T@TIME@Z`, to: `${day}T23:59:59Z` };
  const range = `{ from: "${during.from}", to: "${during.to}" }`;
  return [
    {
      name: 'W1b1',
      query: `query ($emails: [String!]!) { agents(first: 50, filter: { emails: $emails }) { nodes { id name ${INTERACTIONS} } } }`,
      variables: { emails: ['@EMAILS@'] },
      teams: 1,
      expected: expect.interactions,
    },
    {
      name: 'W2b1',
      query: `query ($during: TimeRange!) { agents(first: 50) { nodes { id statusPeriods(during: $during) { nodes { ${PERIOD_FIELDS} } } } } }`,
      variables: { during },
      teams: 1,
      expected: expect.periods,
    },
    {
      name: 'W1b2',
      query: `{ agents(first: 50) { nodes { id name latestInteractions_x@NUMBER@: ${INTERACTIONS} } } }`,
      variables: {},
      teams: 1,
      expected: expect.interactions,
    },
    {
      name: 'W2b2',
      query: `{ agents(first: 50) { nodes { id statusPeriods_x@NUMBER@: statusPeriods(during: ${range}) { nodes { ${PERIOD_FIELDS} } } } } }`,
      variables: {},
      teams: 1,
      expected: expect.periods,
    },
  ];
}

/** (c) for TTLs of 0: each request is about another team than those at the same time. */
export function uncachedWorkloads(options: WorkloadOptions): readonly Workload[] {
  const { day, teams = 1 } = options;
  const expect = expectations(options);
  const agents = 'agents(first: 50, filter: { nameContains: $team })';
  return [
    {
      name: 'W1c',
      query: `query ($team: String!) { ${agents} { nodes { id name ${INTERACTIONS} } } }`,
      variables: { team: '@TEAM@' },
      teams,
      expected: expect.interactions,
    },
    {
      name: 'W2c',
      query: `query ($team: String!, $during: TimeRange!) { ${agents} { nodes { id statusPeriods(during: $during) { nodes { ${PERIOD_FIELDS} } } } } }`,
      variables: { team: '@TEAM@', during: { from: `${day}T00:00:00Z`, to: `${day}T23:59:59Z` } },
      teams,
      expected: expect.periods,
    },
  ];
}

/** Computed from the stub's records, not from any server's answers. */
function expectations({ day, teams = 1, periods = DEFAULT_PERIODS }: WorkloadOptions) {
  const all = createAgents(teams * TEAM_SIZE);
  const known = new Map<number, ReturnType<typeof createNode>>();
  const createNode = (agent: BenchAgent, index: number) => {
    const texts = createTexts(agent, index, day, periods);
    const { nodes } = JSON.parse(texts.periodNodes) as { readonly nodes: unknown };
    return {
      name: { name: agent.name },
      interactions: { latestInteractions: JSON.parse(texts.interactionNodes) as unknown },
      periods: { statusPeriods: { nodes } },
    };
  };
  const node = (agent: BenchAgent, index: number) => {
    const made = known.get(index) ?? createNode(agent, index);
    known.set(index, made);
    return made;
  };
  const team = (number: number) => {
    const first = teamOf(number, teams) * TEAM_SIZE;
    return all.slice(first, first + TEAM_SIZE).map((agent, nth) => node(agent, first + nth));
  };
  return {
    interactions: (number: number) => ({
      agents: { nodes: team(number).map(({ name, interactions }) => ({ ...name, ...interactions })) },
    }),
    periods: (number: number) => ({ agents: { nodes: team(number).map((each) => each.periods) } }),
    agent: (number: number) => {
      const index = agentIndexOf(number);
      const agent = all[index];
      if (!agent) return { agentByKey: null };
      const { name, interactions, periods: periodFields } = node(agent, index);
      return { agentByKey: { ...name, ...interactions, ...periodFields } };
    },
  };
}

/** An answer without what each server spells in its own way: ids, and the numbers of aliases. */
export function normalize(answer: unknown): string {
  const text = JSON.stringify(answer, (key, value: unknown) => (key === 'id' ? undefined : value));
  return text.replaceAll(/"(\w+)_x\d+":/g, '"$1":');
}
