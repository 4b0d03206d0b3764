import { type Estimate, type Whom, countAgents } from '../estimate.ts';
import { TOKEN_ENDPOINT } from './auth.ts';
import { LATEST_INTERACTIONS, type VonageClient } from './client.ts';
import { interactionSpace } from './loaders.ts';
import { type Parameters, isBeyondVersion1, parametersOf } from './map.ts';

/**
 * Each agent and set of parameters is one call; for all of them the account needs one token. One that the vendor takes back
 * before its time would cost another one, and the call that it was for again.
 */
export function estimateInteractions(apiVersion: 1 | 2, client: Pick<VonageClient, 'holdsToken'>): Estimate {
  return (questions, _now, held) => {
    const asked = new Map<string, { readonly parameters: Parameters; readonly whoms: Whom[] }>();
    for (const question of questions) {
      if (question.capability !== 'latestInteractions') continue;
      if (apiVersion === 1 && isBeyondVersion1(question.query)) continue;
      const parameters = apiVersion === 1 ? {} : parametersOf(question.query);
      const name = JSON.stringify(parameters);
      const known = asked.get(name) ?? { parameters, whoms: [] };
      known.whoms.push(question.whom);
      asked.set(name, known);
    }
    const calls = [...asked.values()]
      .map(({ parameters, whoms }) =>
        countAgents(whoms, (ref) => !held.has(interactionSpace, { ref, apiVersion, parameters })),
      )
      .reduce((sum, count) => sum + count, 0);
    const needsToken = calls > 0 && !(held.tokens && client.holdsToken());
    return [
      { endpoint: TOKEN_ENDPOINT, calls: needsToken ? 1 : 0 },
      { endpoint: LATEST_INTERACTIONS, calls },
    ];
  };
}
