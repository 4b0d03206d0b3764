import type { CallTarget } from '../../domain/vendor-error.ts';
import { createCallEstimates } from '../call-estimate.ts';
import { defineVendor } from '../vendor.ts';
import { createClient } from './client.ts';
import { config } from './config.ts';
import { createDiscovery, cachedAgents } from './discovery.ts';
import { estimateCalls } from './estimate.ts';
import type { KoreDeps } from './loaders.ts';
import { references } from './references.ts';
import { createFakeVendor } from './sandbox.ts';
import { createDataSource } from './data-source.ts';
import { STATUS_DETAILS_ENDPOINT } from './wire.ts';

/** Kore.ai Contact Center AI (SmartAssist): what people's statuses were, and who there is. */
export const kore = defineVendor({
  name: 'KORE',
  key: 'kore',
  config,
  references,
  connect: (accountConfig, { account, clock, http, cache, ttl }) => {
    const target: CallTarget = { vendor: account.vendor, account: account.name, endpoint: STATUS_DETAILS_ENDPOINT };
    const client = createClient(accountConfig, target, http, clock);
    const deps: KoreDeps = { target, client, cache, ttl, maxDaysPerCall: accountConfig.maxDaysPerCall };
    return {
      account,
      createDataSource: (request) => ({
        ...createDataSource(deps, request),
        ...(accountConfig.discover && { discover: createDiscovery(deps, accountConfig.discoverHours, request) }),
      }),
      ...(accountConfig.discover && { cachedAgents: () => cachedAgents(deps) }),
      ...createCallEstimates(cache, estimateCalls(accountConfig)),
    };
  },
  createFakeVendor: createFakeVendor,
});
