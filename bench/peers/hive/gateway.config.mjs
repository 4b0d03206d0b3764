import { setImmediate } from 'node:timers';
import { defineConfig } from '@graphql-hive/gateway';
import Keyv from 'keyv';
import { createAgents } from '../../stub/company.ts';

/**
 * The directory as additional types of the gateway; their fields call the composed subgraph. Whole responses are cached by Hive's plugin,
 * vendors' data by Keyv, as with the other Node peers. The plugin does not work together with `--jit`, so that is off.
 */
const { TTL_MS = '3600000', AGENTS = '50' } = process.env;
const ttl = Number(TTL_MS);
const isCached = ttl > 0;

const agents = createAgents(Number(AGENTS)).map((agent) => ({ ...agent, id: agent.key }));
const agentsByKey = new Map(agents.map((agent) => [agent.key, agent]));
const interactionsCache = new Keyv({ ttl, namespace: 'interactions' });
const periodsCache = new Keyv({ ttl, namespace: 'periods' });
const batches = new WeakMap();

async function cached(cache, key, load) {
  if (!isCached) return load();
  const known = await cache.get(key);
  if (known !== undefined) return known;
  const value = await load();
  await cache.set(key, value);
  return value;
}

async function fetchInteractions(agent, context, info) {
  const { interactions } = await context.vendors.Query.interactions({
    root: {},
    args: { agent },
    context,
    info,
    selectionSet: '{ interactions { guid start } }',
  });
  return interactions.map(({ guid, start }) => ({ guid, start: new Date(start).toISOString() }));
}

/** One call for all agents of a query. */
function fetchPeriods(email, day, context, info) {
  const pending = batches.get(context) ?? new Map();
  batches.set(context, pending);
  const batch = pending.get(day) ?? { emails: [] };
  batch.emails.push(email);
  if (!batch.result) {
    pending.set(day, batch);
    batch.result = new Promise((resolve) => setImmediate(resolve)).then(async () => {
      pending.delete(day);
      const { data } = await context.vendors.Query.statusDetails({
        root: {},
        args: { input: { filter: { agents: batch.emails, dateFilter: { date: day, timeZoneOffSet: 0 } } } },
        context,
        info,
        selectionSet: '{ data { email status { primaryStatus secondaryStatus startTime endTime } } }',
      });
      return new Map(data.map((agent) => [agent.email, agent.status]));
    });
  }
  return batch.result.then((byEmail) => byEmail.get(email) ?? []);
}

function toPeriod(key, { primaryStatus, secondaryStatus, startTime, endTime }) {
  const [start, end] = [`${startTime}.000Z`, endTime === '-' ? null : `${endTime}.000Z`];
  return {
    id: `${key} ${startTime}`,
    status: primaryStatus,
    label: secondaryStatus,
    vendorStatus: primaryStatus,
    start,
    end,
    durationSeconds: end === null ? null : Math.round((Date.parse(end) - Date.parse(start)) / 1000),
    isOngoing: end === null,
  };
}

function findAgents(filter) {
  if (filter?.emails) {
    const emails = new Set(filter.emails);
    return agents.filter(({ email }) => emails.has(email));
  }
  return filter?.nameContains ? agents.filter(({ name }) => name.includes(filter.nameContains)) : agents;
}

export const gatewayConfig = defineConfig({
  logging: false,
  ...(isCached && { cache: { type: 'localforage' }, responseCaching: { session: () => null, ttl } }),
  additionalTypeDefs: `
    extend type Query { agents(first: Int = 50, filter: AgentFilter): Agents!  agentByKey(key: String!): Agent }
    input AgentFilter { nameContains: String  emails: [String!] }
    type Agents { nodes: [Agent!]! }
    type Agent { id: ID!  name: String  latestInteractions: Interactions  statusPeriods(during: TimeRange!): Periods }
    type Interactions { nodes: [Interaction!]! }
    type Interaction { guid: ID!  start: String! }
    type Periods { nodes: [Period!]! }
    type Period { id: ID!  status: String!  label: String  vendorStatus: String!  start: String!  end: String  durationSeconds: Int  isOngoing: Boolean }
    input TimeRange { from: String!  to: String! }
  `,
  additionalResolvers: {
    Query: {
      agents: (_source, { first, filter }) => ({ nodes: findAgents(filter).slice(0, first) }),
      agentByKey: (_source, { key }) => agentsByKey.get(key) ?? null,
    },
    Agent: {
      latestInteractions: async ({ key }, _args, context, info) => ({
        nodes: await cached(interactionsCache, key, () => fetchInteractions(key, context, info)),
      }),
      statusPeriods: async ({ key, email }, { during }, context, info) => {
        const day = during.from.slice(0, 10);
        const load = () => fetchPeriods(email, day, context, info);
        const status = await cached(periodsCache, `${day} ${email}`, load);
        return { nodes: status.map((record) => toPeriod(key, record)) };
      },
    },
  },
});
