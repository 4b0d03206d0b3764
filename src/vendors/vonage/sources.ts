import type { Account } from '../../domain/account.ts';
import { reportOf, unsupportedReport } from '../../domain/source.ts';
import { vendorError } from '../../http/reply.ts';
import type { Sources } from '../vendor.ts';
import { LATEST_INTERACTIONS } from './client.ts';
import type { InteractionLoader } from './loaders.ts';
import { chosen, interactionsOf, isBeyondVersion1, parametersOf } from './map.ts';

/** Version 1 answers what it thinks fit (mostly one interaction), whatever `size`: all of it is kept. */
export function openInteractionSources(account: Account, apiVersion: 1 | 2, loader: InteractionLoader): Sources {
  const at = { vendor: account.vendor, account: account.name, endpoint: LATEST_INTERACTIONS };
  return {
    latestInteractions: async (ref, query) => {
      if (apiVersion === 1 && isBeyondVersion1(query)) return { data: [], sources: [unsupportedReport(at)] };
      const parameters = apiVersion === 1 ? {} : parametersOf(query);
      const answer = await loader.load({ ref, apiVersion, parameters });
      const isWhole = !answer.value.includes(null);
      const error = isWhole ? null : vendorError(at, 'VENDOR_BAD_RESPONSE', { reason: 'contract' });
      const interactions = interactionsOf(answer.value, account.name, ref);
      return {
        data: apiVersion === 1 ? interactions : chosen(interactions, query),
        sources: [reportOf(at, [answer], { error })],
      };
    },
  };
}
