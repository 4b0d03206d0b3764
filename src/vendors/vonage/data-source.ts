import { sourceReport, unsupportedReport } from '../../domain/source.ts';
import { vendorError } from '../../http/response.ts';
import { toCallTarget } from '../call-target.ts';
import type { AccountDataSource, DataSourceContext } from '../vendor.ts';
import { LATEST_INTERACTIONS_ENDPOINT } from './client.ts';
import { createLoaders, type VonageDeps } from './loaders.ts';
import { filterByQuery, requiresVersion2, toInteractions, toParameters } from './map.ts';

/** Version 1 ignores `size` and returns as many interactions as it chooses (mostly one): all of them are returned. */
export function createDataSource(deps: VonageDeps, request: DataSourceContext): AccountDataSource {
  const loaders = createLoaders(deps, request);
  const target = toCallTarget(deps.account, LATEST_INTERACTIONS_ENDPOINT);
  const { apiVersion } = deps.config;
  return {
    latestInteractions: async (ref, query) => {
      if (apiVersion === 1 && requiresVersion2(query)) return { data: [], sources: [unsupportedReport(target)] };
      const parameters = apiVersion === 1 ? {} : toParameters(query);
      const cached = await loaders.interactions.load({ ref, apiVersion, parameters });
      const isComplete = !cached.value.includes(null);
      const error = isComplete ? null : vendorError(target, 'VENDOR_BAD_RESPONSE', { reason: 'contract' });
      const interactions = toInteractions(cached.value, target.account, ref);
      return {
        data: apiVersion === 1 ? interactions : filterByQuery(interactions, query),
        sources: [sourceReport(target, [cached], { error })],
      };
    },
  };
}
