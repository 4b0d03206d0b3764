import { Secret } from '../../config/secret.ts';
import type { Instant } from '../../domain/clock.ts';
import { MINUTE, SECOND } from '../../domain/time.ts';
import type { CallTarget } from '../../domain/vendor-error.ts';
import type { CallScope, VendorRequest } from '../../http/call.ts';
import { failure } from '../../http/failure.ts';
import { readJson, requireOk, vendorError } from '../../http/reply.ts';
import { untilAborted } from '../../http/until-aborted.ts';
import { vendorText } from '../../http/vendor-text.ts';
import { endpointUrl } from '../path.ts';
import { withoutSecrets } from '../redact.ts';
import type { Shared } from '../vendor.ts';
import type { VonageConfig } from './config.ts';
import { type TokenReply, tokenReply } from './wire.ts';

export const TOKEN_ENDPOINT = 'connect/token';

/** A token has to fit into a header, which no server takes of this size. */
const MAX_BYTES = 64 * 1024;

/** Documented are 7200 s. Where the server says nothing, a token is not trusted for long. */
const LIFE_WHEN_NOT_SAID = 300;

/** Vonage's own sample renews a token when so much of its life is over. */
const RENEWED_AT = 0.9;

/** A renewal that failed is not tried again for so long while the old token serves, however many queries come. */
const RENEWAL_PAUSE = 10 * SECOND;

/** What is refused with a new token, too, is not refused for the token's sake; another one is tried no more often. */
const REPLACED_EVERY = MINUTE;

/** An access token; compared by identity. */
export interface Token {
  readonly text: Secret;
  /** On the clock that is never set back. */
  readonly renewAt: number;
  readonly expiresAt: number;
}

/** The tokens of one account, for as long as it is connected. */
export interface Tokens {
  /**
   * The account's token: the one that is held until it has expired (its renewal goes on beside), else one that is fetched:
   * one fetch at a time, for however many wait. The wait ends with the scope's signal, but the fetch goes on for the others.
   */
  readonly current: (scope: CallScope) => Promise<Token>;
  /**
   * To be told of a token that the vendor refused; says whether another one is worth a try. If so, the refused one is not
   * given out again.
   */
  readonly replace: (refused: Token) => boolean;
  /** To be told that the new token was refused like the old one: the next refusals are not the token's fault either, for a while. */
  readonly replacedInVain: () => void;
  /** Whether `current` would give one without waiting for it. */
  readonly isHeld: () => boolean;
}

/**
 * OAuth 2 client credentials. Sources: "Using the bearer access token", https://docs-vcc.atlassian.net/wiki, and Vonage's
 * sample newvoicemedia/vcc-node-code-snippets (oidcClient.js).
 */
