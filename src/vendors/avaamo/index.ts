import { createCallEstimates } from '../call-estimate.ts';
import { defineVendor } from '../vendor.ts';
import { createClient } from './client.ts';
import { config } from './config.ts';
import { createDataSource } from './data-source.ts';
import { estimateCalls } from './estimate.ts';
import { extentOf } from './extent.ts';
import { probe } from './probe.ts';
import { references } from './references.ts';
import { createFakeVendor } from './sandbox.ts';

/** Avaamo: usage statistics of bots. */
export const avaamo = defineVendor({
  name: 'AVAAMO',
  key: 'avaamo',
  config,
  references,
  connect: (accountConfig, dependencies) => {
    const { account, cache, ttl } = dependencies;
    const client = createClient(accountConfig, dependencies);
    const deps = { account, config: accountConfig, client, cache, ttl };
    return {
      account,
      extentOf,
      createDataSource: (request) => createDataSource(deps, request),
      probe: (ref, context) => probe(client, ref, dependencies.clock.now(), context),
      ...createCallEstimates(cache, estimateCalls()),
    };
  },
  createFakeVendor,
});
