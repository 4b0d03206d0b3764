import { Secret } from '../../config/secret.ts';
import type { Instant } from '../../domain/clock.ts';
import { MINUTE, SECOND } from '../../domain/time.ts';
import type { CallTarget } from '../../domain/vendor-error.ts';
import type { CallContext, VendorRequest } from '../../http/types.ts';
import { toVendorError } from '../../http/classify-error.ts';
import { parseJson, assertOk, vendorError } from '../../http/response.ts';
import { abortable } from '../../http/abort.ts';
import { extractVendorMessage } from '../../http/vendor-message.ts';
import { createEndpointUrl } from '../endpoint-url.ts';
import { redactSecrets } from '../redact.ts';
import type { AdapterDependencies } from '../vendor.ts';
import type { VonageConfig } from './config.ts';
import { type TokenResponse, tokenResponseSchema } from './wire.ts';

export const TOKEN_ENDPOINT = 'connect/token';

/** A token has to fit into a header, which no server takes of this size. */
const MAX_BODY_BYTES = 64 * 1024;

/** Documented are 7200 s. Where the server says nothing, a token is not trusted for long. */
const DEFAULT_LIFETIME_SECONDS = 300;

/** Vonage's own sample renews a token when so much of its life is over. */
const RENEW_AT_RATIO = 0.9;

/** A renewal that failed is not tried again for so long while the old token serves, however many queries come. */
const RENEWAL_RETRY_DELAY_MS = 10 * SECOND;

/** What is refused with a new token, too, is not refused for the token's sake; another one is tried no more often. */
const MIN_INVALIDATION_INTERVAL_MS = MINUTE;

/** An access token; compared by identity. */
export interface AccessToken {
  readonly text: Secret;
  /** On the clock that is never set back. */
  readonly renewAt: number;
  readonly expiresAt: number;
}

/** The tokens of one account, for as long as it is connected. */
export interface TokenProvider {
  /**
   * The account's token: the one that is held until it has expired (its renewal goes on beside), else one that is fetched:
   * one fetch at a time, for however many wait. The wait ends with the scope's signal, but the fetch goes on for the others.
   */
  readonly getToken: (context: CallContext) => Promise<AccessToken>;
  /**
   * To be told of a token that the vendor refused; says whether another one is worth a try. If so, the refused one is not
   * given out again.
   */
  readonly invalidate: (refused: AccessToken) => boolean;
  /** To be told that the new token was refused like the old one: the next refusals are not the token's fault either, for a while. */
  readonly reportInvalidationFailed: () => void;
  /** Whether `current` would give one without waiting for it. */
  readonly hasToken: () => boolean;
}

/**
 * OAuth 2 client credentials. Sources: "Using the bearer access token", https://docs-vcc.atlassian.net/wiki, and Vonage's
 * sample newvoicemedia/vcc-node-code-snippets (oidcClient.js).
 */