export function openTokens(config: VonageConfig, { account, clock, http, vault }: Shared): Tokens {
  const target: CallTarget = { vendor: account.vendor, account: account.name, endpoint: TOKEN_ENDPOINT };
  const request = tokenRequest(config);
  const secrets = [config.accountKey, config.clientSecret];
  // A query that goes away must not take the token along for which others wait; each attempt has a deadline of its own.
  const { signal } = new AbortController();
  let held: Token | null = null;
  let underWay: Promise<Token> | null = null;
  // Another process may not know yet that the vendor refused it.
  let lastRefused: string | null = null;
  // On the clock that is never set back.
  let nextRenewal = -Infinity;
  let nextReplacement = -Infinity;

  async function fetchToken(scope: CallScope): Promise<Token> {
    const asked = clock.elapsed();
    const reply = withoutSecrets(await http.send(request, { ...scope, signal }), secrets);
    // Whatever the endpoint has against the request, it is the account's credentials and scope that it is made of.
    if (reply.status >= 400 && reply.status < 500 && reply.status !== 429) {
      const details = { status: reply.status, reason: 'token_refused', said: vendorText(reply.body) };
      throw vendorError(target, 'VENDOR_AUTH_FAILED', details);
    }
    const sent = readJson(requireOk(reply, target, clock.now()), tokenReply, target);
    const life = lifeSeconds(sent) * SECOND;
    return { text: new Secret(sent.access_token), renewAt: asked + life * RENEWED_AT, expiresAt: asked + life };
  }

  /** The token of all processes, if they share one; fetched by the one that is first. */
  async function findToken(scope: CallScope): Promise<Token> {
    if (!vault) return fetchToken(scope);
    const shared = await vault.obtain({
      name: TOKEN_ENDPOINT,
      secret: config.clientSecret,
      isUsable: ({ text, renewAt }) => clock.now() < renewAt && text.reveal() !== lastRefused,
      fetch: async () => {
        const { text, renewAt, expiresAt } = await fetchToken(scope);
        return { text, renewAt: toWallClock(renewAt), expiresAt: toWallClock(expiresAt) };
      },
    });
    const { text, renewAt, expiresAt } = shared;
    return { text, renewAt: fromWallClock(renewAt), expiresAt: fromWallClock(expiresAt) };
  }

  // No process knows what another one's clock that is never set back shows.
  const toWallClock = (elapsed: number): Instant => clock.now() + elapsed - clock.elapsed();
  const fromWallClock = (instant: Instant): number => clock.elapsed() + instant - clock.now();

  async function obtain(scope: CallScope): Promise<Token> {
    try {
      return (held = await findToken(scope));
    } finally {
      underWay = null;
    }
  }

  /** Nobody's call: told to no query, for which it might come before or after the end. */
  function renewBeside(): void {
    if (underWay !== null || clock.elapsed() < nextRenewal) return;
    underWay = obtain({ signal, record: ignore, expires: ignore });
    // Whoever waits for a token by then hears of it; the old one serves the others until it has expired.
    underWay.catch(() => {
      nextRenewal = clock.elapsed() + RENEWAL_PAUSE;
    });
  }

  const isUsable = (token: Token | null): token is Token => token !== null && clock.elapsed() < token.expiresAt;

  return {
    current: async (scope) => {
      if (isUsable(held)) {
        const token = held;
        if (clock.elapsed() >= token.renewAt) renewBeside();
        return token;
      }
      underWay ??= obtain(scope);
      return untilAborted(underWay, scope.signal).catch((error: unknown) => {
        throw error === scope.signal.reason ? failure(error, target, 'waiting') : error;
      });
    },
    replace: (refused) => {
      if (held !== refused) return true;
      if (clock.elapsed() < nextReplacement) return false;
      lastRefused = refused.text.reveal();
      held = null;
      return true;
    },
    replacedInVain: () => {
      nextReplacement = clock.elapsed() + REPLACED_EVERY;
    },
    isHeld: () => isUsable(held),
  };
}

/** The header that carries a token. */
export function bearer(token: Token): Readonly<Record<string, string>> {
  return { Authorization: `Bearer ${token.text.reveal()}` };
}

function tokenRequest(config: VonageConfig): VendorRequest {
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
    url: config.tokenUrl ?? endpointUrl(config.baseUrl, 'Auth', 'connect', 'token'),
    headers: { Accept: 'application/json', 'Content-Type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
    // Another token does the first no harm.
    idempotent: true,
    maxBytes: MAX_BYTES,
    ...(!inBody && { authorize: () => ({ Authorization: basic(clientId, clientSecret) }) }),
  };
}

/** RFC 6749, section 2.3.1: both are form-encoded before they are joined. */
function basic(clientId: string, clientSecret: Secret): string {
  const encode = (text: string) => new URLSearchParams([['', text]]).toString().slice(1);
  return `Basic ${Buffer.from(`${encode(clientId)}:${encode(clientSecret.reveal())}`).toString('base64')}`;
}

/** A number of seconds, also as a text; a token that is said to have expired already serves only those who wait for it. */
function lifeSeconds({ expires_in: sent }: TokenReply): number {
  const seconds = sent == null || sent === '' ? NaN : Number(sent);
  return Number.isFinite(seconds) ? Math.max(0, seconds) : LIFE_WHEN_NOT_SAID;
}

function ignore(): void {
  // What happens beside the queries is told to nobody but the metrics.
}
