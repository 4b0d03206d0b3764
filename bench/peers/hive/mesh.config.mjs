import { defineConfig } from '@graphql-mesh/compose-cli';
import { loadJSONSchemaSubgraph } from '@omnigraph/json-schema';

/** The vendors' endpoints as a subgraph. `npm run compose` writes supergraph.graphql. */
const vendors = loadJSONSchemaSubgraph('vendors', {
  endpoint: '{env.VENDOR_URL}',
  operationHeaders: { accept: 'application/json' },
  operations: [
    {
      type: 'Query',
      field: 'interactions',
      method: 'GET',
      path: '/v0/key/agents/{args.agent}/latestInteractions',
      argTypeMap: { agent: { type: 'string' } },
      responseSample: { interactions: [{ guid: 'g', start: '2026-11-20T09:00:00Z', hasEnded: true }] },
      responseTypeName: 'VonageInteractions',
    },
    {
      type: 'Query',
      field: 'statusDetails',
      method: 'POST',
      path: '/agentassist/api/public/analytics/account/account/agentstatusdetails?limit=50&offset=0',
      headers: { 'content-type': 'application/json', auth: 'token' },
      requestSample: { filter: { agents: ['a'], dateFilter: { date: 'd', timeZoneOffSet: 1 } } },
      requestTypeName: 'StatusRequest',
      responseSample: {
        hasMore: false,
        data: [{ email: 'e', status: [{ primaryStatus: 'A', secondaryStatus: 'B', startTime: 's', endTime: 'e' }] }],
      },
      responseTypeName: 'StatusDetails',
    },
  ],
});

export const composeConfig = defineConfig({ subgraphs: [{ sourceHandler: vendors }] });
