import { Secret } from '../../config/secret.ts';
import { toCallTarget } from '../../domain/call-target.ts';
import type { Clock, Instant } from '../../domain/clock.ts';
import type { MaybePromise } from '../../domain/maybe-promise.ts';
import { MINUTE, SECOND } from '../../domain/time.ts';
import { VendorError } from '../../domain/vendor-error.ts';
import { abortable } from '../../http/abort.ts';
import { toVendorError } from '../../http/classify-error.ts';
import { assertOk, parseJson, vendorError } from '../../http/response.ts';
import type { CallContext, VendorRequest, VendorResponse } from '../../http/types.ts';
import { extractVendorMessage } from '../../http/vendor-message.ts';
import { createEndpointUrl } from '../endpoint-url.ts';
import { headerSecrets, redactSecrets } from '../redact.ts';
import type { AdapterDependencies } from '../vendor.ts';
import type { VonageConfig } from './config.ts';
import { type TokenResponse, tokenResponseSchema } from './wire.ts';

export const TOKEN_ENDPOINT = 'connect/token';

/** A token must fit into a header, and no server accepts headers of this size. */
const MAX_BODY_BYTES = 64 * 1024;

/** Documented are 7200 s. Without `expires_in`, a token is trusted only briefly. */
const DEFAULT_LIFETIME_SECONDS = 300;

/** Vonage's own sample renews a token after this share of its lifetime. */
const RENEW_AT_RATIO = 0.9;

/** The pause after a failed renewal while the old token still works, however many queries arrive. */
const RENEWAL_RETRY_DELAY_MS = 10 * SECOND;

/** If a new token is rejected as well, the token is not the cause. Further replacements wait this long. */
const MIN_INVALIDATION_INTERVAL_MS = MINUTE;

/** An access token, compared by identity. Its times are on the monotonic clock. */
export interface AccessToken {
  readonly text: Secret;
  readonly renewAt: number;
  readonly expiresAt: number;
}

/** The tokens of one account, for as long as it is connected. */
export interface TokenProvider {
  /**
   * Returns the current token until it expires (it is renewed in the background), else a new one. One fetch at a time serves
   * all waiting requests. A request stops waiting when its signal aborts, but the fetch goes on for the others.
   */
  readonly getToken: (context: CallContext) => MaybePromise<AccessToken>;
  /** Drops a token that the vendor rejected. Returns false if another token is not worth a try; the token is then kept. */
  readonly invalidate: (rejected: AccessToken) => boolean;
  /** Reports that the new token was rejected as well, so that further rejections replace no token for a while. */
  readonly reportInvalidationFailed: () => void;
  /** Whether `getToken` would return without waiting. */
  readonly hasToken: () => boolean;
}

/**
 * OAuth 2 client credentials. Sources: "Using the bearer access token", https://docs-vcc.atlassian.net/wiki, and Vonage's
 * sample newvoicemedia/vcc-node-code-snippets (oidcClient.js).
 */
