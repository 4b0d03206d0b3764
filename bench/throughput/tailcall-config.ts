import { createAgents, TEAM_SIZE, teamName } from '../stub/company.ts';

/** How a Tailcall keeps what vendors answered: its own cache of fields, its HTTP cache, or not at all. */
export type TailcallCache = 'fields' | 'http' | 'none';

export interface TailcallOptions {
  readonly vendorUrl: string;
  readonly port: number;
  readonly cache: TailcallCache;
  /** Whether queries name a team in `filter.nameContains`; otherwise all are about the first team, and the filter is ignored. */
  readonly hasTeams: boolean;
}

const MAX_AGE_MS = 3_600_000;

/**
 * Tailcall cannot express Kore's POST or convert what vendors answer, so it gets kinder endpoints: GETs that answer in the form of its
 * schema. It cannot filter either: the agents of a team are written out here, and ranges are not passed on.
 */
export function toTailcallConfig({ vendorUrl, port, cache, hasTeams }: TailcallOptions): string {
  const fieldCache = cache === 'fields' ? `@cache(maxAge: ${MAX_AGE_MS})` : '';
  const httpCache = cache === 'http' ? ', httpCache: 100000' : '';
  const agent = 'query: [{ key: "agent", value: "{{.value.key}}" }], dedupe: true';
  return `
schema
  @server(port: ${port}, hostname: "127.0.0.1", workers: 1, enableJIT: true)
  @upstream(poolMaxIdlePerHost: 4000, connectTimeout: 60, timeout: 60, batch: { delay: 1, maxSize: 1000 }${httpCache}) {
  query: Query
}
type Query {
  agents(first: Int, filter: AgentFilter): AgentConnection @expr(body: { nodes: [${teamNodes(hasTeams)}] })
  agentByKey(key: String!): Agent @expr(body: { key: "{{.args.key}}", id: "{{.args.key}}", name: "Agent {{.args.key}}" })
}
input AgentFilter { nameContains: String emails: [String!] }
input TimeRange { from: String! to: String! }
type AgentConnection { nodes: [Agent!] }
type Agent {
  id: ID!
  key: String!
  name: String
  latestInteractions: Interactions @http(url: "${vendorUrl}/kind/interactions", ${agent}) ${fieldCache}
  statusPeriods(during: TimeRange!): Periods @http(url: "${vendorUrl}/kind/periods", batchKey: ["key"], ${agent}) ${fieldCache}
}
type Interactions { nodes: [Interaction!] }
type Interaction { guid: ID! start: String! }
type Periods { key: String nodes: [Period!] }
type Period { id: ID! status: String! label: String vendorStatus: String! start: String! end: String durationSeconds: Int isOngoing: Boolean }
`;
}

function teamNodes(hasTeams: boolean): string {
  const team = hasTeams ? '{{.args.filter.nameContains}}' : teamName(0);
  const keys = createAgents(TEAM_SIZE).map(({ key }) => key.replace(teamName(0), team));
  return keys.map((key) => `{ key: "${key}", id: "${key}", name: "Agent ${key}" }`).join(', ');
}