export function createTokenProvider(
  config: VonageConfig,
  { account, clock, http, tokenStore }: AdapterDependencies,
): TokenProvider {
  const target: CallTarget = { vendor: account.vendor, account: account.name, endpoint: TOKEN_ENDPOINT };
  const request = createTokenRequest(config);
  const secrets = [config.accountKey, config.clientSecret];
  // A query that goes away must not take the token along for which others wait; each attempt has a deadline of its own.
  const { signal } = new AbortController();
  let currentToken: AccessToken | null = null;
  let pendingFetch: Promise<AccessToken> | null = null;
  // Another process may not know yet that the vendor refused it.
  let lastRefused: string | null = null;
  // On the clock that is never set back.
  let nextRenewalAt = -Infinity;
  let nextInvalidationAt = -Infinity;

  async function fetchToken(context: CallContext): Promise<AccessToken> {
    const requestedAt = clock.monotonicMs();
    const response = redactSecrets(await http.send(request, { ...context, signal }), secrets);
    // Whatever the endpoint has against the request, it is the account's credentials and scope that it is made of.
    if (response.status >= 400 && response.status < 500 && response.status !== 429) {
      const details = {
        status: response.status,
        reason: 'token_refused',
        vendorMessage: extractVendorMessage(response.body),
      };
      throw vendorError(target, 'VENDOR_AUTH_FAILED', details);
    }
    const tokenResponse = parseJson(assertOk(response, target, clock.now()), tokenResponseSchema, target);
    const lifetimeMs = parseLifetimeSeconds(tokenResponse) * SECOND;
    return {
      text: new Secret(tokenResponse.access_token),
      renewAt: requestedAt + lifetimeMs * RENEW_AT_RATIO,
      expiresAt: requestedAt + lifetimeMs,
    };
  }

  /** The token of all processes, if they share one; fetched by the one that is first. */
  async function getSharedToken(context: CallContext): Promise<AccessToken> {
    if (!tokenStore) return fetchToken(context);
    const shared = await tokenStore.getOrFetch({
      name: TOKEN_ENDPOINT,
      secret: config.clientSecret,
      isUsable: ({ text, renewAt }) => clock.now() < renewAt && text.reveal() !== lastRefused,
      fetch: async () => {
        const { text, renewAt, expiresAt } = await fetchToken(context);
        return { text, renewAt: toWallClock(renewAt), expiresAt: toWallClock(expiresAt) };
      },
    });
    const { text, renewAt, expiresAt } = shared;
    return { text, renewAt: fromWallClock(renewAt), expiresAt: fromWallClock(expiresAt) };
  }

  // No process knows what another one's clock that is never set back shows.
  const toWallClock = (elapsed: number): Instant => clock.now() + elapsed - clock.monotonicMs();
  const fromWallClock = (instant: Instant): number => clock.monotonicMs() + instant - clock.now();

  async function acquireToken(context: CallContext): Promise<AccessToken> {
    try {
      return (currentToken = await getSharedToken(context));
    } finally {
      pendingFetch = null;
    }
  }

  /** Nobody's call: told to no query, for which it might come before or after the end. */
  function renewInBackground(): void {
    if (pendingFetch !== null || clock.monotonicMs() < nextRenewalAt) return;
    pendingFetch = acquireToken({ signal, record: noop, restrictCache: noop });
    // Whoever waits for a token by then hears of it; the old one serves the others until it has expired.
    pendingFetch.catch(() => {
      nextRenewalAt = clock.monotonicMs() + RENEWAL_RETRY_DELAY_MS;
    });
  }

  const isUsable = (token: AccessToken | null): token is AccessToken =>
    token !== null && clock.monotonicMs() < token.expiresAt;

  return {
    getToken: async (context) => {
      if (isUsable(currentToken)) {
        const token = currentToken;
        if (clock.monotonicMs() >= token.renewAt) renewInBackground();
        return token;
      }
      pendingFetch ??= acquireToken(context);
      return abortable(pendingFetch, context.signal).catch((error: unknown) => {
        throw error === context.signal.reason ? toVendorError(error, target, 'waiting') : error;
      });
    },
    invalidate: (refused) => {
      if (currentToken !== refused) return true;
      if (clock.monotonicMs() < nextInvalidationAt) return false;
      lastRefused = refused.text.reveal();
      currentToken = null;
      return true;
    },
    reportInvalidationFailed: () => {
      nextInvalidationAt = clock.monotonicMs() + MIN_INVALIDATION_INTERVAL_MS;
    },
    hasToken: () => isUsable(currentToken),
  };
}

/** The header that carries a token. */
export function toAuthorizationHeader(token: AccessToken): Readonly<Record<string, string>> {
  return { Authorization: `Bearer ${token.text.reveal()}` };
}

function createTokenRequest(config: VonageConfig): VendorRequest {
  const { clientId, clientSecret, scope } = config;
  const inBody = config.credentialsIn === 'body';
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    ...(inBody && { client_id: clientId, client_secret: clientSecret.reveal() }),
    ...(scope !== undefined && { scope }),
  });
  return {
    endpoint: TOKEN_ENDPOINT,
    method: 'POST',
    url: config.tokenUrl ?? createEndpointUrl(config.baseUrl, 'Auth', 'connect', 'token'),
    headers: { Accept: 'application/json', 'Content-Type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
    // Another token does the first no harm.
    idempotent: true,
    maxBytes: MAX_BODY_BYTES,
    ...(!inBody && { authorize: () => ({ Authorization: basicCredentials(clientId, clientSecret) }) }),
  };
}

/** RFC 6749, section 2.3.1: both are form-encoded before they are joined. */
function basicCredentials(clientId: string, clientSecret: Secret): string {
  const encode = (text: string) => new URLSearchParams([['', text]]).toString().slice(1);
  return `Basic ${Buffer.from(`${encode(clientId)}:${encode(clientSecret.reveal())}`).toString('base64')}`;
}

/** A number of seconds, also as a text; a token that is said to have expired already serves only those who wait for it. */
function parseLifetimeSeconds({ expires_in: sent }: TokenResponse): number {
  const seconds = sent == null || sent === '' ? NaN : Number(sent);
  return Number.isFinite(seconds) ? Math.max(0, seconds) : DEFAULT_LIFETIME_SECONDS;
}

function noop(): void {
  // What happens beside the queries is told to nobody but the metrics.
}
