// relay-compiler && node relay/build.ts && node relay/main.js http://127.0.0.1:4000/graphql
import {
  createOperationDescriptor,
  fetchQuery,
  getFragment,
  getRefetchMetadata,
  getRequest,
  getSingularSelector,
  graphql,
  requestSubscription,
} from 'relay-runtime';
import type { mainAgentRefetchQuery } from './__generated__/mainAgentRefetchQuery.graphql';
import type { mainAgentsQuery } from './__generated__/mainAgentsQuery.graphql';
import type { mainStatusesSubscription } from './__generated__/mainStatusesSubscription.graphql';
import { createRelayEnvironment } from './environment.ts';

const agentsQuery = graphql`
  query mainAgentsQuery($after: String) {
    agents(first: 30, after: $after) @connection(key: "main_agents") {
      edges {
        node {
          id
          ...mainAgent_agent
        }
      }
    }
  }
`;

/** Relay writes the query that reads one agent again, by node(id:). */
const agentFragment = graphql`
  fragment mainAgent_agent on Agent @refetchable(queryName: "mainAgentRefetchQuery") {
    name
    presence {
      status {
        status
        start
      }
    }
  }
`;

/** What @connection adds to the selection. */
interface WithPageInfo {
  readonly agents: { readonly pageInfo: { readonly endCursor: string | null; readonly hasNextPage: boolean } };
}

/** Events update the agents of the store, and with them the components that show them. */
const statusesSubscription = graphql`
  subscription mainStatusesSubscription {
    agents(first: 100) {
      nodes {
        id
        ...mainAgent_agent
      }
    }
  }
`;

const environment = createRelayEnvironment(
  process.argv[2] ?? 'http://127.0.0.1:4000/graphql',
  process.env.SWITCHBOARD_KEY,
);

// The connection in the store grows with each page; React components read it with usePaginationFragment.
const all = createOperationDescriptor(getRequest(agentsQuery), {});
environment.retain(all);
let pages = 0;
let after: string | null = null;
do {
  await fetchQuery<mainAgentsQuery>(environment, agentsQuery, { after }).toPromise();
  after = readAgents().pageInfo.endCursor;
  pages++;
} while (readAgents().pageInfo.hasNextPage);

const nodes = readAgents().edges.map(({ node }) => node);
const [agent] = nodes;
const { refetchableRequest } = getRefetchMetadata(getFragment(agentFragment), 'main');
const id = agent?.id ?? '';
const refetched = await fetchQuery<mainAgentRefetchQuery>(environment, refetchableRequest, { id }).toPromise();
const selector = agent && getSingularSelector(getFragment(agentFragment), agent);
const live = await new Promise<number | undefined>((resolve, reject) => {
  const { dispose } = requestSubscription<mainStatusesSubscription>(environment, {
    subscription: statusesSubscription,
    variables: {},
    onNext(event) {
      dispose();
      resolve(event?.agents.nodes.length);
    },
    onError: reject,
  });
});
console.log(
  JSON.stringify({
    pages,
    agents: nodes.length,
    distinctAgents: new Set(nodes.map((node) => node.id)).size,
    live,
    isRefetched: Boolean(refetched?.node),
    agent: selector && environment.lookup(selector).data,
  }),
);

function readAgents() {
  return (environment.lookup(all.fragment).data as unknown as mainAgentsQuery['response'] & WithPageInfo).agents;
}
