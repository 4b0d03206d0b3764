import type { CachedValue } from '../../cache/cache.ts';
import { toCallTarget } from '../../domain/call-target.ts';
import type { Interaction } from '../../domain/interaction.ts';
import { mapValue } from '../../domain/maybe-promise.ts';
import { type SourcedResult, sourceReport, unsupportedReport } from '../../domain/source.ts';
import { vendorError } from '../../http/response.ts';
import { hasTimeToLive } from '../kept-mapping.ts';
import type { AccountDataSource, DataSourceContext } from '../vendor.ts';
import { LATEST_INTERACTIONS_ENDPOINT } from './client.ts';
import { createLoaders, hasAll, type VonageDeps } from './loaders.ts';
import { filterByQuery, requiresVersion2, toParameters } from './map.ts';
import type { StoredInteractions } from './wire.ts';

/** Version 1 ignores `size` and returns as many interactions as it chooses (mostly one): all of them are returned. */
export function createDataSource(deps: VonageDeps, request: DataSourceContext): AccountDataSource {
  const loaders = createLoaders(deps, request);
  const target = toCallTarget(deps.account, LATEST_INTERACTIONS_ENDPOINT);
  const { apiVersion } = deps.config;
  return {
    latestInteractions: (ref, query) => {
      if (apiVersion === 1 && requiresVersion2(query)) return { data: [], sources: [unsupportedReport(target)] };
      const parameters = apiVersion === 1 ? {} : toParameters(query);
      const toResult = (cached: CachedValue<StoredInteractions>): SourcedResult<readonly Interaction[]> => {
        const error = hasAll(cached.value) ? null : vendorError(target, 'VENDOR_BAD_RESPONSE', { reason: 'contract' });
        const interactions = deps.mapInteractions(cached.value, cached.fetchedAt, ref, hasTimeToLive(cached));
        return {
          data: apiVersion === 1 ? interactions : filterByQuery(interactions, query),
          sources: [sourceReport(target, [cached], { error })],
        };
      };
      return mapValue(loaders.interactions({ ref, apiVersion, parameters }), toResult);
    },
  };
}