export function createTokenProvider(config: VonageConfig, dependencies: AdapterDependencies): TokenProvider {
  const { clock, onTokenRenewalFailed = noop } = dependencies;
  const target = toCallTarget(dependencies.account, TOKEN_ENDPOINT);
  const fetchToken = createTokenFetcher(config, dependencies);
  let currentToken: AccessToken | null = null;
  let pendingFetch: Promise<AccessToken> | null = null;
  // Other processes may not have seen the rejection yet, and still share this token.
  let lastRejected: string | null = null;
  // On the monotonic clock.
  let nextRenewalAt = -Infinity;
  let nextInvalidationAt = -Infinity;

  const isUsable = (token: AccessToken | null): token is AccessToken =>
    token !== null && clock.monotonicMs() < token.expiresAt;

  const isRejected = (text: Secret): boolean => text.reveal() === lastRejected;

  async function acquireToken(context: CallContext): Promise<AccessToken> {
    try {
      return (currentToken = await getSharedToken(config, dependencies, isRejected, () => fetchToken(context)));
    } catch (error) {
      if (error instanceof VendorError) onTokenRenewalFailed(error);
      throw error;
    } finally {
      pendingFetch = null;
    }
  }

  /** Recorded on no query: the query may end before the call does. */
  function renewInBackground(): void {
    if (pendingFetch !== null || clock.monotonicMs() < nextRenewalAt) return;
    pendingFetch = acquireToken({ signal: new AbortController().signal, record: noop, restrictCache: noop });
    // Requests that are already waiting see the error; others keep using the old token until it expires.
    pendingFetch.catch(() => {
      nextRenewalAt = clock.monotonicMs() + RENEWAL_RETRY_DELAY_MS;
    });
  }

  return {
    getToken: (context) => {
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
    invalidate: (rejected) => {
      if (currentToken !== rejected) return true;
      if (clock.monotonicMs() < nextInvalidationAt) return false;
      lastRejected = rejected.text.reveal();
      currentToken = null;
      return true;
    },
    reportInvalidationFailed: () => {
      nextInvalidationAt = clock.monotonicMs() + MIN_INVALIDATION_INTERVAL_MS;
    },
    hasToken: () => isUsable(currentToken),
  };
}

function createTokenFetcher(
  config: VonageConfig,
  { account, clock, http }: AdapterDependencies,
): (context: CallContext) => Promise<AccessToken> {
  const target = toCallTarget(account, TOKEN_ENDPOINT);
  const request = createTokenRequest(config);
  const secrets = [config.accountKey, config.clientSecret, ...headerSecrets(config)];
  // An aborted query must not cancel the token that other queries wait for. Each attempt has a deadline of its own.
  const { signal } = new AbortController();

  function parseTokenResponse(original: VendorResponse): TokenResponse {
    const response = redactSecrets(original, secrets);
    // A rejected request always means a wrong configuration: it consists of the account's credentials and scope.
    if (response.status >= 400 && response.status < 500 && response.status !== 429) {
      throw vendorError(target, 'VENDOR_AUTH_FAILED', {
        status: response.status,
        reason: 'token_refused',
        vendorMessage: extractVendorMessage(response.body),
      });
    }
    return parseJson(assertOk(response, target, clock.now()), tokenResponseSchema, target);
  }

  return async (context) => {
    const requestedAt = clock.monotonicMs();
    const tokenResponse = await http.read(request, { ...context, signal }, parseTokenResponse);
    const lifetimeMs = parseLifetimeSeconds(tokenResponse) * SECOND;
    return {
      text: new Secret(tokenResponse.access_token),
      renewAt: requestedAt + lifetimeMs * RENEW_AT_RATIO,
      expiresAt: requestedAt + lifetimeMs,
    };
  };
}

/** The token that all processes share, fetched by the first of them; without a token store, a token of this process. */
async function getSharedToken(
  config: VonageConfig,
  { clock, tokenStore }: AdapterDependencies,
  isRejected: (text: Secret) => boolean,
  fetchToken: () => Promise<AccessToken>,
): Promise<AccessToken> {
  if (!tokenStore) return fetchToken();
  const { text, renewAt, expiresAt } = await tokenStore.getOrFetch({
    name: TOKEN_ENDPOINT,
    secret: config.clientSecret,
    isUsable: (shared) => clock.now() < shared.renewAt && !isRejected(shared.text),
    fetch: async () => {
      const token = await fetchToken();
      return {
        text: token.text,
        renewAt: toWallClock(token.renewAt, clock),
        expiresAt: toWallClock(token.expiresAt, clock),
      };
    },
  });
  return { text, renewAt: fromWallClock(renewAt, clock), expiresAt: fromWallClock(expiresAt, clock) };
}

/** Processes exchange wall-clock times, because the monotonic clocks of two processes are unrelated. */
function toWallClock(monotonicMs: number, clock: Clock): Instant {
  return clock.now() + monotonicMs - clock.monotonicMs();
}

function fromWallClock(instant: Instant, clock: Clock): number {
  return clock.monotonicMs() + instant - clock.now();
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
    // A further token does not invalidate the first.
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

/** A number of seconds, also as text. A token with no or negative lifetime serves only the requests that wait for it. */
function parseLifetimeSeconds({ expires_in: sent }: TokenResponse): number {
  const seconds = sent == null || sent === '' ? NaN : Number(sent);
  return Number.isFinite(seconds) ? Math.max(0, seconds) : DEFAULT_LIFETIME_SECONDS;
}

function noop(): void {
  // Only the metrics and the log record a background call.
}
