import { createEstimates } from '../estimate.ts';
import { defineVendor } from '../vendor.ts';
import { createClient } from './client.ts';
import { config } from './config.ts';
import { estimateUsage } from './estimate.ts';
import { openLoaders } from './loaders.ts';
import { references } from './references.ts';
import { openSandbox } from './sandbox.ts';
import { openUsageSources } from './sources.ts';

/** Avaamo: how bots were used. */
export const avaamo = defineVendor({
  name: 'AVAAMO',
  key: 'avaamo',
  config,
  references,
  connect: (entry, shared) => {
    const client = createClient(entry, shared);
    return {
      account: shared.account,
      open: (query) => openUsageSources(shared.account, openLoaders(client, shared, query)),
      ...createEstimates(shared.cache, estimateUsage()),
    };
  },
  sandbox: openSandbox,
});
