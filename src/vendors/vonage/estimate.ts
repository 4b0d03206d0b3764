import { type CallEstimator, countAgents, groupByKey, type PlannedRead, type TargetAgents } from '../call-estimate.ts';
import { TOKEN_ENDPOINT } from './auth.ts';
import { LATEST_INTERACTIONS_ENDPOINT, type VonageClient } from './client.ts';
import type { VonageConfig } from './config.ts';
import { interactionNamespace } from './loaders.ts';
import { type InteractionParameters, requiresVersion2, toParameters } from './map.ts';

interface InteractionRead {
  readonly parameters: InteractionParameters;
  readonly target: TargetAgents;
}

/**
 * One call for each agent and set of parameters, and one token for the account. Not counted: a token that the vendor revokes
 * early costs another token call, and a repetition of the rejected call.
 */
export function estimateCalls(
  { apiVersion }: Pick<VonageConfig, 'apiVersion'>,
  client: Pick<VonageClient, 'hasToken'>,
): CallEstimator {
  function toInteractionRead(read: PlannedRead): InteractionRead | [] {
    if (read.capability !== 'latestInteractions' || (apiVersion === 1 && requiresVersion2(read.query))) return [];
    return { parameters: apiVersion === 1 ? {} : toParameters(read.query), target: read.target };
  }

  return (reads, _now, probe) => {
    let calls = 0;
    const groups = groupByKey(reads.flatMap(toInteractionRead), ({ parameters }) => JSON.stringify(parameters));
    for (const group of groups) {
      const { parameters = {} } = group[0] ?? {};
      calls += countAgents(
        group.map(({ target }) => target),
        (ref) => !probe.isCached(interactionNamespace, { ref, apiVersion, parameters }),
      );
    }
    const needsToken = calls > 0 && !(probe.includesTokens && client.hasToken());
    return [
      { endpoint: TOKEN_ENDPOINT, calls: needsToken ? 1 : 0 },
      { endpoint: LATEST_INTERACTIONS_ENDPOINT, calls },
    ];
  };
}
