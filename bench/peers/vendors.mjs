import DataLoader from 'dataloader';
import Keyv from 'keyv';
import { createAgents } from '../stub/company.ts';

/** What most teams write around a vendor: a loader for each endpoint, the built-in fetch, and Keyv in memory. */

const { VENDOR_URL = '', TTL_MS = '3600000', AGENTS = '50' } = process.env;
const isCached = Number(TTL_MS) > 0;

const agents = createAgents(Number(AGENTS)).map((agent) => ({ ...agent, id: agent.key }));
const agentsByKey = new Map(agents.map((agent) => [agent.key, agent]));

const interactionsCache = new Keyv({ ttl: Number(TTL_MS), namespace: 'interactions' });
const periodsCache = new Keyv({ ttl: Number(TTL_MS), namespace: 'periods' });

async function fetchInteractions(key) {
  const known = isCached ? await interactionsCache.get(key) : undefined;
  if (known !== undefined) return known;
  const response = await globalThis.fetch(`${VENDOR_URL}/v0/key/agents/${key}/latestInteractions`, {
    headers: { authorization: 'Bearer token', accept: 'application/json;version=1' },
  });
  const sent = await response.json();
  const interactions = sent.interactions.map(({ guid, start }) => ({ guid, start: new Date(start).toISOString() }));
  if (isCached) await interactionsCache.set(key, interactions);
  return interactions;
}

async function fetchPeriods(emails, day) {
  const response = await globalThis.fetch(
    `${VENDOR_URL}/agentassist/api/public/analytics/account/account/agentstatusdetails?limit=50&offset=0`,
    {
      method: 'POST',
      headers: { 'content-type': 'application/json', auth: 'token' },
      body: JSON.stringify({ filter: { agents: emails, dateFilter: { date: day, timeZoneOffSet: 0 } } }),
    },
  );
  const { data } = await response.json();
  return new Map(data.map((agent) => [agent.email, agent.status ?? []]));
}

async function loadPeriods(keys) {
  const known = isCached ? await Promise.all(keys.map(({ email, day }) => periodsCache.get(`${day} ${email}`))) : [];
  const missing = keys.filter((_key, index) => known[index] === undefined);
  if (missing.length === 0) return known;
  const fetched = await fetchPeriods(
    missing.map(({ email }) => email),
    missing[0].day,
  );
  if (isCached)
    await Promise.all(missing.map(({ email, day }) => periodsCache.set(`${day} ${email}`, fetched.get(email) ?? [])));
  return keys.map(({ email }, index) => known[index] ?? fetched.get(email) ?? []);
}

/** Loaders of one request. */
export function createLoaders() {
  return {
    interactions: new DataLoader((ids) => Promise.all(ids.map(fetchInteractions))),
    periods: new DataLoader(loadPeriods, { cacheKeyFn: ({ email, day }) => `${day} ${email}` }),
  };
}

function toIso(time) {
  return time === '-' ? null : `${time}.000Z`;
}

/** A period as the gateway's schema has it. */
export function toPeriod(email, { primaryStatus, secondaryStatus, startTime, endTime }) {
  const [start, end] = [toIso(startTime), toIso(endTime)];
  return {
    id: `${email} ${startTime}`,
    status: primaryStatus,
    label: secondaryStatus,
    vendorStatus: primaryStatus,
    start,
    end,
    durationSeconds: end === null ? null : Math.round((Date.parse(end) - Date.parse(start)) / 1000),
    isOngoing: end === null,
  };
}

export const typeDefs = `
  type Query { agents(first: Int = 50, filter: AgentFilter): Agents!  agentByKey(key: String!): Agent }
  input AgentFilter { nameContains: String  emails: [String!] }
  type Agents { nodes: [Agent!]! }
  type Agent { id: ID!  name: String  latestInteractions: Interactions  statusPeriods(during: TimeRange!): Periods }
  type Interactions { nodes: [Interaction!]! }
  type Interaction { guid: ID!  start: String! }
  type Periods { nodes: [Period!]! }
  type Period { id: ID!  status: String!  label: String  vendorStatus: String!  start: String!  end: String  durationSeconds: Int  isOngoing: Boolean }
  input TimeRange { from: String!  to: String! }
`;

function findAgents(filter) {
  if (filter?.emails) {
    const emails = new Set(filter.emails);
    return agents.filter(({ email }) => emails.has(email));
  }
  return filter?.nameContains ? agents.filter(({ name }) => name.includes(filter.nameContains)) : agents;
}

export const resolvers = {
  Query: {
    agents: (_source, { first, filter }) => ({ nodes: findAgents(filter).slice(0, first) }),
    agentByKey: (_source, { key }) => agentsByKey.get(key) ?? null,
  },
  Agent: {
    latestInteractions: async ({ key }, _args, { loaders }) => ({ nodes: await loaders.interactions.load(key) }),
    statusPeriods: async ({ email }, { during }, { loaders }) => {
      const status = await loaders.periods.load({ email, day: during.from.slice(0, 10) });
      return { nodes: status.map((record) => toPeriod(email, record)) };
    },
  },
};
