import { type CallEstimator, countAgents, type TargetAgents } from '../call-estimate.ts';
import { TOKEN_ENDPOINT } from './auth.ts';
import { LATEST_INTERACTIONS_ENDPOINT, type VonageClient } from './client.ts';
import type { VonageConfig } from './config.ts';
import { interactionNamespace } from './loaders.ts';
import { type InteractionParameters, requiresVersion2, toParameters } from './map.ts';

interface ReadGroup {
  readonly parameters: InteractionParameters;
  readonly targets: TargetAgents[];
}

/**
 * One call for each agent and set of parameters, and one token for the account. Not counted: a token that the vendor revokes
 * early costs another token call, and a repetition of the rejected call.
 */
export function estimateCalls(
  { apiVersion }: Pick<VonageConfig, 'apiVersion'>,
  client: Pick<VonageClient, 'hasToken'>,
): CallEstimator {
  return (reads, _now, probe) => {
    const groups = new Map<string, ReadGroup>();
    for (const read of reads) {
      if (read.capability !== 'latestInteractions') continue;
      if (apiVersion === 1 && requiresVersion2(read.query)) continue;
      const parameters = apiVersion === 1 ? {} : toParameters(read.query);
      const key = JSON.stringify(parameters);
      const group = groups.get(key) ?? { parameters, targets: [] };
      group.targets.push(read.target);
      groups.set(key, group);
    }
    const calls = [...groups.values()]
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
