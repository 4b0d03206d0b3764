import type { Account } from '../../domain/account.ts';
import { sourceReport, unsupportedReport } from '../../domain/source.ts';
import { vendorError } from '../../http/response.ts';
import type { AccountDataSource } from '../vendor.ts';
import { LATEST_INTERACTIONS_ENDPOINT } from './client.ts';
import type { InteractionLoader } from './loaders.ts';
import { filterByQuery, toInteractions, requiresVersion2, toParameters } from './map.ts';

/** Version 1 answers what it thinks fit (mostly one interaction), whatever `size`: all of it is kept. */
export function createDataSource(account: Account, apiVersion: 1 | 2, loader: InteractionLoader): AccountDataSource {
  const target = { vendor: account.vendor, account: account.name, endpoint: LATEST_INTERACTIONS_ENDPOINT };
  return {
    latestInteractions: async (ref, query) => {
      if (apiVersion === 1 && requiresVersion2(query)) return { data: [], sources: [unsupportedReport(target)] };
      const parameters = apiVersion === 1 ? {} : toParameters(query);
      const cached = await loader.load({ ref, apiVersion, parameters });
      const isComplete = !cached.value.includes(null);
      const error = isComplete ? null : vendorError(target, 'VENDOR_BAD_RESPONSE', { reason: 'contract' });
      const interactions = toInteractions(cached.value, account.name, ref);
      return {
        data: apiVersion === 1 ? interactions : filterByQuery(interactions, query),
        sources: [sourceReport(target, [cached], { error })],
      };
    },
  };
}
