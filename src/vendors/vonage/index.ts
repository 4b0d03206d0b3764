import { createEstimates } from '../estimate.ts';
import { defineVendor } from '../vendor.ts';
import { createClient } from './client.ts';
import { config } from './config.ts';
import { estimateInteractions } from './estimate.ts';
import { openLoader } from './loaders.ts';
import { references } from './references.ts';
import { openSandbox } from './sandbox.ts';
import { openInteractionSources } from './sources.ts';

/** Vonage Contact Center: the latest conversations that people took part in. */
export const vonage = defineVendor({
  name: 'VONAGE',
  key: 'vonage',
  config,
  references,
  connect: (entry, shared) => {
    const client = createClient(entry, shared);
    return {
      account: shared.account,
      open: (query) => openInteractionSources(shared.account, entry.apiVersion, openLoader(client, shared, query)),
      ...createEstimates(shared.cache, estimateInteractions(entry.apiVersion, client)),
    };
  },
  sandbox: openSandbox,
});
