import { createCallEstimates } from '../call-estimate.ts';
import { createKeptMapping } from '../kept-mapping.ts';
import { defineVendor } from '../vendor.ts';
import { createClient } from './client.ts';
import { config } from './config.ts';
import { createDataSource } from './data-source.ts';
import { estimateCalls } from './estimate.ts';
import { extentOf } from './extent.ts';
import { toInteractions } from './map.ts';
import { probe } from './probe.ts';
import { references } from './references.ts';
import { createFakeVendor } from './sandbox.ts';
import type { StoredInteractions } from './wire.ts';

/** Vonage Contact Center: the latest interactions of agents. */
export const vonage = defineVendor({
  name: 'VONAGE',
  key: 'vonage',
  config,
  references,
  connect: (accountConfig, dependencies) => {
    const { account, cache, ttl } = dependencies;
    const client = createClient(accountConfig, dependencies);
    const mapInteractions = createKeptMapping((stored: StoredInteractions, _observedAt, ref) =>
      toInteractions(stored, account.name, ref),
    );
    const deps = { account, config: accountConfig, client, cache, ttl, mapInteractions };
    return {
      account,
      extentOf,
      createDataSource: (request) => createDataSource(deps, request),
      probe: (ref, context) => probe(client, ref, context),
      ...createCallEstimates(cache, estimateCalls(accountConfig, client)),
    };
  },
  createFakeVendor,
});
