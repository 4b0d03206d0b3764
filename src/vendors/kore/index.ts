import type { CallTarget } from '../../domain/vendor-error.ts';
import { createEstimates } from '../estimate.ts';
import { defineVendor } from '../vendor.ts';
import { createClient } from './client.ts';
import { config } from './config.ts';
import { openDiscovery, recall } from './discovery.ts';
import { estimatePosts } from './estimate.ts';
import type { KoreAccount } from './loaders.ts';
import { references } from './references.ts';
import { openSandbox } from './sandbox.ts';
import { openStatusSources } from './sources.ts';
import { ENDPOINT } from './wire.ts';

/** Kore.ai Contact Center AI (SmartAssist): what people's statuses were, and who there is. */
export const kore = defineVendor({
  name: 'KORE',
  key: 'kore',
  config,
  references,
  connect: (entry, { account, clock, http, cache, ttl }) => {
    const target: CallTarget = { vendor: account.vendor, account: account.name, endpoint: ENDPOINT };
    const client = createClient(entry, target, http, clock);
    const connected: KoreAccount = { target, client, cache, ttl, maxDaysPerCall: entry.maxDaysPerCall };
    return {
      account,
      open: (query) => ({
        ...openStatusSources(connected, query),
        ...(entry.discover && { discover: openDiscovery(connected, entry.discoverHours, query) }),
      }),
      ...(entry.discover && { recall: () => recall(connected) }),
      ...createEstimates(cache, estimatePosts(entry)),
    };
  },
  sandbox: openSandbox,
});
