import { createCallEstimates } from '../call-estimate.ts';
import { defineVendor } from '../vendor.ts';
import { createClient } from './client.ts';
import { config } from './config.ts';
import { createDataSource } from './data-source.ts';
import { estimateCalls } from './estimate.ts';
import { probe } from './probe.ts';
import { references } from './references.ts';
import { createFakeVendor } from './sandbox.ts';

/** Vonage Contact Center: the latest interactions of agents. */
export const vonage = defineVendor({
  name: 'VONAGE',
  key: 'vonage',
  config,
  references,
  connect: (accountConfig, dependencies) => {
    const { account, cache, ttl } = dependencies;
    const client = createClient(accountConfig, dependencies);
    const deps = { account, config: accountConfig, client, cache, ttl };
    return {
      account,
      createDataSource: (request) => createDataSource(deps, request),
      probe: (ref, context) => probe(client, ref, context),
      ...createCallEstimates(cache, estimateCalls(accountConfig, client)),
    };
  },
  createFakeVendor,
});
