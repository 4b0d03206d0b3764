import type { CallScope, VendorReply } from '../../http/call.ts';
import { readJson, requireOk } from '../../http/reply.ts';
import { endpointUrl } from '../path.ts';
import { withoutSecrets } from '../redact.ts';
import type { Shared } from '../vendor.ts';
import { type Token, bearer, openTokens } from './auth.ts';
import type { VonageConfig } from './config.ts';
import type { Parameters } from './map.ts';
import { type Interactions, interactionsReply } from './wire.ts';

/** The last part of the endpoint's path. */
export const LATEST_INTERACTIONS = 'latestInteractions';

/** An agent has a few interactions at a time; a hundred, as many as are ever asked for, come to thirty kilobytes. */
const MAX_BYTES = 1024 * 1024;

export interface VonageClient {
  /** Rejects with a VendorError; NOT_FOUND is an unknown agent, but also a wrong account key: the answer is the same. */
  readonly latestInteractions: (ref: string, parameters: Parameters, scope: CallScope) => Promise<Interactions>;
  /** Whether there is a token just now that has not expired. */
  readonly holdsToken: () => boolean;
}

/** Source: "Getting agent details about most recent interaction", https://docs-vcc.atlassian.net/wiki/x/A4C-1. */
export function createClient(config: VonageConfig, shared: Shared): VonageClient {
  const { account, http, clock } = shared;
  const target = { vendor: account.vendor, account: account.name, endpoint: LATEST_INTERACTIONS };
  const tokens = openTokens(config, shared);

  /** A token can be withdrawn before its time: a refused one is replaced, and the call made again, once at most. */
  async function get(url: URL, scope: CallScope): Promise<VendorReply> {
    const token = await tokens.current(scope);
    const reply = await getWith(token, url, scope);
    if (reply.status !== 401 || !tokens.replace(token)) return reply;
    const again = await getWith(await tokens.current(scope), url, scope);
    if (again.status === 401) tokens.replacedInVain();
    return again;
  }

  async function getWith(token: Token, url: URL, scope: CallScope): Promise<VendorReply> {
    const reply = await http.send(
      {
        endpoint: LATEST_INTERACTIONS,
        method: 'GET',
        url,
        // The version that counts is this one; the `v0` in the path is the same for all.
        headers: { Accept: `application/json;version=${config.apiVersion}` },
        authorize: () => bearer(token),
        maxBytes: MAX_BYTES,
      },
      scope,
    );
    return withoutSecrets(reply, [config.accountKey, config.clientSecret, token.text]);
  }

  return {
    latestInteractions: async (ref, parameters, scope) => {
      const url = endpointUrl(config.baseUrl, 'v0', config.accountKey.reveal(), 'agents', ref, LATEST_INTERACTIONS);
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, String(value));
      return readJson(requireOk(await get(url, scope), target, clock.now()), interactionsReply, target);
    },
    holdsToken: tokens.isHeld,
  };
}
