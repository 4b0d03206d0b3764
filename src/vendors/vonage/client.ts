import { toCallTarget } from '../../domain/call-target.ts';
import { VendorError } from '../../domain/vendor-error.ts';
import { assertOk, parseJson } from '../../http/response.ts';
import type { CallContext, VendorRequest, VendorUrl } from '../../http/types.ts';
import { createUrlTemplate } from '../endpoint-url.ts';
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
  const toUrl = createUrls(config);
  const toCredentials = createCredentials(config);
  // This selects the API version; the `v0` in the path is the same for all versions.
  const headers = { Accept: `application/json;version=${config.apiVersion}` };

  function fetchWithToken(token: AccessToken, url: VendorUrl, context: CallContext): Promise<StoredInteractions> {
    const { authorize, secrets } = toCredentials(token);
    const request: VendorRequest = {
      endpoint: LATEST_INTERACTIONS_ENDPOINT,
      method: 'GET',
      url,
      headers,
      authorize,
      maxBytes: MAX_BODY_BYTES,
    };
    return http.read(request, context, (response) => {
      const ok = assertOk(redactSecrets(response, secrets), target, clock.now());
      const interactions = parseJson(ok, interactionsResponseSchema, target);
      const unreadable = interactions.filter((interaction) => interaction === null).length;
      if (unreadable > 0) onDropped(LATEST_INTERACTIONS_ENDPOINT, 'contract', unreadable);
      return interactions;
    });
  }

  return {
    /** The vendor can revoke a token before it expires: a rejected token is replaced, and the call repeated once at most. */
    latestInteractions: async (ref, parameters, context) => {
      const url = toUrl(ref, parameters);
      const known = tokens.getToken(context);
      const token = known instanceof Promise ? await known : known;
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
    },
    hasToken: tokens.hasToken,
  };
}

/** Returns the URLs of agents. What they have in common is made once. */
function createUrls({ path, baseUrl, accountKey }: VonageConfig) {
  const toAgentUrl = createUrlTemplate(
    baseUrl,
    path
      .slice(1)
      .split('/')
      .map((segment) => (segment === '{agentId}' ? null : segment === '{accountKey}' ? accountKey.reveal() : segment)),
  );
  return (ref: string, parameters: InteractionParameters): VendorUrl =>
    toAgentUrl(ref, Object.entries(parameters) as readonly [string, string | number | boolean][]);
}

/** Returns what a call with a token carries, and what its error must not quote; made once for a token. */
function createCredentials(config: VonageConfig) {
  let last: { readonly token: AccessToken; readonly credentials: ReturnType<typeof create> } | undefined;
  const create = (token: AccessToken) => {
    const header = toAuthorizationHeader(token);
    return {
      authorize: () => header,
      secrets: [config.accountKey, config.clientSecret, token.text, ...headerSecrets(config)],
    };
  };
  return (token: AccessToken) => {
    if (last?.token !== token) last = { token, credentials: create(token) };
    return last.credentials;
  };
}

function isUnauthorized(error: unknown): boolean {
  return error instanceof VendorError && error.status === 401;
}
