import { createEstimates } from '../estimate.ts';
import { defineVendor } from '../vendor.ts';
import { createClient } from './client.ts';
import { config } from './config.ts';
import { estimateLists } from './estimate.ts';
import { references } from './references.ts';
import { openSandbox } from './sandbox.ts';
import { createSources, recall } from './sources.ts';

export const liveperson = defineVendor({
  name: 'LIVEPERSON',
  key: 'liveperson',
  config,
  references,
  connect: (settings, { account, clock, http, cache, ttl }) => {
    const client = createClient(settings, account, http, clock);
    const lp = { account, config: settings, client, cache, ttl };
    return {
      account,
      open: (query) => createSources(lp, query),
      ...(settings.discover && { recall: () => recall(lp) }),
      ...createEstimates(cache, estimateLists(settings)),
    };
  },
  sandbox: openSandbox,
});
