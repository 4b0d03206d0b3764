import { VendorError } from '../../domain/vendor-error.ts';
import { assertOk, parseJson } from '../../http/response.ts';
import type { CallContext, VendorRequest } from '../../http/types.ts';
import { toCallTarget } from '../call-target.ts';
import { createEndpointUrl } from '../endpoint-url.ts';
import { headerSecrets, redactSecrets } from '../redact.ts';
import type { AdapterDependencies } from '../vendor.ts';
import { type AccessToken, createTokenProvider, toAuthorizationHeader } from './auth.ts';
import type { VonageConfig } from './config.ts';
import type { InteractionParameters } from './map.ts';
import { interactionsResponseSchema, type StoredInteractions } from './wire.ts';

/** The last part of the endpoint's path. */
export const LATEST_INTERACTIONS_ENDPOINT = 'latestInteractions';

/** An agent has a few interactions at a time; a hundred, the most that is ever requested, come to thirty kilobytes. */
const MAX_BODY_BYTES = 1024 * 1024;

export interface VonageClient {
  /** Rejects with a VendorError. NOT_FOUND is an unknown agent or a wrong account key: the response is the same. */
  readonly latestInteractions: (
    ref: string,
    parameters: InteractionParameters,
    context: CallContext,
  ) => Promise<StoredInteractions>;
  /** Whether an unexpired token is available now. */
  readonly hasToken: () => boolean;
}

/** Source: "Getting agent details about most recent interaction", https://docs-vcc.atlassian.net/wiki/x/A4C-1. */
export function createClient(config: VonageConfig, dependencies: AdapterDependencies): VonageClient {
  const { account, http, clock, onDropped } = dependencies;
  const target = toCallTarget(account, LATEST_INTERACTIONS_ENDPOINT);
  const tokens = createTokenProvider(config, dependencies);

  /** The vendor can revoke a token before it expires: a rejected token is replaced, and the call repeated once at most. */
  async function fetchWithRetry(url: URL, context: CallContext): Promise<StoredInteractions> {
    const token = await tokens.getToken(context);
    try {
      return await fetchWithToken(token, url, context);
    } catch (error) {
      if (!isUnauthorized(error) || !tokens.invalidate(token)) throw error;
    }
    const newToken = await tokens.getToken(context);
    try {
      return await fetchWithToken(newToken, url, context);
    } catch (error) {
      if (isUnauthorized(error)) tokens.reportInvalidationFailed();
      throw error;
    }
  }

  async function fetchWithToken(token: AccessToken, url: URL, context: CallContext): Promise<StoredInteractions> {
    const request: VendorRequest = {
      endpoint: LATEST_INTERACTIONS_ENDPOINT,
      method: 'GET',
      url,
      // This selects the API version; the `v0` in the path is the same for all versions.
      headers: { Accept: `application/json;version=${config.apiVersion}` },
      authorize: () => toAuthorizationHeader(token),
      maxBytes: MAX_BODY_BYTES,
    };
    const secrets = [config.accountKey, config.clientSecret, token.text, ...headerSecrets(config)];
    const interactions = await http.read(request, context, (response) =>
      parseJson(assertOk(redactSecrets(response, secrets), target, clock.now()), interactionsResponseSchema, target),
    );
    const unreadable = interactions.filter((interaction) => interaction === null).length;
    if (unreadable > 0) onDropped(LATEST_INTERACTIONS_ENDPOINT, 'contract', unreadable);
    return interactions;
  }

  return {
    latestInteractions: async (ref, parameters, context) => {
      const segments = config.path.slice(1).split('/');
      const values = new Map([
        ['{accountKey}', config.accountKey.reveal()],
        ['{agentId}', ref],
      ]);
      const url = createEndpointUrl(config.baseUrl, ...segments.map((segment) => values.get(segment) ?? segment));
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, String(value));
      return fetchWithRetry(url, context);
    },
    hasToken: tokens.hasToken,
  };
}

function isUnauthorized(error: unknown): boolean {
  return error instanceof VendorError && error.status === 401;
}
