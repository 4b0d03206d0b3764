import { type CallEstimator, type TargetAgents, countAgents } from '../call-estimate.ts';
import { TOKEN_ENDPOINT } from './auth.ts';
import { LATEST_INTERACTIONS_ENDPOINT, type VonageClient } from './client.ts';
import { interactionNamespace } from './loaders.ts';
import { type InteractionParameters, requiresVersion2, toParameters } from './map.ts';

/**
 * Each agent and set of parameters is one call; for all of them the account needs one token. One that the vendor takes back
 * before its time would cost another one, and the call that it was for again.
 */
export function estimateCalls(apiVersion: 1 | 2, client: Pick<VonageClient, 'hasToken'>): CallEstimator {
  return (reads, _now, probe) => {
    const readsByParameters = new Map<
      string,
      { readonly parameters: InteractionParameters; readonly targets: TargetAgents[] }
    >();
    for (const read of reads) {
      if (read.capability !== 'latestInteractions') continue;
      if (apiVersion === 1 && requiresVersion2(read.query)) continue;
      const parameters = apiVersion === 1 ? {} : toParameters(read.query);
      const key = JSON.stringify(parameters);
      const known = readsByParameters.get(key) ?? { parameters, targets: [] };
      known.targets.push(read.target);
      readsByParameters.set(key, known);
    }
    const calls = [...readsByParameters.values()]
      .map(({ parameters, targets }) =>
        countAgents(targets, (ref) => !probe.isCached(interactionNamespace, { ref, apiVersion, parameters })),
      )
      .reduce((sum, count) => sum + count, 0);
    const needsToken = calls > 0 && !(probe.includesTokens && client.hasToken());
    return [
      { endpoint: TOKEN_ENDPOINT, calls: needsToken ? 1 : 0 },
      { endpoint: LATEST_INTERACTIONS_ENDPOINT, calls },
    ];
  };
}
